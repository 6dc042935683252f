import { describe, expect, it } from 'vitest';
import { emptyRequests } from '../../model/record.ts';
import { REQUEST_KINDS, emptySchedule } from '../../model/schedule.ts';
import { millis } from '../../model/units.ts';
import { exampleRun } from '../example-run.test-support.ts';
import type { Promised } from './promise.ts';
import { arrivalsOf, brokenEpisodes, keptAgainFrom } from './recovery.ts';

const base = exampleRun({ durationSeconds: 60, stepAtSeconds: 50 });
const promises: readonly Promised[] = [{ kind: 'short', withinSeconds: 2, target: 0.9, from: 'default' }];

/** One call per second; those of the seconds named are answered too late. */
const runWith = (late: ReadonlySet<number>, count = 300) => {
  const requests = emptyRequests(count);
  for (let i = 0; i < count; i++) {
    requests.intendedMillis[i] = i * 1000;
    requests.doneMillis[i] = i * 1000 + (late.has(i) ? 5000 : 500);
    requests.outcome[i] = 0;
  }
  return { ...base, schedule: emptySchedule(count, millis(count * 1000), ['x']), requests };
};
const seconds = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe('broken promise', () => {
  it('one late call in thirty seconds breaks no promise of nine in ten', () => {
    expect(brokenEpisodes(arrivalsOf(runWith(new Set([40, 120])), promises), 0, 300_000)).toEqual([]);
  });

  it('lasts from the first late call until so few are left that the next 30 s hold', () => {
    // All calls of seconds 60 to 99 are late; of the thirty after 96.001 s three are.
    expect(brokenEpisodes(arrivalsOf(runWith(new Set(seconds(60, 100))), promises), 0, 300_000)).toEqual([
      { fromMillis: 60_000, untilMillis: 96_001 },
    ]);
  });

  it('comes in episodes, and the last may not end', () => {
    const late = new Set([...seconds(60, 70), ...seconds(150, 160), ...seconds(280, 300)]);
    expect(brokenEpisodes(arrivalsOf(runWith(late), promises), 0, 300_000)).toEqual([
      { fromMillis: 60_000, untilMillis: 66_001 },
      { fromMillis: 150_000, untilMillis: 156_001 },
      { fromMillis: 280_000, untilMillis: null },
    ]);
  });

  it('is of each kind: live sessions that fall behind are not made good by calls that are answered', () => {
    // Every tenth call is a live session; those of seconds 60 to 99 and 200 fall behind, and so do the calls of 200 to 202.
    const run = runWith(new Set([60, 70, 80, 90, 200, 201, 202]));
    const [short, live] = [REQUEST_KINDS.indexOf('short'), REQUEST_KINDS.indexOf('stream')];
    run.schedule.kind.forEach((_, i, kind) => (kind[i] = i % 10 === 0 ? live : short));
    const both = (target: number): readonly Promised[] => [
      { kind: 'short', withinSeconds: 2, target: 0.9, from: 'default' },
      { kind: 'stream', withinSeconds: 2, target, from: 'default' },
    ];
    // Of three sessions in 30 s, two must keep up: 60, 70, 80 do not, 90 is one of three.
    expect(brokenEpisodes(arrivalsOf(run, both(0.6)), 0, 300_000)).toEqual([
      { fromMillis: 60_000, untilMillis: 80_001 },
    ]);
    expect(keptAgainFrom(arrivalsOf(run, both(0.6)), 60_000, 300_000)).toBe(80_001);
    // All must: the session at 200 breaks its promise, the two calls beside it do not break theirs.
    expect(brokenEpisodes(arrivalsOf(run, both(1)), 0, 300_000)).toEqual([
      { fromMillis: 60_000, untilMillis: 90_001 },
      { fromMillis: 200_000, untilMillis: 200_001 },
    ]);
    // The kind with fewest calls is the only one that is let down; the order of the promises is nothing to it.
    expect(brokenEpisodes(arrivalsOf(run, [...both(0.6)].reverse()), 0, 300_000)).toEqual([
      { fromMillis: 60_000, untilMillis: 80_001 },
    ]);
  });

  it('is kept again at once where nothing is broken, and never if no window ends in time', () => {
    const run = runWith(new Set(seconds(60, 100)));
    expect(keptAgainFrom(arrivalsOf(run, promises), 10_000, 300_000)).toBe(10_000);
    expect(keptAgainFrom(arrivalsOf(run, promises), 80_000, 300_000)).toBe(96_001);
    expect(keptAgainFrom(arrivalsOf(run, promises), 80_000, 110_000)).toBeNull();
  });
});
