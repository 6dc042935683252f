// A real run against its simulation (or any two runs of one schedule): differences with the regime they were found in,
// each against a named bound (scoring.md section 10). What cannot be compared on both sides is listed as such.

import { TestbedError } from '../model/errors.ts';
import type { RunRecord } from '../model/record.ts';
import { throughput } from '../model/service-time.ts';
import { commonBytes, commonSamples, keptTheSame } from './fidelity/agreement.ts';
import { callsBetween, latencySeconds } from './score/calls.ts';
import { offeredLoad } from './score/demand.ts';
import { numberOf } from './score/figure.ts';
import type { ReplicaCurves } from './score/pods.ts';
import { podLives, replicaCurves, servingDecisions } from './score/pods.ts';
import { lawOf } from './score/scenario-of.ts';
import type { Score } from './score/score.ts';
import { score } from './score/score.ts';
import { ascending, mean, quantile } from './stats/quantile.ts';
import type { StepFunction } from './stats/step-function.ts';
import { area, integrate, valueAt } from './stats/step-function.ts';

/** How far a run may be from the other. Relative bounds are of the second (real) run's figure. */
export interface FidelityBounds {
  /** Least share of time with equal replica counts. */
  readonly equalReplicas: number;
  readonly replicaSecondsRelative: number;
  /** Least share of calls that the same pod of both runs answered. */
  readonly samePod: number;
  readonly latencyRelative: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** A latency difference below this is accepted whatever its share: wall-clock noise times the compression. */
  readonly latencySeconds: number;
  readonly metricAgeSeconds: number;
  readonly reactionSeconds: number;
  /** Of all calls, per outcome. */
  readonly outcomeShare: number;
  readonly attainment: number;
  readonly storageRelative: number;
}

/**
 * Bounds of a replay in compressed real time against its simulation. Replicas, ages and stages follow the goals of
 * scoring.md section 10. Latency and storage are wider: a millisecond of the wall clock is `timeScale` virtual ones, and
 * a stall of the machine while the fleet is overloaded delays every later call of the regime.
 */
export const fidelityBounds = (timeScale: number): FidelityBounds => ({
  equalReplicas: 0.93,
  replicaSecondsRelative: 0.02,
  samePod: 0.8,
  latencyRelative: { p50: 0.05, p95: 0.15, p99: 0.25 },
  latencySeconds: 0.01 * timeScale,
  metricAgeSeconds: 1 + 0.05 * timeScale,
  reactionSeconds: 5 + 0.1 * timeScale,
  outcomeShare: 0.01,
  attainment: 0.02,
  storageRelative: 0.15,
});

/** Utilisation at the time of a call: below 0.7, 0.7 to 1, above 1 of what the Ready replicas finish at saturation. */
const REGIMES = ['below 0.7', '0.7 to 1', 'above 1'] as const;
export type Regime = (typeof REGIMES)[number];

export type RowUnit = 's' | 'share' | 'count' | '/s' | 'B';

export interface ComparisonRow {
  readonly name: string;
  readonly regime: Regime | null;
  readonly unit: RowUnit;
  readonly first: number | null;
  readonly second: number | null;
  /** first − second, or the share of time itself for 'equal' rows. */
  readonly difference: number | null;
  readonly bound: string;
  readonly status: 'pass' | 'fail' | 'not-compared';
}

export interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly rows: readonly ComparisonRow[];
  /** No row fails and at least one was compared. */
  readonly pass: boolean;
}

interface Side {
  readonly run: RunRecord;
  readonly scored: Score;
  readonly curves: ReplicaCurves;
}

const sideOf = (run: RunRecord): Side => ({
  run,
  scored: score(run),
  curves: replicaCurves(run, podLives(run.life, run.header.endMillis)),
});

const percent = (x: number): string => `${+(100 * x).toFixed(1)} %`;

/** A row whose two figures may differ by at most `allowed` (in the unit of the row). */
const row = (
  name: string,
  unit: RowUnit,
  first: number | null,
  second: number | null,
  allowed: number,
  bound: string,
  regime: Regime | null = null,
): ComparisonRow => {
  const difference = first === null || second === null ? null : first - second;
  const one = (first === null) !== (second === null);
  const status =
    difference === null ? (one ? 'fail' : 'not-compared') : Math.abs(difference) <= allowed ? 'pass' : 'fail';
  return { name, regime, unit, first, second, difference, bound, status };
};

