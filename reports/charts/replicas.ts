// Figure: replicas needed (demand), desired, created and ready over time.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { share } from '../page/format.ts';
import { demandCurve } from '../score/demand.ts';
import { podLives, replicaCurves } from '../score/pods.ts';
import type { Score } from '../score/score.ts';
import { maximum } from '../stats/step-function.ts';
import type { Chart, LegendEntry } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { INK } from './palette.ts';
import { stepPoints } from './series.ts';

export const replicasChart = (run: RunRecord, score: Score): Chart => {
  const { durationMillis } = run.header;
  const axis = timeAxis(durationMillis);
  const curves = replicaCurves(run, podLives(run.life, run.header.endMillis));
  const demand = demandCurve(run);
  const points = (f: Parameters<typeof stepPoints>[0]) =>
    stepPoints(f, 0, durationMillis, '').map((p) => ({ x: axis.at(p.t), y: p.y }));
  const needed = 'kind' in demand ? null : points(demand);
  const { elasticity } = score.responsiveness;
  const id = 'replicas';
  const title = 'Replicas: needed, desired, created, ready';
  const caption =
    elasticity.kind === 'value'
      ? `Fewer replicas are ready than the load needs for ${share(elasticity.value.underTimePercent / 100)} of the time, more for ${share(elasticity.value.overTimePercent / 100)}.`
      : `At most ${maximum(curves.ready, 0, durationMillis)} replicas are ready; how many the load needs is unknown (${elasticity.why}).`;
  const legend: LegendEntry[] = [
    ...(needed === null ? [] : [{ label: 'needed for the promise', colour: INK.quiet, form: 'area' } as const]),
    { label: 'desired by the HPA', colour: INK.orange, form: 'dashed' },
    { label: 'created', colour: INK.sky, form: 'line' },
    { label: 'ready', colour: INK.blue, form: 'line' },
  ];
  const line = (f: Parameters<typeof stepPoints>[0], stroke: string, strokeWidth: number, strokeDasharray = 'none') =>
    Plot.lineY(points(f), { x: 'x', y: 'y', curve: 'step-after', stroke, strokeWidth, strokeDasharray });
  return {
    id,
    title,
    caption,
    legend,
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 240 },
        {
          x: timeScale(axis, w),
          y: { label: 'replicas', labelArrow: 'none', grid: true, zero: true, ticks: 5, tickFormat: 'd' },
          marks: [
            ...(needed === null
              ? []
              : [Plot.areaY(needed, { x: 'x', y: 'y', curve: 'step-after', fill: INK.quiet, fillOpacity: 0.3 })]),
            line(curves.created, INK.sky, 1.5),
            line(curves.ready, INK.blue, 2.5),
            line(curves.desired, INK.orange, 1.5, '4,3'),
            ...stepMarks(score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};
