// What is known of the scrapes of a real run from what Prometheus stored: each pod's phase, when its loop began and ended,
// the phases of rule groups; and whether the phases are those that the hash of the target implies. Pure.

import { parsePrometheusDuration } from '../../model/duration.ts';
import type { PrometheusSettings } from '../../model/platform.ts';
import type { KnownTarget } from '../../sim/known-inputs.ts';
import { readScrapeConfig } from '../../sim/prometheus/scrape-config.ts';
import { serverSeed, targetHash, targetPhaseNanos } from '../../sim/prometheus/target-hash.ts';
import { targetBuilder } from '../../sim/prometheus/targets.ts';
import { unixMillis } from './audit-log.ts';
import type { ActiveTarget, RuleGroupState } from './prometheus-http.ts';
import type { StoredJob } from './prometheus-cost.ts';
import type { StoredTarget } from './stored-series.ts';

/** A scrape reaches its target this long after its tick (golden/closed-loop README, "Measured stages"). */
export const LATE_MILLIS = 1.2;
const USUAL_SCRAPE_MILLIS = 1;
/** Discovery acts this long before the first scrape, or half an interval. */
const BEFORE_MILLIS = 500;
/** A target is gone when it was not scraped for this many of its intervals. */
const MISSED_INTERVALS = 1.5;
/** Beyond this a stamp is not its tick's: the scrape began late and was stamped as it began. */
const STAMP_MILLIS = 2;

const modulo = (value: number, by: number): number => ((value % by) + by) % by;

/** Middle of the values. */
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Distance from a to b on a circle of `around`, in (−around/2, around/2]. */
const apart = (a: number, b: number, around: number): number => {
  const by = modulo(b - a, around);
  return by > around / 2 ? by - around : by;
};

/** Unix time of the ticks of a target mod its interval: most stamps are their ticks', the others are late. */
export const observedPhase = ({ up }: StoredTarget, intervalMillis: number): number => {
  const [first] = up.times;
  if (first === undefined) return NaN;
  const phase = modulo(first, intervalMillis);
  return modulo(phase + median(up.times.map((t) => apart(phase, t, intervalMillis))), intervalMillis);
};

/** When its loop began and ended, milliseconds since the origin. @param untilUnix when Prometheus was asked */
export const scrapedBetween = (
  { up }: StoredTarget,
  intervalMillis: number,
  epochMillis: number,
  untilUnix: number,
): Pick<StoredJob['targets'][number], 'foundMillis' | 'lostMillis' | 'markerUnix'> => {
  const before = Math.min(BEFORE_MILLIS, intervalMillis / 2);
  const last = up.times.at(-1)!;
  const gone = untilUnix - last > MISSED_INTERVALS * intervalMillis;
  return {
    foundMillis: up.times[0]! - before - epochMillis,
    lostMillis: gone ? last + before - epochMillis : null,
    markerUnix: gone && untilUnix - last > (MISSED_INTERVALS + 1) * intervalMillis ? last + intervalMillis : null,
  };
};

export interface KnownScrapes {
  readonly scrapePhaseMillis: readonly (number | undefined)[];
  /** When its scrapes read each pod's page, milliseconds since the origin. */
  readonly scrapesMillis: readonly (readonly number[])[];
  readonly targets: readonly (KnownTarget | undefined)[];
}

/** A scrape takes a millisecond; what it takes longer it waited for the pod, whose page is then as much later. */
const readsOf = ({ up, durationSeconds }: StoredTarget, epochMillis: number): readonly number[] =>
  up.times.flatMap((stamp) => {
    const waited = Math.max(0, 1000 * (durationSeconds.get(stamp) ?? 0) - USUAL_SCRAPE_MILLIS);
    return stamp < epochMillis ? [] : [stamp - epochMillis + LATE_MILLIS + waited];
  });

/**
 * By ordinal of the pod. A pod with several targets is known by the first.
 *
 * @param runningMillis of each pod, since the origin: discovery cannot have found it before
 */
