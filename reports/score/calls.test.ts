import { describe, expect, it } from 'vitest';
import type { Outcome, RunRecord } from '../../model/record.ts';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { judgedSeconds } from './calls.ts';

/** One row of this kind that its caller left (or that the end of the run cut off), with the lag it had. */
const abandoned = (kind: 'short' | 'stream', lag: number, outcome: Outcome = 'abandoned'): RunRecord => {
  const requests = emptyRequests(1);
  requests.outcome[0] = OUTCOMES.indexOf(outcome);
  requests.lagSeconds[0] = lag;
  requests.doneMillis[0] = 400;
  requests.intendedMillis[0] = 0;
  const row = { index: 0, offsetMillis: millis(0), stream: 'a', kind, audioSeconds: seconds(60), seed: 1 };
  return { requests, schedule: scheduleFromRows([row], millis(1000)) } as unknown as RunRecord;
};

describe('a call that its caller left', () => {
  it('is a miss, however early the caller left', () => {
    expect(judgedSeconds(abandoned('short', NaN), 0)).toBe(Infinity);
  });
  it('is judged by its lag until then if it is a live session that was served', () => {
    expect(judgedSeconds(abandoned('stream', 0.7), 0)).toBe(0.7);
  });
  it('is a miss if it is a live session that had no place yet', () => {
    expect(judgedSeconds(abandoned('stream', NaN), 0)).toBe(Infinity);
  });
});

describe('a call that goes on when the run ends', () => {
  it('is judged by its lag until then if it is a live session that was served', () => {
    expect(judgedSeconds(abandoned('stream', 0.7, 'unfinished'), 0)).toBe(0.7);
  });
  it('is a miss if it is a live session without a place, or a request', () => {
    expect(judgedSeconds(abandoned('stream', NaN, 'unfinished'), 0)).toBe(Infinity);
    expect(judgedSeconds(abandoned('short', NaN, 'unfinished'), 0)).toBe(Infinity);
  });
});
