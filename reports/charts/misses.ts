// Figure: calls that were let down over time, by how: late, refused, given up, failed, never answered.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import { number, share } from '../page/format.ts';
import { scoredCalls } from '../score/calls.ts';
import { isKept } from '../score/promise.ts';
import type { Score } from '../score/score.ts';
import { timeline } from '../stats/timeline.ts';
import type { Chart } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { INK } from './palette.ts';
import { binName, roundBin } from './series.ts';

const HOW = {
  late: { label: 'answered too late', colour: INK.orange },
  refused: { label: 'refused', colour: INK.red },
  timeout: { label: 'caller gave up', colour: INK.purple },
  failed: { label: 'failed', colour: INK.truth },
  unfinished: { label: 'not answered by the end', colour: INK.sky },
  dropped: { label: 'not sent by the generator', colour: INK.quiet },
  abandoned: { label: 'caller hung up', colour: INK.green },
} as const;
type How = keyof typeof HOW;
const HOWS = Object.keys(HOW) as How[];

/** Null if every promise was kept. */
export const missesChart = (run: RunRecord, score: Score): Chart | null => {
  const missed = scoredCalls(run).filter((i) => !isKept(run, score.promises, i));
  if (missed.length === 0) return null;
  const { durationMillis, warmupMillis } = run.header;
  const width = roundBin(durationMillis, 90);
  const how = missed.map((i): How => {
    const outcome = OUTCOMES[run.requests.outcome[i]!]!;
    return outcome === 'ok' ? 'late' : outcome;
  });
  const used = HOWS.filter((h) => how.includes(h));
  const axis = timeAxis(durationMillis);
  const bins = timeline(
    missed.map((i) => run.requests.intendedMillis[i]!),
    how.map((h) => HOWS.indexOf(h)),
    warmupMillis,
    durationMillis,
    width,
  );
  const bars = bins.flatMap((bin) =>
    used.map((h) => ({
      from: axis.at(bin.from),
      to: axis.at(bin.to),
      count: bin.values.filter((v) => v === HOWS.indexOf(h)).length,
      how: HOW[h].label,
    })),
  );
  const id = 'misses';
  const title = 'Calls let down';
  const caption = `${number(missed.length)} of ${number(score.service.arrived)} calls (${share(missed.length / score.service.arrived)}) are let down; the bars count them by time of arrival, ${binName(width)}.`;
  return {
    id,
    title,
    caption,
    legend: used.map((h) => ({ label: HOW[h].label, colour: HOW[h].colour, form: 'area' })),
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 180 },
        {
          x: timeScale(axis, w),
          y: { label: 'calls', labelArrow: 'none', grid: true, ticks: 4, zero: true },
          color: { domain: used.map((h) => HOW[h].label), range: used.map((h) => HOW[h].colour) },
          marks: [
            Plot.rectY(
              bars.filter((bar) => bar.count > 0),
              { x1: 'from', x2: 'to', y: 'count', fill: 'how', insetLeft: 0.5, insetRight: 0.5 },
            ),
            ...stepMarks(score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};
