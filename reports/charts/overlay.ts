// Figures: the same schedule simulated and real, laid over each other: ready replicas, and the 95th percentile of callers.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { share } from '../page/format.ts';
import { podLives, replicaCurves } from '../score/pods.ts';
import type { Score } from '../score/score.ts';
import { integrate } from '../stats/step-function.ts';
import type { Chart, LegendEntry } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { latencyBins } from './latency.ts';
import { INK } from './palette.ts';
import { binName, roundBin, stepPoints } from './series.ts';

export interface OverlaySide {
  readonly name: string;
  readonly run: RunRecord;
  readonly score: Score;
}

const legendOf = (first: OverlaySide, second: OverlaySide): readonly LegendEntry[] => [
  { label: first.name, colour: INK.blue, form: 'line' },
  { label: second.name, colour: INK.orange, form: 'dashed' },
];

export const replicaOverlay = (first: OverlaySide, second: OverlaySide): Chart => {
  const { durationMillis } = first.run.header;
  const axis = timeAxis(durationMillis);
  const ready = (side: OverlaySide) =>
    replicaCurves(side.run, podLives(side.run.life, side.run.header.endMillis)).ready;
  const curves = [ready(first), ready(second)] as const;
  const equal = integrate(...curves, 0, durationMillis, (a, b) => (a === b ? 1 : 0)) / durationMillis;
  const id = 'overlay-replicas';
  const title = `Ready replicas: ${first.name} and ${second.name}`;
  const caption = `The two have the same number of ready replicas for ${share(equal)} of the time.`;
  const points = (i: 0 | 1) => stepPoints(curves[i], 0, durationMillis, '').map((p) => ({ x: axis.at(p.t), y: p.y }));
  return {
    id,
    title,
    caption,
    legend: legendOf(first, second),
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 220 },
        {
          x: timeScale(axis, w),
          y: { label: 'ready replicas', labelArrow: 'none', grid: true, zero: true, ticks: 5, tickFormat: 'd' },
          marks: [
            Plot.lineY(points(0), { x: 'x', y: 'y', curve: 'step-after', stroke: INK.blue, strokeWidth: 2.5 }),
            Plot.lineY(points(1), {
              x: 'x',
              y: 'y',
              curve: 'step-after',
              stroke: INK.orange,
              strokeWidth: 2,
              strokeDasharray: '5,3',
            }),
            ...stepMarks(first.score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};

export const latencyOverlay = (first: OverlaySide, second: OverlaySide): Chart => {
  const { durationMillis } = first.run.header;
  const axis = timeAxis(durationMillis);
  const width = roundBin(durationMillis, 45);
  const id = 'overlay-latency';
  const title = `Callers, 95th percentile: ${first.name} and ${second.name}`;
  const caption = `Time to answer of one caller in twenty or worse, by time of arrival, ${binName(width)}.`;
  const points = (side: OverlaySide) =>
    latencyBins(side.run, side.score.promises[0]?.kind ?? null, width).map((bin) => ({
      x: axis.at(bin.t),
      y: bin.p95 ?? NaN,
    }));
  return {
    id,
    title,
    caption,
    legend: legendOf(first, second),
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 220 },
        {
          x: timeScale(axis, w),
          y: { label: 'seconds', labelArrow: 'none', grid: true, ticks: 5, zero: true },
          marks: [
            Plot.lineY(points(first), { x: 'x', y: 'y', stroke: INK.blue, strokeWidth: 2.5 }),
            Plot.lineY(points(second), { x: 'x', y: 'y', stroke: INK.orange, strokeWidth: 2, strokeDasharray: '5,3' }),
            ...stepMarks(first.score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};
