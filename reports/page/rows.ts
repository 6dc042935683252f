// The small tables that terminal and page share, as text cells: the answer, the objectives, the sweep, the comparison.

import type { Verdict, VerdictKind } from '../gate/evaluate.ts';
import type { Comparison, ComparisonRow, RowUnit } from '../compare.ts';
import type { Reaction } from '../score/reaction.ts';
import type { Score } from '../score/score.ts';
import type { Quantiles } from '../score/service.ts';
import type { StageName } from '../score/stages.ts';
import { STAGE_MEANING } from '../score/stages.ts';
import type { Interval } from '../stats/interval.ts';
import type { Sweep, SweepRow } from '../sweep.ts';
import { worstReaction } from './answer.ts';
import { bytes, duration, money, number, share, shown, signed } from './format.ts';

export const VERDICT_WORD: Readonly<Record<VerdictKind, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  'no-data': 'NO DATA',
  'generator-limited': 'GENERATOR LIMITED',
};

/** [what, the figure, what stands smaller beside it] */
export type AnswerRow = readonly [what: string, value: string, beside: string];

const brokenText = ({ trouble }: Reaction): string => {
  if (trouble === null) return 'never';
  return trouble.untilMillis === null
    ? 'to the end'
    : duration(Math.round((trouble.untilMillis - trouble.fromMillis) / 1000));
};

/** The highest of these that is a number: a quantile that falls on a call without an answer is none. */
const highest = (of: Quantiles): 'p95' | 'p90' | 'p50' | undefined =>
  (['p95', 'p90', 'p50'] as const).find((q) => of[q].kind === 'value');

export const answerRows = (score: Score): readonly AnswerRow[] => {
  const rows: AnswerRow[] = [];
  for (const kind of score.service.kinds) {
    const promise = score.promises.find((p) => p.kind === kind.kind);
    const name = { short: 'Calls', batch: 'Files', stream: 'Live sessions' }[kind.kind];
    const within = duration(promise?.withinSeconds ?? 0);
    rows.push([
      `${name} ${kind.kind === 'stream' ? 'never more than' : 'answered within'} ${within}${kind.kind === 'stream' ? ' behind' : ''}`,
      shown(kind.attainment, 'share'),
      `of ${number(kind.arrived)}`,
    ]);
    const [what, judged] =
      kind.kind === 'stream' ? (['Live lag', kind.lag] as const) : ([`${name}: time to answer`, kind.latency] as const);
    const top = highest(judged);
    if (top !== undefined)
      rows.push([`${what}, ${top}`, shown(judged[top], 'seconds'), top === 'p95' ? '' : '· p95: no answer']);
    if (kind.cutByDrain > 0)
      rows.push([`${name} cut by pods that were told to go`, number(kind.cutByDrain), `of ${number(kind.arrived)}`]);
  }
  const worst = worstReaction(score);
  if (worst !== null) {
    const { sessions } = worst.step;
    const step =
      sessions === null ? '' : `at ${number(sessions.openBefore)} → ${number(sessions.openMost)} live sessions`;
    rows.push(['Load step to first new pod ready', shown(worst.durations.toReady, 'seconds'), step]);
    rows.push(['Promise broken after the load step', brokenText(worst), '']);
  }
  rows.push([
    'GPU time paid',
    shown(score.cost.moneyPerHour, 'money'),
    `per hour · ${shown(score.cost.gpuHours, 'gpu-hours')}`,
  ]);
  rows.push(['Ready GPU time without a call', shown(score.cost.idleShare, 'share'), '']);
  rows.push([
    'Metric storage',
    money(score.metrics.moneyPerMonth),
    `per month · ${bytes(score.metrics.retainedBytes)} kept`,
  ]);
  return rows;
};

/** [objective, measured, met?] */
export const objectiveRows = (verdict: Verdict): readonly (readonly [string, string, string])[] =>
  verdict.objectives.map((o) => [
    o.text,
    shown(o.measured, o.dimension),
    o.measured.kind === 'no-data' ? 'no data' : o.met ? 'met' : 'missed',
  ]);

/** [stage, what it waits for, seconds, share]; stages of no length are left out. */
export const stageRows = (score: Score): readonly (readonly [StageName, string, string, string])[] =>
  score.responsiveness.stages
    .filter((stage) => stage.meanSeconds > 0)
    .map((stage) => [
      stage.name,
      STAGE_MEANING[stage.name],
      duration(stage.meanSeconds),
      stage.share < 0.0005 ? '< 0.1 %' : share(Math.round(1000 * stage.share) / 1000),
    ]);

export interface SweepCells {
  readonly toReady: string;
  readonly missed: string;
  readonly gpu: string;
  readonly metrics: string;
  readonly regret: string;
}

/** Calls are counted whole, means of them too. */
export const wholeNumber = (n: number): string => number(Math.round(n));

export const sweepCells = (row: SweepRow): SweepCells => ({
  toReady: shown(row.toReady, 'seconds'),
  missed: row.missed.kind === 'value' ? wholeNumber(row.missed.value) : 'no data',
  gpu: shown(row.gpuMoneyPerHour, 'money'),
  metrics: shown(row.metricMoneyPerMonth, 'money'),
  regret: shown(row.regret, 'share'),
});

const against = (cell: string, interval: Interval | null, of: (n: number) => string): string =>
  interval === null ? cell : `${cell} (${signed(interval.mean, of)})`;

export const SWEEP_TITLES = ['', 'pod ready after', 'calls missed', 'GPU/hour', 'storage/month', 'regret'] as const;

/** One row per setting; in brackets the paired difference to the baseline. */
export const sweepRows = (sweep: Sweep): readonly (readonly string[])[] =>
  sweep.rows.map((row) => {
    const cells = sweepCells(row);
    return [
      `${row.label}${row.label === sweep.recommended ? ' ◀' : ''}${row.label === sweep.baseline ? ' (now)' : ''}`,
      against(cells.toReady, row.toReadyAgainstBaseline, duration),
      against(cells.missed, row.missedAgainstBaseline, wholeNumber),
      cells.gpu,
      cells.metrics,
      cells.regret,
    ];
  });

const inUnit = (n: number | null, unit: RowUnit): string => {
  if (n === null) return '–';
  switch (unit) {
    case 's':
      return duration(n);
    case 'share':
      return share(n);
    case 'B':
      return bytes(n);
    case 'count':
      return number(n);
    case '/s':
      return `${number(n)} /s`;
  }
};

const differenceText = (row: ComparisonRow): string => {
  if (row.difference === null) return '–';
  return row.first === null
    ? inUnit(row.difference, row.unit)
    : signed(row.difference, (n) =>
        row.unit === 'share' ? `${number(Number((100 * n).toPrecision(2)))} pp` : inUnit(n, row.unit),
      );
};

/** [what, first, second, difference, bound, status] */
export const comparisonRows = (comparison: Comparison): readonly (readonly string[])[] =>
  comparison.rows.map((row) => [
    row.regime === null ? row.name : `${row.name}, ρ ${row.regime}`,
    inUnit(row.first, row.unit),
    inUnit(row.second, row.unit),
    differenceText(row),
    row.bound,
    row.status === 'not-compared' ? '–' : row.status,
  ]);
