// Figure: how many requests were active, as each observer believed at the time: the pods themselves, Prometheus' newest
// samples, the adapter's answers, the HPA.

import * as Plot from '@observablehq/plot';
import type { Observer, RunRecord } from '../../model/record.ts';
import { FLEET_METRICS, OBSERVERS } from '../../model/record.ts';
import { worstReaction } from '../page/answer.ts';
import { duration } from '../page/format.ts';
import { servingDecisions } from '../score/pods.ts';
import type { Score } from '../score/score.ts';
import { mean } from '../stats/quantile.ts';
import type { StepFunction } from '../stats/step-function.ts';
import { stepFunction } from '../stats/step-function.ts';
import type { Chart } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { INK } from './palette.ts';
import { stepPoints } from './series.ts';

interface Row {
  readonly at: number;
  readonly subject: string;
  readonly value: number;
}

const rowsOf = (run: RunRecord, observer: Observer, metric: string): readonly Row[] => {
  const { signals } = run;
  const code = OBSERVERS.indexOf(observer);
  const number = signals.metrics.indexOf(metric);
  const rows: Row[] = [];
  for (let i = 0; i < signals.count; i++) {
    if (signals.observer[i] !== code || signals.metric[i] !== number || Number.isNaN(signals.value[i]!)) continue;
    const subject = signals.subjects[signals.subject[i]!]!;
    rows.push({ at: signals.atMillis[i]!, subject, value: signals.value[i]! });
  }
  return rows;
};

const curve = (pieces: readonly (readonly [number, number])[]): StepFunction | null =>
  pieces.length === 0 ? null : stepFunction(pieces);

/** Pods and Prometheus: the sum over subjects of the newest row each; a gone pod counts no more. */
const newestTotal = (run: RunRecord, observer: Observer, metric: string): StepFunction | null => {
  const gone = run.life.filter((e) => e.subject === 'pod' && e.event === 'gone');
  const newest = new Map<string, number>();
  let next = 0;
  let total = 0;
  return curve(
    rowsOf(run, observer, metric).map(({ at, subject, value }) => {
      for (; next < gone.length && gone[next]!.t <= at; next++) {
        total -= newest.get(gone[next]!.name) ?? 0;
        newest.delete(gone[next]!.name);
      }
      total += value - (newest.get(subject) ?? 0);
      newest.set(subject, value);
      return [at, total] as const;
    }),
  );
};

/** One answer of the adapter: what its rows of one instant add up to, and how many they are. */
interface Answer {
  readonly at: number;
  readonly total: number;
  readonly items: number;
}

const answersOf = (run: RunRecord, metric: string): readonly Answer[] => {
  const answers: Answer[] = [];
  for (const { at, value } of rowsOf(run, 'adapter', metric)) {
    const last = answers.at(-1);
    if (last?.at === at) answers[answers.length - 1] = { at, total: last.total + value, items: last.items + 1 };
    else answers.push({ at, total: value, items: 1 });
  }
  return answers;
};

/** What the HPA made of it: its average times the pods of the answer it had. */
const hpaTotal = (run: RunRecord, metric: string, answers: readonly Answer[]): StepFunction | null => {
  let next = 0;
  return curve(
    rowsOf(run, 'hpa', metric).map(({ at, value }) => {
      while (next < answers.length && answers[next]!.at <= at) next += 1;
      return [at, value * (answers[next - 1]?.items ?? 1)] as const;
    }),
  );
};

/** The metric that the HPA scales on, if Prometheus scraped it under that name; else the product's gauge. */
const metricOf = (run: RunRecord): string => {
  const names = servingDecisions(run).flatMap((d) => d.metrics.map((m) => m.name));
  return names.find((name) => run.signals.metrics.includes(name)) ?? 'asr_active_requests';
};

const LOOK = {
  'in service at the pods': { colour: INK.truth, width: 1, dash: 'none' },
  'Prometheus’ newest samples': { colour: INK.blue, width: 1.5, dash: 'none' },
  'the adapter’s answers': { colour: INK.green, width: 2.5, dash: '5,4' },
  'the HPA (average × pods)': { colour: INK.orange, width: 2, dash: 'none' },
} as const;
type Name = keyof typeof LOOK;

/** The minute before the load step that callers felt most and the four after it: there the observers differ visibly. */
const windowOf = (run: RunRecord, score: Score): readonly [number, number] => {
  const at = worstReaction(score)?.step.atMillis ?? run.header.warmupMillis + 60_000;
  const from = Math.max(0, Math.min(at - 60_000, run.header.durationMillis - 300_000));
  return [from, Math.min(run.header.durationMillis, from + 300_000)];
};

/** Null if no observer left a row. */
export const believedChart = (run: RunRecord, score: Score): Chart | null => {
  const metric = metricOf(run);
  const [from, to] = windowOf(run, score);
  const axis = timeAxis(to, from);
  const answers = answersOf(run, metric);
  const seen: readonly (readonly [Name, StepFunction | null])[] = [
    ['in service at the pods', newestTotal(run, 'pod', FLEET_METRICS[0])],
    ['Prometheus’ newest samples', newestTotal(run, 'prometheus', metric)],
    ['the adapter’s answers', curve(answers.map((a) => [a.at, a.total]))],
    ['the HPA (average × pods)', hpaTotal(run, metric, answers)],
  ];
  const known = seen.flatMap(([name, f]) => (f === null || f.at[0]! >= to ? [] : [[name, f] as const]));
  if (known.length === 0) return null;
  const ages = servingDecisions(run).flatMap((d) => d.metrics.map((m) => m.oldestSampleAgeMillis ?? NaN));
  const age = mean(ages.filter((a) => !Number.isNaN(a)));
  const late =
    age === null
      ? 'How old the value is that the HPA decides on was not recorded'
      : `The HPA decides on values that are ${duration(age / 1000)} old on average`;
  const id = 'believed';
  const title = 'Active requests, as each observer believed';
  const caption = `${late}: the steps trail what is in service at the pods (${worstReaction(score) === null ? 'five minutes' : 'around the load step'}).`;
  const lines = known.map(([name, f]) => ({
    name,
    points: stepPoints(f, Math.max(from, f.at[0]!), to, name).map((p) => ({ x: axis.at(p.t), y: p.y })),
  }));
  return {
    id,
    title,
    caption,
    legend: known.map(([name]) => ({
      label: name,
      colour: LOOK[name].colour,
      form: LOOK[name].dash === 'none' ? 'line' : 'dashed',
    })),
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 260 },
        {
          x: timeScale(axis, w),
          y: {
            label: 'active requests, whole fleet',
            labelArrow: 'none',
            grid: true,
            ticks: 5,
            zero: true,
            nice: true,
          },
          marks: [
            ...lines.map(({ name, points }) =>
              Plot.lineY(points, {
                x: 'x',
                y: 'y',
                curve: 'step-after',
                stroke: LOOK[name].colour,
                strokeWidth: LOOK[name].width,
                strokeDasharray: LOOK[name].dash,
              }),
            ),
            ...stepMarks(score, axis, from, to),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};
