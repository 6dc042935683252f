// Tables as HTML from the text cells of rows.ts.

import { STAGE_COLOUR } from '../charts/palette.ts';
import type { Comparison } from '../compare.ts';
import type { Verdict } from '../gate/evaluate.ts';
import type { Score } from '../score/score.ts';
import type { Sweep } from '../sweep.ts';
import { duration, signed } from './format.ts';
import type { Interval } from '../stats/interval.ts';
import type { Html } from './html.ts';
import { markup } from './html.ts';
import { answerRows, comparisonRows, objectiveRows, stageRows, sweepCells, wholeNumber } from './rows.ts';

/** Columns named in `right` hold numbers. */
export const tableHtml = (
  titles: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  right: readonly number[],
): Html => {
  const side = (column: number): string => (right.includes(column) ? 'n' : '');
  const head = titles.some((title) => title !== '')
    ? markup`<thead><tr>${titles.map((title, c) => markup`<th class="${side(c)}">${title}</th>`)}</tr></thead>`
    : null;
  const body = rows.map((row) => markup`<tr>${row.map((cell, c) => markup`<td class="${side(c)}">${cell}</td>`)}</tr>`);
  return markup`<div class="scroll"><table>${head}<tbody>${body}</tbody></table></div>
`;
};

export const answerTable = (score: Score): Html =>
  markup`<div class="scroll"><table class="key"><tbody>${answerRows(score).map(
    ([what, value]) => markup`<tr><td>${what}</td><td class="n">${value}</td></tr>`,
  )}</tbody></table></div>
`;

export const objectiveTable = (verdict: Verdict): Html =>
  tableHtml(
    ['objective', 'measured', ''],
    objectiveRows(verdict).map(([text, measured, met]) => [
      markup`<code>${text}</code>`,
      measured,
      markup`<span class="${met === 'met' ? 'met' : 'missed'}">${met}</span>`,
    ]),
    [1],
  );

/** Carries the colours of the chart of stages. */
export const stageTable = (score: Score): Html =>
  tableHtml(
    ['', 'mean', 'share'],
    stageRows(score).map(([stage, what, seconds, part]) => [
      markup`<i class="key" style="background:${STAGE_COLOUR[stage]}"></i>${what}`,
      seconds,
      part,
    ]),
    [1, 2],
  );

export const comparisonTable = (comparison: Comparison): Html =>
  tableHtml(
    ['', comparison.first, comparison.second, 'difference', 'bound', ''],
    comparisonRows(comparison).map((row) => {
      const status = row[5]!;
      const look = status === 'pass' ? 'met' : status === 'fail' ? 'missed' : 'soft';
      return [...row.slice(0, 5), markup`<span class="${look}">${status}</span>`];
    }),
    [1, 2, 3],
  );

const spread = (interval: Interval | null, of: (n: number) => string): Html | null =>
  interval === null
    ? null
    : markup`<span class="d">${signed(interval.mean, of)} (${signed(interval.low, of)} to ${signed(interval.high, of)})</span>`;

export const sweepTable = (sweep: Sweep): Html => {
  const rows = sweep.rows.map((row) => {
    const cells = sweepCells(row);
    const best = row.label === sweep.recommended;
    const marks = [best ? 'recommended' : '', row.label === sweep.baseline ? 'now' : ''].filter((m) => m !== '');
    return markup`<tr class="${best ? 'best' : ''}"><td><b>${row.label}</b>${marks.map((m) => markup` <span class="note">${m}</span>`)}</td>
<td class="n">${cells.toReady}${spread(row.toReadyAgainstBaseline, duration)}</td><td class="n">${cells.missed}${spread(row.missedAgainstBaseline, wholeNumber)}</td>
<td class="n">${cells.gpu}</td><td class="n">${cells.metrics}</td><td class="n">${cells.regret}</td></tr>`;
  });
  const titles = [sweep.setting, 'new pod ready after', 'calls missed', 'GPU per hour', 'storage per month', 'regret'];
  return markup`<div class="scroll"><table><thead><tr>${titles.map((t, c) => markup`<th class="${c > 0 ? 'n' : ''}">${t}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
`;
};
