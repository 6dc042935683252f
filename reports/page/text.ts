// The terminal summary: the answer, the verdict, the tables, at most 100 columns, plain text. The same facts as the page.

import type { Comparison } from '../compare.ts';
import type { Verdict } from '../gate/evaluate.ts';
import type { Score } from '../score/score.ts';
import type { Sweep } from '../sweep.ts';
import type { Column } from './aligned.ts';
import { aligned, wrapped } from './aligned.ts';
import { answer, recommendationSentence } from './answer.ts';
import { SWEEP_TITLES, VERDICT_WORD, answerRows, comparisonRows, objectiveRows, stageRows, sweepRows } from './rows.ts';

const columns = (titles: readonly string[], left: readonly number[]): readonly Column[] =>
  titles.map((title, i) => ({ title, align: left.includes(i) ? 'left' : 'right' }));

/** The comparison as an aligned table with its verdict. */
export const comparisonText = (comparison: Comparison): string => {
  const titles = ['', comparison.first, comparison.second, 'difference', 'bound', ''];
  const cells = comparisonRows(comparison);
  const failed = cells.filter((row) => row[5] === 'fail').map(([name]) => name!);
  const verdict = comparison.pass
    ? 'within all bounds'
    : failed.length > 0
      ? `${failed.length} beyond the bound: ${failed.join('; ')}`
      : 'nothing could be compared';
  return [
    ...aligned(columns(titles, [0, 4, 5]), cells),
    ...wrapped(`${comparison.first} against ${comparison.second}: ${verdict}`),
  ].join('\n');
};

/** The sweep as an aligned table with the recommendation. */
export const sweepText = (sweep: Sweep): string =>
  [
    ...aligned(columns([sweep.setting, ...SWEEP_TITLES.slice(1)], [0]), sweepRows(sweep)),
    ...wrapped(recommendationSentence(sweep)),
  ].join('\n');

export interface SummaryInput {
  readonly score: Score;
  readonly verdict: Verdict;
  readonly sweep: Sweep | null;
  readonly comparison: Comparison | null;
}

/** Everything a person in a terminal needs, in the order of the page. */
export const renderSummary = ({ score, verdict, sweep, comparison }: SummaryInput): string => {
  const stages = stageRows(score).map(([, ...cells]) => cells);
  const blocks: string[] = [
    wrapped(answer(score, sweep)).join('\n'),
    aligned(
      columns(['', ''], [0]),
      answerRows(score).map(([what, value, beside]) => [what, `${value} ${beside}`.trimEnd()]),
    )
      .slice(2)
      .join('\n'),
    ...(verdict.objectives.length === 0
      ? []
      : [aligned(columns(['objective', 'measured', ''], [0, 2]), objectiveRows(verdict)).join('\n')]),
    ...(stages.length === 0 ? [] : [aligned(columns(['where the time goes', '', ''], [0]), stages).join('\n')]),
    ...(sweep === null ? [] : [sweepText(sweep)]),
    ...(comparison === null ? [] : [comparisonText(comparison)]),
    wrapped(`${VERDICT_WORD[verdict.verdict]}: ${verdict.why}`).join('\n'),
  ];
  return blocks.join('\n\n');
};
