import { expect, it } from 'vitest';
import type { RunRecord } from '../../model/record.ts';
import type { RequestKind, Schedule } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { loadSteps } from './load-steps.ts';

/** Ten minutes: a call every two seconds; with `live`, a session of 30 s every ten seconds, from minute 5 on every five. */
const runOf = (live: boolean): RunRecord => {
  const rows: (readonly [at: number, kind: RequestKind, audio: number])[] = [];
  for (let at = 0; at < 600; at += 2) rows.push([at, 'short', 5]);
  for (let at = 0; live && at < 600; at += at < 300 ? 10 : 5) rows.push([at, 'stream', 30]);
  const schedule: Schedule = scheduleFromRows(
    rows
      .toSorted(([x], [y]) => x - y)
      .map(([at, kind, audio], index) => ({
        index,
        offsetMillis: millis(1000 * at),
        stream: kind,
        kind,
        audioSeconds: seconds(audio),
        seed: index,
      })),
    millis(600_000),
  );
  const surge = { points: [[300, 2]], between: 'step' };
  const arrivals = { kind: 'constant', rate: 0.1 };
  const traffic = [
    { name: 'short', surge: null, arrivals },
    { name: 'stream', surge, arrivals },
  ];
  const header = { scenario: { traffic }, durationMillis: 600_000, warmupMillis: 0 };
  return { schedule, header } as unknown as RunRecord;
};

it('tells a surge of live sessions by those begun and those open, beside all calls', () => {
  expect(loadSteps(runOf(true))).toEqual([
    {
      atMillis: 300_000,
      callsBefore: 0.6,
      callsAfter: 0.7,
      sessions: { perMinuteBefore: 6, perMinuteAfter: 12, openBefore: 3, openMost: 7 },
      from: 'scenario',
    },
  ]);
});

it('knows of no sessions where none is live', () => {
  expect(loadSteps(runOf(false))).toEqual([
    { atMillis: 300_000, callsBefore: 0.5, callsAfter: 0.5, sessions: null, from: 'scenario' },
  ]);
});
