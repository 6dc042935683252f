// Figure: what callers waited over time: median and 95th percentile by time of arrival, against the promise.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { duration } from '../page/format.ts';
import { judgedSeconds, scoredCalls } from '../score/calls.ts';
import type { Promised } from '../score/promise.ts';
import type { Score } from '../score/score.ts';
import { ascending, quantile } from '../stats/quantile.ts';
import { timeline } from '../stats/timeline.ts';
import type { Chart } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { INK } from './palette.ts';
import { binName, roundBin } from './series.ts';

interface BinQuantiles {
  readonly t: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Median and p95 (nearest rank) of the judged seconds per bin of arrival; null where no call was, or never answered. */
export const latencyBins = (
  run: RunRecord,
  kind: Promised['kind'] | null,
  binMillis: number,
): readonly BinQuantiles[] => {
  const calls = scoredCalls(run, { kind, stream: null });
  const at = calls.map((i) => run.requests.intendedMillis[i]!);
  const took = calls.map((i) => judgedSeconds(run, i));
  return timeline(at, took, run.header.warmupMillis, run.header.durationMillis, binMillis).map((bin) => {
    const sorted = ascending(bin.values);
    const of = (q: number): number | null => {
      const value = quantile(sorted, q, 'nearest-rank');
      return value === null || value === Infinity ? null : value;
    };
    return { t: (bin.from + bin.to) / 2, p50: of(0.5), p95: of(0.95) };
  });
};

const chartOf = (run: RunRecord, score: Score, promise: Promised): Chart => {
  const { durationMillis } = run.header;
  const width = roundBin(durationMillis, 60);
  const bins = latencyBins(run, promise.kind, width);
  const worst = bins.reduce((most, bin) => Math.max(most, bin.p95 ?? 0), 0);
  const axis = timeAxis(durationMillis);
  const live = promise.kind === 'stream';
  const id = live ? 'lag' : 'latency';
  const what = live ? 'lag behind the audio' : 'time to answer';
  const title = live ? 'Live sessions: largest lag behind the audio' : `Callers: ${what}`;
  const caption = `At its worst, one ${live ? 'session' : 'caller'} in twenty has a ${what} of ${duration(worst)} or more; ${duration(promise.withinSeconds)} is promised (by time of arrival, ${binName(width)}).`;
  const points = bins.map((bin) => ({ x: axis.at(bin.t), p50: bin.p50 ?? NaN, p95: bin.p95 ?? NaN }));
  return {
    id,
    title,
    caption,
    legend: [
      { label: '95th percentile', colour: INK.red, form: 'line' },
      { label: 'median', colour: INK.blue, form: 'line' },
    ],
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 240 },
        {
          x: timeScale(axis, w),
          y: { label: 'seconds', labelArrow: 'none', grid: true, ticks: 5, zero: true },
          marks: [
            Plot.ruleY([promise.withinSeconds], { stroke: INK.truth, strokeDasharray: '6,4' }),
            Plot.text([promise.withinSeconds], {
              x: axis.domain[1],
              y: (s: number) => s,
              text: (s: number) => `promise: ${duration(s)}`,
              textAnchor: 'end',
              dy: -8,
              fill: INK.truth,
              stroke: INK.paper,
              strokeWidth: 4,
            }),
            Plot.lineY(points, { x: 'x', y: 'p95', stroke: INK.red, strokeWidth: 2 }),
            Plot.lineY(points, { x: 'x', y: 'p50', stroke: INK.blue, strokeWidth: 1.5 }),
            ...stepMarks(score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};

/** Of the first promise, and of live sessions: those are judged by their lag, which no other chart shows. Empty without a call. */
export const latencyCharts = (run: RunRecord, score: Score): readonly Chart[] =>
  score.promises
    .filter((promise, i) => i === 0 || promise.kind === 'stream')
    .map((promise) => chartOf(run, score, promise));
