// Figure: calls per second over time, as scheduled.

import * as Plot from '@observablehq/plot';
import type { RunRecord } from '../../model/record.ts';
import { duration, number } from '../page/format.ts';
import type { SessionStep } from '../score/load-steps.ts';
import type { Score } from '../score/score.ts';
import { timeline } from '../stats/timeline.ts';
import type { Chart } from './draw.ts';
import { draw, stepMarks, timeAxis, timeScale } from './draw.ts';
import { INK } from './palette.ts';
import { binName, roundBin } from './series.ts';

/** ', and new live sessions from 8 to 24 per minute: 45 open ones become 130'; empty without any. */
const sessionsText = (sessions: SessionStep | null): string =>
  sessions === null
    ? ''
    : `, and new live sessions from ${number(sessions.perMinuteBefore)} to ${number(sessions.perMinuteAfter)} per minute: ${number(sessions.openBefore)} open ones become ${number(sessions.openMost)}`;

export const offeredLoadChart = (run: RunRecord, score: Score): Chart => {
  const { durationMillis } = run.header;
  const width = roundBin(durationMillis, 180);
  const bins = timeline(run.schedule.offsetMillis, run.schedule.offsetMillis, 0, durationMillis, width).map((bin) => ({
    t: bin.from,
    rate: bin.values.length / ((bin.to - bin.from) / 1000),
  }));
  const rates = bins.map((bin) => bin.rate);
  const [reaction] = score.responsiveness.reactions;
  const jump =
    reaction === undefined
      ? `The load lies between ${number(Math.min(...rates))} and ${number(Math.max(...rates))} calls per second and never jumps`
      : `The load jumps from ${number(reaction.step.callsBefore)} to ${number(reaction.step.callsAfter)} calls per second ${duration(reaction.step.atMillis / 1000)} into the run${sessionsText(reaction.step.sessions)}`;
  const id = 'load';
  const title = 'Offered load';
  const marks = [
    reaction === undefined ? '' : 'dotted line; ',
    score.faults.length === 0 ? '' : 'red: something is broken on purpose; ',
  ];
  const caption = `${jump} (${marks.join('')}mean of ${binName(width)}).`;
  const axis = timeAxis(durationMillis);
  const points = [...bins, { t: durationMillis, rate: rates.at(-1) ?? 0 }].map((b) => ({ x: axis.at(b.t), y: b.rate }));
  return {
    id,
    title,
    caption,
    legend: [],
    svg: (w) =>
      draw(
        { id, title, caption, width: w, height: 190 },
        {
          x: timeScale(axis, w),
          y: { label: 'calls per second', labelArrow: 'none', grid: true, ticks: 4, zero: true },
          marks: [
            Plot.areaY(points, { x: 'x', y: 'y', curve: 'step-after', fill: INK.blue, fillOpacity: 0.25 }),
            Plot.lineY(points, { x: 'x', y: 'y', curve: 'step-after', stroke: INK.blue }),
            ...stepMarks(score, axis),
            Plot.ruleY([0], { stroke: INK.rule }),
          ],
        },
      ),
  };
};
