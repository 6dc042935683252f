// Figure: what callers waited over time: median and 95th percentile by time of arrival, against the promise.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { duration } from '../page/format.ts';
import { judgedSeconds, scoredCalls } from '../score/calls.ts';
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
export const latencyBins = (run: RunRecord, score: Score, binMillis: number): readonly BinQuantiles[] => {
  const kind = score.promises[0]?.kind ?? null;
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

/** Null if nothing is promised, that is, if no call arrived. */
export const latencyChart = (run: RunRecord, score: Score): Chart | null => {
  const promise = score.promises[0];
  if (promise === undefined) return null;
  const { durationMillis } = run.header;
  const width = roundBin(durationMillis, 60);
  const bins = latencyBins(run, score, width);
  const worst = bins.reduce((most, bin) => Math.max(most, bin.p95 ?? 0), 0);
  const axis = timeAxis(durationMillis);
  const id = 'latency';
  const what = promise.kind === 'stream' ? 'lag behind the audio' : 'time to answer';
  const title = `Callers: ${what}`;
  const caption = `At its worst, one caller in twenty has a ${what} of ${duration(worst)} or more; ${duration(promise.withinSeconds)} is promised (by time of arrival, ${binName(width)}).`;
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
