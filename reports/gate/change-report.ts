// A change as a reviewer reads it: one sentence of what was changed and what it did, a Markdown table, and JUnit XML for the
// machine beside it. Pure text.

import { money, number, shown, signed } from '../page/format.ts';
import { duration, share } from '../page/format.ts';
import type { Dimension } from './figures.ts';
import type { Change, ChangeVerdict, FigureChange } from './regression.ts';

export const CHANGE_WORD: Readonly<Record<ChangeVerdict, string>> = {
  better: 'BETTER',
  same: 'SAME',
  worse: 'WORSE',
  'not-enough-data': 'NOT ENOUGH DATA',
};

const amount = (dimension: Dimension): ((n: number) => string) => {
  switch (dimension) {
    case 'seconds':
      return duration;
    case 'share':
      return (n) => `${number(100 * n)} points`;
    case 'money':
      return money;
    case 'percent':
      return (n) => `${number(n)} points`;
    case 'gpu-hours':
    case 'bytes':
    case 'per-second':
    case 'count':
      return (n) => shown({ kind: 'value', value: n }, dimension);
  }
};

const valueText = (value: number | null, dimension: Dimension): string =>
  value === null ? 'no data' : dimension === 'share' ? share(value) : shown({ kind: 'value', value }, dimension);

export const changeCells = ({
  name,
  dimension,
  before,
  after,
  change,
  verdict,
  gated,
}: FigureChange): readonly string[] => {
  const of = amount(dimension);
  return [
    name,
    valueText(before, dimension),
    valueText(after, dimension),
    change === null ? 'no data' : signed(change.mean, of),
    change === null ? '' : `${signed(change.low, of)} to ${signed(change.high, of)}`,
    gated ? CHANGE_WORD[verdict] : `${CHANGE_WORD[verdict].toLowerCase()} (told only)`,
  ];
};

/** One clause per figure that changed beyond chance, e.g. 'latency{kind=short} p95 4.1 s less (95 %: 3.2 s to 5 s)'. */
const clause = ({ name, dimension, change, verdict }: FigureChange): readonly string[] => {
  if (change === null || (verdict !== 'better' && verdict !== 'worse')) return [];
  const of = amount(dimension);
  const less = change.mean < 0;
  const [near, far] = less ? [-change.high, -change.low] : [change.low, change.high];
  return [`${name} ${of(Math.abs(change.mean))} ${less ? 'less' : 'more'} (${of(near)} to ${of(far)})`];
};

/** What was changed, then what it did. `changes` is null where what was changed is not known. */
export const changeSentence = (change: Change, changes: readonly string[] | null): string => {
  const what = changes === null ? 'Since then' : changes.length === 0 ? 'No setting differs' : changes.join('; ');
  const effects = change.figures.flatMap(clause);
  const none = change.figures.every((f) => f.change === null)
    ? 'nothing could be compared'
    : 'no figure changed beyond chance';
  return `${what}: ${effects.length === 0 ? none : effects.join(', ')}.`;
};

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');

/** For a pull request. `about` says what was compared, e.g. 'bench, 10 seeds, against main'. */
export const changeMarkdown = (change: Change, changes: readonly string[] | null, about: string): string => {
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [
    `### Surgelab gate: ${CHANGE_WORD[change.verdict]}`,
    '',
    changeSentence(change, changes),
    '',
    row(['figure', 'before', 'after', 'change', 'interval', 'verdict']),
    '|---|---:|---:|---:|---|---|',
    ...change.figures.map((figure) => row(changeCells(figure))),
    '',
    `${change.why}. ${about}. Paired bootstrap, expanded for few pairs; ${100 * change.rules.confidence} % shared among the gated figures.`,
    '',
  ].join('\n');
};

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const caseXml = (figure: FigureChange): string => {
  const [name, before, after, change, interval] = changeCells(figure);
  const open = `  <testcase classname="surgelab.gate" name="${xml(name!)}"`;
  const message = xml(`${before} to ${after}, ${change} (${interval}): ${figure.why}`);
  if (!figure.gated) return `${open}><skipped message="told only: ${message}"/></testcase>`;
  switch (figure.verdict) {
    case 'worse':
      return `${open}><failure message="${message}"/></testcase>`;
    case 'not-enough-data':
      return `${open}><error message="${message}"/></testcase>`;
    case 'better':
    case 'same':
      return `${open}><system-out>${message}</system-out></testcase>`;
  }
};

/** JUnit XML: worse is a failure, not enough data an error, figures that are only told are skipped. */
export const changeJunit = (change: Change): string => {
  const gated = change.figures.filter((f) => f.gated);
  const count = (verdict: ChangeVerdict): number => gated.filter((f) => f.verdict === verdict).length;
  const skipped = change.figures.length - gated.length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="surgelab gate" tests="${change.figures.length}" failures="${count('worse')}" errors="${count('not-enough-data')}" skipped="${skipped}">`,
    ...change.figures.map(caseXml),
    '</testsuite>',
    '',
  ].join('\n');
};
