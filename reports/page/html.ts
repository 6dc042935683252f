// HTML by a tag that escapes whatever is put into it. Only what this tag made, and what `trusted` vouches for, goes in as
// it is. (Not named `html`: the formatter would then lay out the markup and add blanks that show.)

declare const made: unique symbol;
export interface Html {
  readonly [made]: true;
  readonly text: string;
}

type Part = string | number | Html | readonly Html[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);

/** Markup that is known to be well formed, for instance an SVG of our own. */
export const trusted = (text: string): Html => ({ text }) as Html;

const partText = (part: Part): string => {
  if (part === null) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return escaped(part.toString());
  return 'text' in part ? part.text : part.map((p) => p.text).join('');
};

/**
 * @example markup`<p>${'a < b'}</p>`.text // '<p>a &lt; b</p>'
 */
export const markup = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  trusted(strings.reduce((text, string, i) => text + partText(parts[i - 1] ?? null) + string));
