import { describe, expect, it } from 'vitest';
import type { ServedRow } from '../../cluster/emulator/served.ts';
import { servedRow } from '../../cluster/emulator/served.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import type { JoinInput } from './server-rows.ts';
import { ksDistance, serverChecks } from './server-rows.ts';

const COUNT = 10;
const schedule = scheduleFromRows(
  Array.from({ length: COUNT }, (_, index) => ({
    index,
    offsetMillis: millis(index * 100),
    stream: 's',
    kind: index === 0 ? ('stream' as const) : ('short' as const),
    audioSeconds: seconds(2),
    seed: index,
  })),
  millis(1000),
);

const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
const law = { ...LAW, batch: { ...LAW.batch, cap: 2 } };

/** Both sides agree: every row sent when due, met 1 ms later, served for 150 ms, so that two are in service at once. */
const agreed = (): { requests: JoinInput['requests']; rows: ServedRow[] } => {
  const requests = emptyRequests(COUNT);
  const rows: ServedRow[] = [];
  for (let i = 0; i < COUNT; i++) {
    const at = schedule.offsetMillis[i]!;
    requests.intendedMillis[i] = at;
    requests.sentMillis[i] = at;
    requests.outcome[i] = OUTCOMES.indexOf('ok');
    requests.attempts[i] = 1;
    requests.pod[i] = 0;
    rows.push({
      ...servedRow(i, 1, i === 0, at + 1),
      admittedMillis: at + 1,
      doneMillis: at + 151,
      endedMillis: at + 152,
      receivedSeconds: i === 0 ? 2 : NaN,
      droppedTailSeconds: i === 0 ? 0 : NaN,
    });
  }
  return { requests, rows };
};

const checks = (requests: JoinInput['requests'], rows: ServedRow[], change: Partial<PodServed> = {}) =>
  serverChecks({
    schedule,
    requests,
    served: new Map([[0, { rows, isWhole: true, ...change }]]),
    law,
    timeScale: 1,
    frameMillis: 128,
  });

const breaches = (of: ReturnType<typeof checks>): string[] =>
  of.filter(({ pass }) => !pass).map(({ name }) => name.replace('server: ', ''));

describe('the join of client rows with server rows', () => {
  it('passes when both sides tell the same, and prints how the arrivals compare', () => {
    const { requests, rows } = agreed();
    expect(breaches(checks(requests, rows))).toEqual([]);
    const values = checks(requests, rows).map(({ value }) => Math.round(1000 * value!) / 1000);
    expect(values).toEqual([0, 0, 0, 0, 1, 0.1, 100, 100]);
  });

  it('finds a row that was answered and never met, unless its pod was killed', () => {
    const { requests, rows } = agreed();
    rows.splice(4, 1);
    expect(breaches(checks(requests, rows))).toEqual(['answered rows it did not meet']);
    expect(breaches(checks(requests, rows, { isWhole: false }))).toEqual([]);
  });

  it('finds a try that was met twice, and one that nobody sent', () => {
    const { requests, rows } = agreed();
    expect(breaches(checks(requests, [...rows, { ...rows[3]!, admittedMillis: NaN }]))).toEqual(['tries met twice']);
    expect(breaches(checks(requests, [...rows, servedRow(3, 2, false, 400)]))).toEqual(['tries nobody sent']);
    expect(breaches(checks(requests, [...rows, servedRow(99, 1, false, 400)]))).toEqual(['tries nobody sent']);
  });

  it('finds a request that came before it was sent, and audio that did not arrive', () => {
    const { requests, rows } = agreed();
    requests.sentMillis[5] = 600;
    expect(breaches(checks(requests, rows))).toEqual(['rows on which the sides disagree']);
    const other = agreed();
    other.rows[0]!.receivedSeconds = 1.8;
    expect(breaches(checks(other.requests, other.rows))).toEqual(['rows on which the sides disagree']);
    other.rows[0]!.receivedSeconds = 1.9;
    expect(breaches(checks(other.requests, other.rows))).toEqual([]);
  });

  it('finds a pod that had more in service than its cap', () => {
    const { requests, rows } = agreed();
    for (const r of rows) r.doneMillis += 100;
    expect(breaches(checks(requests, rows))).toEqual(['most at once / cap']);
  });

  it('takes a server that met nothing for a breach', () => {
    const { requests } = agreed();
    expect(breaches(checks(requests, []))).toEqual([
      'answered rows it did not meet',
      'most at once / cap',
      'arrivals against the schedule, KS distance',
      'longest silence',
      'schedule: longest silence',
    ]);
  });
});

describe('the Kolmogorov–Smirnov distance', () => {
  it('is the largest difference of two step functions', () => {
    const of = (...values: number[]): Float64Array => Float64Array.from(values);
    expect(ksDistance(of(1, 2, 3, 4), of(1, 2, 3, 4))).toBe(0);
    expect(ksDistance(of(1, 2), of(3, 4))).toBe(1);
    expect(ksDistance(of(1, 2, 3, 4), of(3, 4, 5, 6))).toBe(0.5);
    expect(ksDistance(of(1, 1, 2), of(1, 2, 2))).toBeCloseTo(1 / 3);
  });
});