const relativeRow = (
  name: string,
  unit: RowUnit,
  first: number | null,
  second: number | null,
  relative: number,
  least: number,
  regime: Regime | null = null,
): ComparisonRow => {
  const allowed = Math.max(relative * Math.abs(second ?? 0), least);
  const bound = least > 0 ? `≤ ${percent(relative)} or ${+(1000 * least).toPrecision(3)} ms` : `≤ ${percent(relative)}`;
  return row(name, unit, first, second, allowed, bound, regime);
};

const equalRow = (
  name: string,
  a: StepFunction,
  b: StepFunction,
  from: number,
  to: number,
  least: number,
): ComparisonRow => {
  const share = integrate(a, b, from, to, (x, y) => (x === y ? 1 : 0)) / (to - from);
  return {
    name,
    regime: null,
    unit: 'share',
    first: null,
    second: null,
    difference: share,
    bound: `≥ ${percent(least)}`,
    status: share >= least ? 'pass' : 'fail',
  };
};

/** Regime of each call by the second run's Ready replicas; null where the law or the load is unknown. */
const regimeOf = (side: Side): ((call: number) => Regime) | null => {
  const law = lawOf(side.run);
  const load = offeredLoad(side.run, 10_000);
  if (law === null || 'kind' in load) return null;
  const perReplica = throughput(law.batch, law.batch.cap);
  return (call) => {
    const t = side.run.requests.intendedMillis[call]!;
    const rho = valueAt(load, t) / Math.max(1e-9, valueAt(side.curves.ready, t) * perReplica);
    return rho < 0.7 ? 'below 0.7' : rho <= 1 ? '0.7 to 1' : 'above 1';
  };
};

/** Fewer calls than this say nothing about a quantile of a regime. */
const LEAST_CALLS = 50;
const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

/** Latency per kind, regime and quantile; a regime with too few calls of a kind is one line without figures. */
const latencyRows = (first: Side, second: Side, bounds: FidelityBounds): ComparisonRow[] => {
  const regime = regimeOf(second);
  if (regime === null) return [];
  const kinds = second.scored.promises.map((p) => p.kind).filter((kind) => kind !== 'stream');
  return kinds.flatMap((kind) => {
    const calls = callsBetween(first.run, first.run.header.warmupMillis, Infinity, { kind, stream: null });
    return REGIMES.flatMap((name) => {
      const inside = calls.filter((call) => regime(call) === name);
      if (inside.length < LEAST_CALLS)
        return [row(`${kind} latency`, 's', null, null, 0, `${LEAST_CALLS} calls`, name)];
      const sorted = ({ run }: Side): Float64Array => ascending(inside.map((call) => latencySeconds(run, call)));
      const [a, b] = [sorted(first), sorted(second)];
      return QUANTILES.map(([p, q]) => {
        const of = (sample: Float64Array): number | null => {
          const value = quantile(sample, q, 'nearest-rank')!;
          return Number.isFinite(value) ? value : null;
        };
        return relativeRow(
          `${kind} latency ${p}`,
          's',
          of(a),
          of(b),
          bounds.latencyRelative[p],
          bounds.latencySeconds,
          name,
        );
      });
    });
  });
};

const meanAge = ({ run }: Side): number | null =>
  mean(
    servingDecisions(run).flatMap((d) =>
      d.metrics.flatMap((m) => (m.oldestSampleAgeMillis === null ? [] : m.oldestSampleAgeMillis / 1000)),
    ),
  );

const reactionRows = (first: Side, second: Side, bounds: FidelityBounds): ComparisonRow[] => {
  const of = (side: Side, step: number, part: 'detect' | 'decide' | 'pod' | 'ready' | 'toReady'): number | null => {
    const reaction = side.scored.responsiveness.reactions[step];
    return reaction === undefined ? null : numberOf(reaction.durations[part]);
  };
  return first.scored.responsiveness.reactions.flatMap((_, step) =>
    (['detect', 'decide', 'pod', 'ready', 'toReady'] as const).map((part) =>
      row(
        `reaction.${part}, step ${step + 1}`,
        's',
        of(first, step, part),
        of(second, step, part),
        bounds.reactionSeconds,
        `≤ ${+bounds.reactionSeconds.toPrecision(3)} s`,
      ),
    ),
  );
};

