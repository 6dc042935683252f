// One YAML document with the position of every value. Takes text, gives the plain value, the problems of the syntax
// (broken YAML, a key twice) and the line and column of any path.

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Problem } from '../model/errors.ts';

export type Path = readonly (string | number)[];

export interface YamlSource {
  readonly file: string;
  /** undefined if the text is not YAML at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Comment lines before the first content, without `#`, joined. */
  readonly heading: string;
  /** Line and column, both from 1, of the value at `path`, of the last part of the path that exists, or of a key. */
  readonly at: (path: Path, what?: 'key' | 'value') => { readonly line: number; readonly column: number };
}

const childOf = (node: Node, step: string | number, doc: Document): { key: Node | null; value: Node | null } | null => {
  const resolved = isAlias(node) ? node.resolve(doc) : node;
  if (isMap<Node, Node | null>(resolved)) {
    const pair = resolved.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
    return pair === undefined ? null : { key: pair.key, value: pair.value };
  }
  if (isSeq<Node | null>(resolved)) {
    const value = resolved.items[Number(step)];
    return value === undefined ? null : { key: null, value };
  }
  return null;
};

const headingOf = (text: string): string => {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    const comment = /^#\s?(.*)$/.exec(line);
    if (comment === null || comment[1]!.trim() === '') break;
    lines.push(comment[1]!.trim());
  }
  return lines.join(' ').replace(/^\S+\.ya?ml:\s*/, '');
};

/** Path as people write it: `traffic[0].arrivals.rate`. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

export const openYaml = (file: string, text: string): YamlSource => {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = doc.errors.map((error): Problem => ({
    file,
    ...place(error.pos[0]),
    path: '',
    message:
      error.code === 'DUPLICATE_KEY'
        ? `expected each key once, got \`${text.slice(error.pos[0]).split(/[:\n]/)[0]!.trim()}\` a second time`
        : `expected YAML, got: ${error.message}`,
  }));
  const broken = doc.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  return {
    file,
    value: broken ? undefined : (doc.toJS() as unknown),
    problems,
    heading: headingOf(text),
    at: (path, what = 'value') => {
      let node: Node | null = doc.contents;
      let offset = node?.range?.[0] ?? 0;
      for (const [i, step] of path.entries()) {
        const child: ReturnType<typeof childOf> = node === null ? null : childOf(node, step, doc);
        if (child === null) break;
        const target: Node | null = what === 'key' && i === path.length - 1 ? child.key : child.value;
        offset = (target ?? child.key)?.range?.[0] ?? offset;
        node = child.value;
      }
      return place(offset);
    },
  };
};
