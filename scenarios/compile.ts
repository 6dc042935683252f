// (Scenario, recorded data) → Schedule: every request with its instant, length, kind and seed. Deterministic, no I/O; one
// named random stream per cause and traffic stream, so that changing one stream leaves the others as they were.

import { sampler } from '../model/distribution.ts';
import type { Sampler } from '../model/distribution.ts';
import { formatDuration } from '../model/duration.ts';
import { TestbedError } from '../model/errors.ts';
import { seedOf, stream } from '../model/rng.ts';
import type { Schedule } from '../model/schedule.ts';
import { REQUEST_KINDS } from '../model/schedule.ts';
import { perSecond, seconds, secondsToMillis } from '../model/units.ts';
import type { IntegratedRate } from './arrivals/integrated-rate.ts';
import { integratedRate } from './arrivals/integrated-rate.ts';
import { steady } from './arrivals/process.ts';
import { arrivalProcess } from './arrivals/processes.ts';
import { traceArrival, tracePlay } from './arrivals/trace.ts';
import type { RequestColumns } from './request-columns.ts';
import { mergeColumns, requestColumns } from './request-columns.ts';
import type { Arrivals, Scenario, Traffic } from './scenario.ts';
import type { ScenarioData } from './scenario-data.ts';
import { named } from './scenario-data.ts';
import type { Trace } from './traces/read-trace.ts';

export interface Compiled {
  readonly schedule: Schedule;
  /** What a reader of the run should know, sentences; for instance that a trace ended before the scenario did. */
  readonly notes: readonly string[];
}

/** One traffic stream, ready to be written out. */
interface Source {
  readonly name: string;
  readonly expectedRows: number;
  readonly write: (into: RequestColumns) => readonly string[];
}

/** Bytes per row while compiling: the columns of a stream with room to grow, and those of the schedule. */
const BYTES_PER_ROW = 17 * 2 + 22;

/** Whole microseconds, so that the text of a schedule stays short and the same on every machine. */
const asMillis = (at: number): number => Math.round(at * 1e6) / 1e3;

/** Whole milliseconds, never 0. */
const asLength = (length: number): number => Math.max(0.001, Math.round(length * 1e3) / 1e3);

const lengthSampler = (traffic: Traffic, seed: number, data: ScenarioData): Sampler => {
  const { audioSeconds } = traffic;
  if (audioSeconds === null)
    throw new TestbedError('SCENARIO_INVALID', `the stream ${traffic.name} has no audio length`);
  const of = audioSeconds.kind === 'table' ? named(data.durations, audioSeconds.file) : audioSeconds;
  return sampler(of, stream(seed, 'audio', traffic.name));
};

const drawnSource = (
  scenario: Scenario,
  traffic: Traffic,
  arrivals: Exclude<Arrivals, { kind: 'trace' }>,
  data: ScenarioData,
): Source => {
  const rng = stream(scenario.seed, 'arrivals', traffic.name);
  const process = arrivalProcess(arrivals, rng, (file) => named(data.profiles, file));
  const lambda = integratedRate(traffic.surge === null ? [process.rate] : [process.rate, traffic.surge]);
  const kind = REQUEST_KINDS.indexOf(traffic.kind);
  const end = secondsToMillis(scenario.duration);
  return {
    name: traffic.name,
    expectedRows: lambda.upTo(scenario.duration),
    write: (into) => {
      const length = lengthSampler(traffic, scenario.seed, data);
      for (let at = asMillis(lambda.inverse(process.next())); at < end; at = asMillis(lambda.inverse(process.next()))) {
        into.push(at, asLength(length()), kind);
      }
      return [];
    },
  };
};

const writeTrace = (
  traffic: Traffic,
  arrivals: Extract<Arrivals, { kind: 'trace' }>,
  trace: Trace,
  scenario: Scenario,
  lambda: IntegratedRate,
  into: RequestColumns,
): readonly string[] => {
  const play = tracePlay(arrivals, trace);
  const end = secondsToMillis(scenario.duration);
  for (let n = 0; ; n++) {
    const arrival = traceArrival(arrivals, trace, play, n);
    if (arrival === null) {
      const over = seconds(Math.round(lambda.inverse(play.windowSeconds / play.speedup)));
      return over < scenario.duration
        ? [
            `the trace ${arrivals.file} of stream ${traffic.name} is over after ${formatDuration(over)} of ${formatDuration(scenario.duration)}`,
          ]
        : [];
    }
    const at = asMillis(lambda.inverse(arrival.at));
    if (at >= end) return [];
    into.push(at, asLength(trace.audioSeconds[arrival.row]!), trace.kind[arrival.row]!);
  }
};

const traceSource = (
  scenario: Scenario,
  traffic: Traffic,
  arrivals: Extract<Arrivals, { kind: 'trace' }>,
  data: ScenarioData,
): Source => {
  const trace = named(data.traces, arrivals.file);
  const play = tracePlay(arrivals, trace);
  if (play.rows.length === 0) {
    throw new TestbedError(
      'TRACE_INVALID',
      `${trace.file}: expected rows${arrivals.only === null ? '' : ` of kind ${arrivals.only}`} in the part that is played, got none`,
      { hint: 'widen `from` and `to`, or leave out `kind` to play all rows' },
    );
  }
  // The surge runs the trace faster, so its rows come closer together: Λ of the factors alone, in trace time.
  const lambda = integratedRate([traffic.surge ?? steady(perSecond(1))]);
  const playedSeconds = lambda.upTo(scenario.duration) * play.speedup;
  const rounds = arrivals.repeat ? playedSeconds / play.windowSeconds : Math.min(1, playedSeconds / play.windowSeconds);
  return {
    name: traffic.name,
    expectedRows: rounds * play.rows.length,
    write: (into) => writeTrace(traffic, arrivals, trace, scenario, lambda, into),
  };
};

const sourceOf = (scenario: Scenario, traffic: Traffic, data: ScenarioData): Source =>
  traffic.arrivals.kind === 'trace'
    ? traceSource(scenario, traffic, traffic.arrivals, data)
    : drawnSource(scenario, traffic, traffic.arrivals, data);

/**
 * The schedule of `scenario`. `availableBytes` is the memory it may take: a schedule that is expected to need more is
 * refused with SCHEDULE_TOO_LARGE before anything is allocated.
 *
 * @example compile(parseScenario('a.yaml', text), NO_DATA, 2 ** 31).schedule.count
 */
export const compile = (scenario: Scenario, data: ScenarioData, availableBytes: number): Compiled => {
  const sources = scenario.traffic.map((traffic) => sourceOf(scenario, traffic, data));
  const expected = Math.ceil(sources.reduce((sum, source) => sum + source.expectedRows, 0));
  if (expected * BYTES_PER_ROW > availableBytes) {
    throw new TestbedError(
      'SCHEDULE_TOO_LARGE',
      `${scenario.name} asks for about ${expected} requests, which need ${Math.ceil((expected * BYTES_PER_ROW) / 1e6)} MB; ${Math.floor(availableBytes / 1e6)} MB are free`,
      { hint: 'shorten the duration or lower the rate' },
    );
  }
  const notes: string[] = [];
  const streams = sources.map(({ name, expectedRows, write }) => {
    const columns = requestColumns(Math.ceil(expectedRows + 4 * Math.sqrt(expectedRows)) + 16);
    notes.push(...write(columns));
    return { name, seed: seedOf(scenario.seed, 'row', name), columns };
  });
  return { schedule: mergeColumns(streams, secondsToMillis(scenario.duration)), notes };
};
