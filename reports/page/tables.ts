// Tables as HTML from the text cells of rows.ts.

import { STAGE_COLOUR } from '../charts/palette.ts';
import type { Comparison } from '../compare.ts';
import type { Verdict } from '../gate/evaluate.ts';
import type { Score } from '../score/score.ts';
import type { Sweep } from '../sweep.ts';
import { duration, signed, unbroken } from './format.ts';
import type { Interval } from '../stats/interval.ts';
import type { Html } from './html.ts';
import { markup } from './html.ts';
import { answerRows, comparisonRows, objectiveRows, stageRows, sweepCells, wholeNumber } from './rows.ts';

/** Tables with as many columns as this do not fit on a phone: they scroll, and the keyboard can scroll them too. */
const MANY_COLUMNS = 5;

const scrolling = (titles: readonly string[], table: Html, look = ''): Html =>
  titles.length < MANY_COLUMNS
    ? markup`<div class="scroll">${table}</div>
`
    : markup`<div class="scroll many${look}" tabindex="0" role="region" aria-label="table: ${titles.filter((t) => t !== '').join(', ')}">${table}</div>
`;

const headOf = (titles: readonly string[], side: (column: number) => string): Html | null =>
  titles.some((title) => title !== '')
    ? markup`<thead><tr>${titles.map((title, c) =>
        title === '' ? markup`<td></td>` : markup`<th scope="col" class="${side(c)}">${title}</th>`,
      )}</tr></thead>`
    : null;

/** Columns named in `right` hold numbers; the first cell names its row; `look` is a class of style.ts, after a blank. */
export const tableHtml = (
  titles: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  right: readonly number[],
  look = '',
): Html => {
  const side = (column: number): string => (right.includes(column) ? 'n' : '');
  const body = rows.map(
    ([first, ...others]) =>
      markup`<tr><th scope="row">${first ?? ''}</th>${others.map((cell, c) => markup`<td class="${side(c + 1)}">${cell}</td>`)}</tr>`,
  );
  return scrolling(titles, markup`<table>${headOf(titles, side)}<tbody>${body}</tbody></table>`, look);
};

/** The figures that matter, each as a tile. */
export const answerTiles = (score: Score): Html =>
  markup`<dl class="tiles">${answerRows(score).map(
    ([what, value, beside]) =>
      markup`<div><dt>${unbroken(what)}</dt><dd>${unbroken(value)}${beside === '' ? null : markup`<small>${unbroken(beside)}</small>`}</dd></div>`,
  )}</dl>
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

/** The hops one after the other, each as long as it took: where a bar begins, the hop before it ended. */
export const stageTable = (score: Score): Html => {
  const { stages } = score.responsiveness;
  const percent = (x: number): string => `${(100 * x).toFixed(2)}%`;
  const total = stages.reduce((sum, stage) => sum + stage.meanSeconds, 0);
  const rows = stageRows(score).map(([name, what, seconds, part]) => {
    const at = stages.findIndex((stage) => stage.name === name);
    const before = stages.slice(0, at).reduce((sum, stage) => sum + stage.share, 0);
    const bar = `margin-left:${percent(before)};width:${percent(stages[at]!.share)};background:${STAGE_COLOUR[name]}`;
    return markup`<tr><th scope="row">${what}</th><td class="bar" aria-hidden="true"><i style="${bar}"></i></td><td class="n">${seconds}</td><td class="n share">${part}</td></tr>`;
  });
  return markup`<table class="waterfall"><thead><tr><th scope="col">hop</th><td class="bar" aria-hidden="true"><span>0</span><span>${duration(total)}</span></td><th scope="col" class="n">takes</th><th scope="col" class="n share">share</th></tr></thead><tbody>${rows}</tbody></table>
`;
};

export const comparisonTable = (comparison: Comparison): Html =>
  tableHtml(
    ['', comparison.first, comparison.second, 'difference', 'bound', ''],
    comparisonRows(comparison).map((row) => {
      const status = row[5]!;
      const look = status === 'pass' ? 'met' : status === 'fail' ? 'missed' : 'soft';
      const bound = unbroken(row[4]!).replace(/(?<=[≤≥]) /, '\u00a0');
      return [...row.slice(0, 4), bound, markup`<span class="${look}">${status}</span>`];
    }),
    [1, 2, 3],
    ' compared',
  );

const spread = (interval: Interval | null, of: (n: number) => string): Html | null =>
  interval === null
    ? null
    : markup`<span class="d">${signed(interval.mean, of)} <span>${unbroken(`(${signed(interval.low, of)} to\u00a0${signed(interval.high, of)})`)}</span></span>`;

export const sweepTable = (sweep: Sweep): Html => {
  const rows = sweep.rows.map((row) => {
    const cells = sweepCells(row);
    const best = row.label === sweep.recommended;
    const marks = [best ? 'recommended' : '', row.label === sweep.baseline ? 'now' : ''].filter((m) => m !== '');
    return markup`<tr class="${best ? 'best' : ''}"><th scope="row"><b>${row.label}</b>${marks.map((m) => markup` <span class="mark">${m}</span>`)}</th>
<td class="n">${cells.toReady}${spread(row.toReadyAgainstBaseline, duration)}</td><td class="n">${cells.missed}${spread(row.missedAgainstBaseline, wholeNumber)}</td>
<td class="n">${cells.gpu}</td><td class="n">${cells.metrics}</td><td class="n">${cells.regret}</td></tr>`;
  });
  const titles = [sweep.setting, 'new pod ready after', 'calls missed', 'GPU per hour', 'storage per month', 'regret'];
  return scrolling(titles, markup`<table>${headOf(titles, (c) => (c > 0 ? 'n' : ''))}<tbody>${rows}</tbody></table>`);
};
