// The validity gate of load-generation.md section 8, the rows that apply to every run: did the schedule go out when it
// should have, was the process healthy, do the books balance? No data is a breach. Times are real milliseconds.

import type { GeneratorValidity, RequestTable, ValidityCheck } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { WINDOW_MILLIS, spread } from './in-flight.ts';
import type { FrameFigures } from './load-engine.ts';
import type { ProcessHealth } from './process-health.ts';

export interface ValidityInput {
  readonly schedule: Schedule;
  readonly requests: RequestTable;
  readonly timeScale: number;
  readonly health: readonly ProcessHealth[];
  /** One entry per engine that had live sessions. */
  readonly frames: readonly FrameFigures[];
  readonly frameMillis: number;
  /** Rows of workers that died. */
  readonly lostRows: number;
  /** Rows due before the run ended or was cut off. */
  readonly dueRows: number;
  /** Integral of the rows under way over time as the engine counted it, row-milliseconds. */
  readonly inFlightMillis: number;
  /** The same by window (in-flight.ts); absent = the engine knows the total only. */
  readonly inFlightByWindow?: readonly number[];
  /** Users of a closed loop; absent = open loop. */
  readonly closedLoopUsers?: number;
  readonly endMillis: number;
  /** What the engine proves beside these. */
  readonly checks?: readonly ValidityCheck[];
  /** From the join with the server's own record (server-rows.ts); absent = the server keeps none. */
  readonly server?: readonly ValidityCheck[];
}

const DROPPED = OUTCOMES.indexOf('dropped');

/** Nearest rank on the exact sample. */
const quantile = (sorted: Float64Array, q: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;

const below = (name: string, value: number | null, unit: string, bound: number): ValidityCheck => ({
  name,
  value,
  unit,
  bound: `< ${bound}`,
  pass: value !== null && value < bound,
});

const worst = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values));

/** Real delays of the starts against the schedule, sorted. */
const delays = ({ requests, timeScale }: ValidityInput): Float64Array => {
  const real: number[] = [];
  for (let i = 0; i < requests.count; i++) {
    const sent = requests.sentMillis[i]!;
    if (!Number.isNaN(sent)) real.push((sent - requests.intendedMillis[i]!) / timeScale);
  }
  return Float64Array.from(real).sort();
};

const difference = (byRows: number, byEngine: number): number => {
  const larger = Math.max(byRows, byEngine);
  // Less than a row-millisecond holds rounding only.
  return larger < 1 ? 0 : Math.abs(byRows - byEngine) / larger;
};

/**
 * Little's law: the engine's integral of the rows under way against the sum of their stays (rate times mean time), in every
 * window that ended before the run did; over the whole run where the engine knows no windows. Null = nothing to compare.
 */
const littleError = (input: ValidityInput): number | null => {
  const { requests, inFlightMillis, inFlightByWindow, endMillis } = input;
  const stays: number[] = [];
  for (let i = 0; i < requests.count; i++) {
    const sent = requests.sentMillis[i]!;
    const done = requests.doneMillis[i]!;
    if (!Number.isNaN(sent)) spread(stays, sent, Number.isNaN(done) ? endMillis : done, 1);
  }
  if (inFlightByWindow === undefined) {
    const sum = stays.reduce((total, area: number | undefined) => total + (area ?? 0), 0);
    return sum === 0 && inFlightMillis === 0 ? null : difference(sum, inFlightMillis);
  }
  const windows = Math.min(Math.floor(endMillis / WINDOW_MILLIS), Math.max(stays.length, inFlightByWindow.length));
  let worstError: number | null = null;
  for (let w = 0; w < windows; w++)
    worstError = Math.max(worstError ?? 0, difference(stays[w] ?? 0, inFlightByWindow[w] ?? 0));
  return worstError;
};

/** Did the schedule go out when it should have? In a closed loop the question has no answer, which is its fault. */
const arrivalChecks = (input: ValidityInput): readonly ValidityCheck[] => {
  if (input.closedLoopUsers !== undefined)
    return [
      { name: 'arrivals', value: input.closedLoopUsers, unit: 'users who wait', bound: 'open loop', pass: false },
    ];
  const sorted = delays(input);
  const achieved = input.dueRows === 0 ? null : sorted.length / input.dueRows;
  return [
    below('schedule delay p50', quantile(sorted, 0.5), 'ms', 10),
    below('schedule delay p99', quantile(sorted, 0.99), 'ms', 50),
    {
      name: 'achieved / requested',
      value: achieved,
      unit: 'ratio',
      bound: '≥ 0.99',
      pass: achieved !== null && achieved >= 0.99,
    },
  ];
};

const frameChecks = ({ frames, frameMillis, timeScale }: ValidityInput): readonly ValidityCheck[] => {
  const due = frames.reduce((sum, f) => sum + f.framesDue, 0);
  const sent = frames.reduce((sum, f) => sum + f.framesSent, 0);
  const share = due === 0 ? null : sent / due;
  const buffered = worst(frames.map((f) => f.maxBufferedBytes));
  return [
    {
      name: 'frames sent / due',
      value: share,
      unit: 'ratio',
      bound: '≥ 0.999',
      pass: share !== null && share >= 0.999,
    },
    below('frame lateness p50', worst(frames.map((f) => f.latenessP50Millis ?? Infinity)), 'ms', 2),
    below(
      'frame lateness p99',
      worst(frames.map((f) => f.latenessP99Millis ?? Infinity)),
      'ms',
      frameMillis / timeScale / 4,
    ),
    below('bytes held back by a socket', buffered, 'bytes', 65_536),
  ];
};

export const generatorValidity = (input: ValidityInput): GeneratorValidity => {
  const { requests, health, lostRows } = input;
  let dropped = 0;
  for (let i = 0; i < requests.count; i++) if (requests.outcome[i] === DROPPED) dropped += 1;
  const checks: ValidityCheck[] = [
    ...arrivalChecks(input),
    { name: 'dropped rows', value: dropped, unit: 'rows', bound: '= 0', pass: dropped === 0 },
    { name: 'rows lost by workers', value: lostRows, unit: 'rows', bound: '= 0', pass: lostRows === 0 },
    below('event loop utilisation', worst(health.map((h) => h.eventLoopUtilisation)), 'ratio', 0.7),
    below('event loop delay p99', worst(health.map((h) => h.eventLoopDelayP99Millis)), 'ms', 20),
    below('CPU of one worker', worst(health.map((h) => h.cpuCores)), 'cores', 0.8),
    below('longest GC pause', worst(health.map((h) => h.longestGcMillis)), 'ms', 50),
    below("Little's law error", littleError(input), 'ratio', 0.03),
  ];
  if (input.frames.length > 0) checks.push(...frameChecks(input));
  checks.push(...(input.checks ?? []), ...(input.server ?? []));
  return { verdict: checks.every(({ pass }) => pass) ? 'valid' : 'generator-limited', checks };
};
