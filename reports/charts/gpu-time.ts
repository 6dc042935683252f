// Figure: what the GPU money bought: paid GPU time split into serving, idle, no pod ready yet and draining; one stacked bar.

import * as Plot from '@observablehq/plot';
import { duration, number, share } from '../page/format.ts';
import { numberOf } from '../score/figure.ts';
import type { Score } from '../score/score.ts';
import type { Chart } from './draw.ts';
import { draw, isNarrow } from './draw.ts';
import { INK } from './palette.ts';

interface Part {
  readonly name: string;
  readonly colour: string;
  readonly seconds: number;
}

/** Legible on the colour. */
const labelOn = ({ colour }: Part): string => (colour === INK.blue || colour === INK.purple ? INK.paper : INK.onPale);

/** Paid GPU-seconds by use; what is left is time on a machine whose pods are going or not yet placed. */
const partsOf = (score: Score): readonly Part[] => {
  const { cost } = score;
  const paid = (numberOf(cost.gpuHours) ?? 0) * 3600;
  const idle = (numberOf(cost.idleShare) ?? 0) * cost.readyReplicaSeconds;
  const busy = Math.max(0, cost.readyReplicaSeconds - idle);
  const start = numberOf(cost.startupWaste) ?? 0;
  const drain = numberOf(cost.drainTail) ?? 0;
  const rest = Math.max(0, paid - busy - idle - start - drain);
  return [
    { name: 'a call in service', colour: INK.blue, seconds: busy },
    { name: 'ready, no call', colour: INK.sky, seconds: idle },
    { name: 'no pod ready yet', colour: INK.orange, seconds: start },
    { name: 'after the last call', colour: INK.purple, seconds: drain },
    { name: 'other', colour: INK.quiet, seconds: rest },
  ].filter((part) => part.seconds >= 0.5);
};

/** Null if nothing was paid. */
export const gpuTimeChart = (score: Score): Chart | null => {
  const parts = partsOf(score);
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  if (total === 0) return null;
  const seconds = (name: string): number => parts.find((part) => part.name === name)?.seconds ?? 0;
  const of = (name: string): string => share(Math.round((100 * seconds(name)) / total) / 100);
  const id = 'gpu';
  const title = 'What the GPU time was used for';
  const caption = `Of ${duration(total)} of paid GPU time, ${of('a call in service')} serves calls, ${of('ready, no call')} waits ready without a call and ${of('no pod ready yet')} is of cards that stand empty or start their first pod.`;
  const hours = total > 5 * 3600;
  const unit = hours ? 3600 : 60;
  let from = 0;
  const segments = parts.map((part) => {
    const segment = { ...part, from: from / unit, to: (from + part.seconds) / unit };
    from += part.seconds;
    return segment;
  });
  return {
    id,
    title,
    caption,
    legend: parts.map((part) => ({ label: part.name, colour: part.colour, form: 'area' })),
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 96 },
        {
          marginTop: 6,
          marginLeft: 16,
          x: {
            label: hours ? 'GPU-hours' : 'GPU-minutes',
            tickFormat: number,
            labelArrow: 'none',
            labelAnchor: 'center',
            ticks: isNarrow(w) ? 4 : 8,
          },
          y: { axis: null, domain: [''] },
          color: { domain: parts.map((p) => p.name), range: parts.map((p) => p.colour) },
          marks: [
            Plot.barX(segments, { x1: 'from', x2: 'to', y: () => '', fill: 'name', insetLeft: 0.5, insetRight: 0.5 }),
            Plot.text(
              segments.filter((s) => s.seconds >= (isNarrow(w) ? 0.14 : 0.07) * total),
              {
                x: (s: { from: number; to: number }) => (s.from + s.to) / 2,
                y: () => '',
                text: (s: Part) => share(Math.round((100 * s.seconds) / total) / 100),
                fill: labelOn,
                fontWeight: 600,
              },
            ),
          ],
        },
      ),
  };
};
