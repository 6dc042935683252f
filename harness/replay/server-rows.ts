// The client's rows against the server's own record of what it met (wire-protocol.md section 10): each answered row known
// there once, nothing met that was not sent, the same audio on both sides, never more at once than the cap. Takes both
// tables, gives checks of the validity gate; a row on which the two sides disagree fails the run.

import type { ServedRow } from '../../cluster/emulator/served.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import type { RequestTable, ValidityCheck } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';

export interface JoinInput {
  readonly schedule: Schedule;
  readonly requests: RequestTable;
  readonly served: ReadonlyMap<number, PodServed>;
  readonly law: ServiceLaw;
  readonly timeScale: number;
  readonly frameMillis: number;
}

const OK = OUTCOMES.indexOf('ok');
/** Both sides read one monotonic clock; what the row says it was sent at was read just before. */
const CLOCK_REAL_MILLIS = 1;

const zero = (name: string, value: number): ValidityCheck => ({
  name,
  value,
  unit: 'rows',
  bound: '= 0',
  pass: value === 0,
});

const printed = (name: string, value: number | null, unit: string): ValidityCheck => ({
  name,
  value,
  unit,
  bound: 'printed',
  pass: value !== null,
});

/** Largest number of [from, to) that overlap; an end at the instant of a start came first. */
export const mostAtOnce = (spans: readonly (readonly [from: number, to: number])[]): number => {
  const starts = Float64Array.from(spans, ([from]) => from).sort();
  const ends = Float64Array.from(spans, ([, to]) => to).sort();
  let most = 0;
  let gone = 0;
  starts.forEach((at, i) => {
    while (gone < ends.length && ends[gone]! <= at) gone += 1;
    most = Math.max(most, i + 1 - gone);
  });
  return most;
};

/** Largest share of the cap that any pod had in service at once; null = nothing was admitted. */
const fullest = ({ served, law }: JoinInput): number | null => {
  let share: number | null = null;
  for (const { rows } of served.values())
    for (const [isLive, cap] of [
      [false, law.batch.cap],
      [true, law.stream.cap],
    ] as const) {
      const spans = rows
        .filter((r) => r.isLive === isLive && !Number.isNaN(r.admittedMillis))
        .map((r) => [r.admittedMillis, Number.isNaN(r.doneMillis) ? r.endedMillis : r.doneMillis] as const);
      if (spans.length > 0) share = Math.max(share ?? 0, mostAtOnce(spans) / cap);
    }
  return share;
};

/** Two-sample Kolmogorov–Smirnov distance; both sorted, neither empty. */
export const ksDistance = (a: Float64Array, b: Float64Array): number => {
  let distance = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const at = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= at) i += 1;
    while (j < b.length && b[j]! <= at) j += 1;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
};

const largestGap = (sorted: Float64Array): number =>
  sorted.reduce((largest, at, i) => (i === 0 ? 0 : Math.max(largest, at - sorted[i - 1]!)), 0);

/** First tries at the server against the schedule: by how much their distributions differ, and the longest silence. */
const arrivalChecks = ({ requests, served, timeScale }: JoinInput): readonly ValidityCheck[] => {
  const first: number[] = [];
  for (const { rows } of served.values())
    for (const { attempt, arrivedMillis } of rows) if (attempt === 1) first.push(arrivedMillis);
  const arrived = Float64Array.from(first).sort();
  const due = requests.intendedMillis.filter((at) => !Number.isNaN(at)).sort();
  const some = arrived.length > 0 && due.length > 0;
  return [
    printed('server: arrivals against the schedule, KS distance', some ? ksDistance(arrived, due) : null, 'ratio'),
    printed('server: longest silence', some ? largestGap(arrived) / timeScale : null, 'ms'),
    printed('schedule: longest silence', some ? largestGap(due) / timeScale : null, 'ms'),
  ];
};

/** Does the server's row contradict the client's? */
const contradicts = (r: ServedRow, { schedule, requests, timeScale, frameMillis }: JoinInput): boolean => {
  const beforeSent = r.attempt === 1 && r.arrivedMillis < requests.sentMillis[r.row]! - CLOCK_REAL_MILLIS * timeScale;
  const isFinal = requests.outcome[r.row] === OK && requests.attempts[r.row] === r.attempt;
  const unlikeAudio =
    isFinal && r.isLive && Math.abs(r.receivedSeconds - schedule.audioSeconds[r.row]!) > frameMillis / 1000 + 1e-6;
  return beforeSent || unlikeAudio;
};

export const serverChecks = (input: JoinInput): readonly ValidityCheck[] => {
  const { requests, served } = input;
  const met = new Map<string, number>();
  let unknown = 0;
  let contradicting = 0;
  for (const { rows } of served.values())
    for (const r of rows) {
      const isSent = r.row < requests.count && r.attempt <= requests.attempts[r.row]!;
      if (!isSent) unknown += 1;
      else if (contradicts(r, input)) contradicting += 1;
      const key = `${r.row} ${r.attempt}`;
      met.set(key, (met.get(key) ?? 0) + 1);
    }
  let missing = 0;
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== OK || met.has(`${row} ${requests.attempts[row]!}`)) continue;
    // A killed pod took the end of its record with it.
    if (served.get(requests.pod[row]!)?.isWhole !== false) missing += 1;
  }
  const share = fullest(input);
  return [
    zero('server: answered rows it did not meet', missing),
    zero('server: tries met twice', [...met.values()].filter((times) => times > 1).length),
    zero('server: tries nobody sent', unknown),
    zero('server: rows on which the sides disagree', contradicting),
    {
      name: 'server: most at once / cap',
      value: share,
      unit: 'ratio',
      bound: '≤ 1',
      pass: share === null ? requests.outcome.every((outcome) => outcome !== OK) : share <= 1,
    },
    ...arrivalChecks(input),
  ];
};