/** Share of the calls seen by a pod in both runs that the same pod saw: dispatch, joins and leaves agree call by call. */
const samePodRow = (first: Side, second: Side, least: number): ComparisonRow => {
  const [a, b] = [first.run.requests.pod, second.run.requests.pod];
  let both = 0;
  let same = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === -1 || b[i] === -1) continue;
    both += 1;
    if (a[i] === b[i]) same += 1;
  }
  const share = both === 0 ? null : same / both;
  return {
    name: 'calls on the same pod',
    regime: null,
    unit: 'share',
    first: null,
    second: null,
    difference: share,
    bound: `≥ ${percent(least)}`,
    status: share === null ? 'not-compared' : share >= least ? 'pass' : 'fail',
  };
};

const outcomeRows = (first: Side, second: Side, bounds: FidelityBounds): ComparisonRow[] => {
  const share = (side: Side, of: (k: Score['service']['kinds'][number]) => number): number | null =>
    side.scored.service.arrived === 0
      ? null
      : side.scored.service.kinds.reduce((sum, k) => sum + of(k), 0) / side.scored.service.arrived;
  const outcomes = ['ok', 'refused', 'timeout', 'failed', 'unfinished', 'dropped', 'abandoned'] as const;
  const rows = outcomes.map((name) => {
    const of = (side: Side): number | null => share(side, (k) => k.outcomes[name]);
    return row(
      `calls ${name}`,
      'share',
      of(first),
      of(second),
      bounds.outcomeShare,
      `≤ ${percent(bounds.outcomeShare)}`,
    );
  });
  const kept = (side: Side): number | null => share(side, (k) => k.kept);
  return [
    row('promise kept', 'share', kept(first), kept(second), bounds.attainment, `≤ ${percent(bounds.attainment)}`),
    // An outcome that neither side had is not worth a line.
    ...rows.filter((r) => r.first !== 0 || r.second !== 0),
  ];
};

/**
 * @param first e.g. the simulation @param second e.g. the real run; relative bounds are of its figures
 * Throws SCHEDULE_HASH_MISMATCH if the runs are not of one schedule.
 */
export const compare = (first: RunRecord, second: RunRecord, bounds: FidelityBounds): Comparison => {
  if (first.header.scheduleHash !== second.header.scheduleHash) {
    throw new TestbedError(
      'SCHEDULE_HASH_MISMATCH',
      `the runs are of different schedules: ${first.header.scheduleHash.slice(0, 12)} and ${second.header.scheduleHash.slice(0, 12)}`,
      { hint: 'simulate and replay the same compiled schedule' },
    );
  }
  const a = sideOf(first);
  const b = sideOf(second);
  const { warmupMillis: from, durationMillis: to } = first.header;
  const replicaSeconds = (side: Side): number => area(side.curves.ready, from, to) / 1000;
  // A real cluster may store more than the jobs of the simulation.
  const samples = commonSamples(first, second);
  // What is kept for the whole retention is compared where both keep the same, else what the common jobs took in the run.
  const same = keptTheSame(first, second);
  const bytes = same
    ? ([first.storage.retainedBytes, second.storage.retainedBytes] as const)
    : commonBytes(first, second);
  const rows = [
    equalRow('equal desired replicas', a.curves.desired, b.curves.desired, from, to, bounds.equalReplicas),
    equalRow('equal ready replicas', a.curves.ready, b.curves.ready, from, to, bounds.equalReplicas),
    relativeRow(
      'ready replica-seconds',
      'count',
      replicaSeconds(a),
      replicaSeconds(b),
      bounds.replicaSecondsRelative,
      0,
    ),
    samePodRow(a, b, bounds.samePod),
    ...outcomeRows(a, b, bounds),
    ...latencyRows(a, b, bounds),
    row(
      'age of the metric at the HPA',
      's',
      meanAge(a),
      meanAge(b),
      bounds.metricAgeSeconds,
      `≤ ${+bounds.metricAgeSeconds.toPrecision(3)} s`,
    ),
    ...reactionRows(a, b, bounds),
    relativeRow(
      'samples stored',
      '/s',
      samples === null ? null : samples[0] / (first.header.endMillis / 1000),
      samples === null ? null : samples[1] / (second.header.endMillis / 1000),
      bounds.storageRelative,
      0,
    ),
    relativeRow(
      same ? 'metric bytes retained' : 'metric bytes of the common jobs',
      'B',
      bytes === null ? null : bytes[0],
      bytes === null ? null : bytes[1],
      bounds.storageRelative,
      0,
    ),
  ];
  const name = (run: RunRecord): string =>
    run.header.profile === 'sim' ? 'simulated' : `real (${run.header.profile})`;
  return {
    first: name(first),
    second: name(second),
    rows,
    pass: rows.every((r) => r.status !== 'fail') && rows.some((r) => r.status === 'pass'),
  };
};
