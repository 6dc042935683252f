// Plain tables for a terminal: columns padded, numbers to the right, nothing wider than asked.

import { unbroken } from './format.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const width = (text: string): number => Array.from(text).length;
const cut = (text: string, most: number): string =>
  width(text) <= most
    ? text
    : `${Array.from(text)
        .slice(0, most - 1)
        .join('')}…`;

/** Lines of at most `most` characters; the widest column gives way. No trailing blanks. */
export const aligned = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  most = 100,
): readonly string[] => {
  const all = [columns.map((c) => c.title), ...rows];
  const widths = columns.map((_, c) => Math.max(...all.map((row) => width(row[c] ?? ''))));
  while (widths.reduce((a, b) => a + b, 0) + 2 * (columns.length - 1) > most) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = widths[widest]! - 1;
  }
  const line = (row: readonly string[]): string =>
    columns
      .map((column, c) => {
        const text = cut(row[c] ?? '', widths[c]!);
        const pad = ' '.repeat(widths[c]! - width(text));
        return column.align === 'right' ? pad + text : text + pad;
      })
      .join('  ')
      .trimEnd();
  return [line(all[0]!), widths.map((w) => '─'.repeat(w)).join('  '), ...rows.map(line)];
};

/** Text in lines of at most `most` characters, broken at blanks but not before a unit. */
export const wrapped = (text: string, most = 100): readonly string[] => {
  const lines: string[] = [];
  for (const word of unbroken(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => line.replaceAll('\u00a0', ' '));
};
