// Figure: where the time goes between a load step and the first new pod that takes calls; one stacked bar per scale-up. The
// table of stages has their means and the colours; of a single scale-up it says all, so there is no chart.

import * as Plot from '@observablehq/plot';
import { duration, share } from '../page/format.ts';
import type { Reaction } from '../score/reaction.ts';
import type { Score } from '../score/score.ts';
import { STAGE_MEANING } from '../score/stages.ts';
import type { Chart } from './draw.ts';
import { draw, isNarrow } from './draw.ts';
import { INK, STAGE_COLOUR } from './palette.ts';

/** A segment narrower than this share of the longest bar has no room for its number. */
const ROOM = { wide: 0.06, narrow: 0.18 };
/** More bars are not read; the table has the mean over all. */
const MOST_BARS = 12;

const lengthOf = (reaction: Reaction): number => reaction.stages.reduce((sum, stage) => sum + stage.seconds, 0);

/** What takes longest; null if no load step brought a new pod. */
export const stagesSentence = (score: Score): string | null => {
  const { stages, reactions } = score.responsiveness;
  const [top] = stages.toSorted((a, b) => b.share - a.share);
  if (top === undefined || top.meanSeconds === 0) return null;
  const total = duration(stages.reduce((sum, stage) => sum + stage.meanSeconds, 0));
  const chains = reactions.filter((r) => r.stages.length > 0).length;
  const mean = chains > 1 ? ` (mean of ${chains} scale-ups)` : '';
  return `From the load step to the first new pod that takes calls: ${total}${mean}, of which ${share(Math.round(100 * top.share) / 100)} is ${STAGE_MEANING[top.name]}.`;
};

/** Null if fewer than two load steps brought a new pod. */
export const stagesChart = (score: Score): Chart | null => {
  const chains = score.responsiveness.reactions.filter((r) => r.stages.length > 0).slice(0, MOST_BARS);
  if (chains.length < 2) return null;
  const segments = chains.flatMap((reaction) => {
    let from = 0;
    return reaction.stages.map((stage) => {
      const segment = {
        bar: duration(reaction.step.atMillis / 1000),
        name: stage.name,
        from,
        to: from + stage.seconds,
      };
      from = segment.to;
      return segment;
    });
  });
  const longest = Math.max(...segments.map((s) => s.to));
  const used = score.responsiveness.stages.filter((s) => segments.some((x) => x.name === s.name && x.to > x.from));
  const id = 'stages';
  const title = 'Each scale-up';
  const slowest = chains.reduce((worst, r) => (lengthOf(r) > lengthOf(worst) ? r : worst));
  const caption = `From load step to the first new pod that takes calls, by the time of the load step; the slowest takes ${duration(lengthOf(slowest))}. Colours as above.`;
  const shown = segments.filter((s) => s.to > s.from);
  return {
    id,
    title,
    caption,
    // The table above it carries the colours.
    legend: [],
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 62 + 40 * chains.length },
        {
          marginTop: 6,
          marginLeft: isNarrow(w) ? 60 : 76,
          x: {
            label: 'seconds after the load step',
            labelArrow: 'none',
            labelAnchor: 'center',
            domain: [0, longest],
            ticks: isNarrow(w) ? 4 : 8,
          },
          y: { label: null, domain: chains.map((r) => duration(r.step.atMillis / 1000)), padding: 0.25 },
          color: { domain: used.map((s) => s.name), range: used.map((s) => STAGE_COLOUR[s.name]) },
          marks: [
            Plot.barX(shown, { x1: 'from', x2: 'to', y: 'bar', fill: 'name', insetLeft: 0.5, insetRight: 0.5 }),
            Plot.text(
              shown.filter((s) => s.to - s.from >= (isNarrow(w) ? ROOM.narrow : ROOM.wide) * longest),
              {
                x: (s: { from: number; to: number }) => (s.from + s.to) / 2,
                y: 'bar',
                text: (s: { from: number; to: number }) => duration(s.to - s.from),
                fill: INK.paper,
                fontWeight: 600,
              },
            ),
          ],
        },
      ),
  };
};