export const knownScrapes = (
  jobs: readonly StoredJob[],
  ordinals: ReadonlyMap<string, number>,
  runningMillis: (ordinal: number) => number | undefined,
  epochMillis: number,
): KnownScrapes => {
  const scrapePhaseMillis: (number | undefined)[] = Array.from(ordinals, () => undefined);
  const scrapesMillis: (readonly number[])[] = Array.from(ordinals, () => []);
  const targets: (KnownTarget | undefined)[] = Array.from(ordinals, () => undefined);
  for (const { intervalMillis, targets: own } of jobs)
    for (const { target, foundMillis, lostMillis } of own) {
      const ordinal = ordinals.get(target.pod);
      if (ordinal === undefined || scrapePhaseMillis[ordinal] !== undefined) continue;
      scrapePhaseMillis[ordinal] = (observedPhase(target, intervalMillis) + LATE_MILLIS) % intervalMillis;
      scrapesMillis[ordinal] = readsOf(target, epochMillis);
      const found = Math.max((runningMillis(ordinal) ?? -Infinity) + 1, foundMillis);
      targets[ordinal] = {
        ...(found > 0 ? { foundMillis: found } : {}),
        ...(lostMillis === null ? {} : { lostMillis }),
      };
    }
  return { scrapePhaseMillis, scrapesMillis, targets };
};

/**
 * Phases of the rule groups in the order of `wanted` (file's group name, from the platform): their last evaluation mod
 * their interval. A group that was never evaluated, or is not there, is undefined.
 */
export const rulePhases = (
  wanted: readonly { readonly name: string }[],
  states: readonly RuleGroupState[],
): readonly (number | undefined)[] =>
  wanted.map(({ name }) => {
    const state = states.find((each) => each.name === name);
    const at = state === undefined ? NaN : unixMillis(state.lastEvaluation);
    return state === undefined || Number.isNaN(at) || at < 0 ? undefined : modulo(at, state.interval * 1000);
  });

export interface PhaseCheck {
  readonly targets: number;
  /** Where the observed phase is not the hash's. */
  readonly differing: readonly { readonly target: string; readonly expected: number; readonly observed: number }[];
}

/** How late the first scrape of a target may be, on a busy machine: all later ones are then as late. */
const PHASE_BOUND_MILLIS = 100;

type ScrapeEntry = Parameters<typeof readScrapeConfig>[0];
export interface ConfigYaml {
  readonly global?: Readonly<Record<string, unknown>>;
  readonly scrape_configs?: readonly ScrapeEntry[];
}

/**
 * The hash rule against what was stored, for the targets that are there: their labels before relabelling go through our
 * relabelling and hash.
 *
 * @param config of the running Prometheus, parsed
 */
export const checkPhases = (
  active: readonly ActiveTarget[],
  config: ConfigYaml,
  jobs: readonly StoredJob[],
  prometheus: PrometheusSettings,
): PhaseCheck => {
  const text = (key: string, otherwise: string): string => {
    const value = config.global?.[key];
    return typeof value === 'string' ? value : otherwise;
  };
  const globals = { interval: text('scrape_interval', '1m'), timeout: text('scrape_timeout', '10s') };
  const builders = new Map(
    (config.scrape_configs ?? []).map((entry) => {
      const job = readScrapeConfig(entry, globals);
      return [job.jobName, targetBuilder(job, prometheus.version)] as const;
    }),
  );
  const seed = serverSeed(prometheus.hostName, prometheus.externalLabels);
  const differing: PhaseCheck['differing'][number][] = [];
  let targets = 0;
  for (const { job, targets: stored } of jobs)
    for (const { target } of stored) {
      const found = active.find(
        ({ scrapePool, labels }) =>
          scrapePool === job && Object.entries(target.labels).every(([name, value]) => labels[name] === value),
      );
      const built = found === undefined ? undefined : builders.get(job)?.(found.discoveredLabels);
      if (built?.kind !== 'target') continue;
      targets += 1;
      const interval = Math.round(built.intervalSeconds * 1000);
      const nanos = targetPhaseNanos(
        targetHash(built.allLabels, built.url, prometheus.version),
        seed,
        BigInt(interval) * 1_000_000n,
      );
      const expected = Number(nanos) / 1e6;
      const observed = observedPhase(target, interval);
      const off = apart(expected, observed, interval);
      if (off < -STAMP_MILLIS || off > PHASE_BOUND_MILLIS)
        differing.push({ target: target.pod === '' ? built.url : target.pod, expected, observed });
    }
  return { targets, differing };
};

/** Milliseconds of a duration as Prometheus writes it; NaN if it is none. */
export const durationMillis = (text: string): number => Math.round((parsePrometheusDuration(text) ?? NaN) * 1000);
