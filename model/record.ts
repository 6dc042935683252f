// What a run leaves behind, the same for a simulated and a real one. A run folder is this value on disk
// (harness/run-folder.ts); reports read nothing else. All times are milliseconds since the origin of the run.

import type { Platform } from './platform.ts';
import type { Schedule } from './schedule.ts';
import type { Millis } from './units.ts';

export const RUN_SCHEMA = 'surgelab.run/1';

/**
 * ok: answered. refused: 429/503 or queue full. timeout: the caller gave up. failed: its pod died or answered an error.
 * unfinished: still waiting at the end of the run. dropped: the generator could not send it (infinite latency).
 * abandoned: the caller left of its own accord (the scenario's conduct); a live session with a lag was being served then.
 */
export type Outcome = 'ok' | 'refused' | 'timeout' | 'failed' | 'unfinished' | 'dropped' | 'abandoned';
export const OUTCOMES: readonly Outcome[] = [
  'ok',
  'refused',
  'timeout',
  'failed',
  'unfinished',
  'dropped',
  'abandoned',
];

/**
 * Why a request of a real run was not answered, by its last attempt: the outcome says what the caller met, this says where
 * it broke. '' = answered, or not told apart (a simulation).
 */
export type Failure =
  | ''
  | 'unreachable' // nobody listens, no route, no connection in time
  | 'dns' // the name has no address
  | 'tls' // certificate or handshake
  | 'reset' // the connection broke before the answer was whole
  | 'no-answer' // connected and sent, nothing came before the caller gave up or the run ended
  | 'garbage' // an answer that is no message of any dialect
  | 'wrong-dialect' // nothing of this dialect lives at its path
  | 'wrong-end' // no last transcript after the end of the audio: another endDialect?
  | 'rejected-4xx'
  | 'rejected-429'
  | 'rejected-503'
  | 'server-error' // any other 5xx
  | 'ws-policy-1008'
  | 'ws-abnormal' // closed before the last transcript
  | 'error-message' // an error told inside a live session
  | 'back-pressure' // the server did not take the audio at its pace
  | 'no-endpoint' // no pod had a place and the queue was full
  | 'local-limit'; // this machine has no socket or port left: the generator's fault
export const FAILURES: readonly Failure[] = [
  '',
  'unreachable',
  'dns',
  'tls',
  'reset',
  'no-answer',
  'garbage',
  'wrong-dialect',
  'wrong-end',
  'rejected-4xx',
  'rejected-429',
  'rejected-503',
  'server-error',
  'ws-policy-1008',
  'ws-abnormal',
  'error-message',
  'back-pressure',
  'no-endpoint',
  'local-limit',
];

/** One row per row of the schedule, in its order. A moment that was not reached is NaN. */
export interface RequestTable {
  readonly count: number;
  /** When the schedule wanted it sent: latency counts from here. */
  readonly intendedMillis: Float64Array;
  /** When the engine really sent it; equal to intended in a simulation. */
  readonly sentMillis: Float64Array;
  /** Start of service on the pod (of the last attempt). */
  readonly admittedMillis: Float64Array;
  readonly firstResultMillis: Float64Array;
  readonly doneMillis: Float64Array;
  /** Index into OUTCOMES. */
  readonly outcome: Uint8Array;
  /** Index into FAILURES. */
  readonly failure: Uint8Array;
  /** Ordinal of the pod in creation order, −1 if no pod saw it. */
  readonly pod: Int32Array;
  readonly attempts: Uint8Array;
  /** Largest lag of a live stream behind its audio, seconds; NaN for other kinds. */
  readonly lagSeconds: Float64Array;
}

export type PodTransition =
  | 'created'
  | 'unschedulable'
  | 'scheduled'
  | 'container-started'
  | 'model-ready'
  | 'running'
  | 'ready'
  | 'not-ready'
  | 'endpoint-ready'
  | 'deleting'
  | 'endpoint-gone'
  | 'container-exited'
  | 'restarting'
  | 'gone';

export type NodeTransition = 'requested' | 'added' | 'lost' | 'removed';

/** One line of pods.ndjson: every transition of a pod or node, with its cause. */
export type LifeEvent =
  | {
      readonly t: Millis;
      readonly subject: 'pod';
      readonly name: string;
      /** Creation order, from 0. */
      readonly ordinal: number;
      readonly event: PodTransition;
      readonly node: string | null;
      readonly cause: string;
    }
  | {
      readonly t: Millis;
      readonly subject: 'node';
      readonly name: string;
      readonly event: NodeTransition;
      readonly cause: string;
    };

export interface DecisionMetric {
  readonly name: string;
  /** What the HPA computed with, in units of the metric; null on an error. */
  readonly value: number | null;
  readonly target: number;
  /** Replicas this metric asks for; null on an error. */
  readonly proposal: number | null;
  readonly error: string | null;
  /** Age of the oldest sample behind the value at the instant of the query; null if unknown. */
  readonly oldestSampleAgeMillis: number | null;
}

/** One line of decisions.ndjson: one HPA sync. */
export interface Decision {
  readonly t: Millis;
  readonly hpa: string;
  /** spec.replicas before. */
  readonly current: number;
  readonly ready: number;
  readonly metrics: readonly DecisionMetric[];
  /** Before windows and policies; null if no metric was usable. */
  readonly proposal: number | null;
  readonly desired: number;
  /** What kept desired from proposal, e.g. 'ScaleUpLimit', 'ScaleDownStabilized'; null if nothing did. */
  readonly limitedBy: string | null;
  readonly scaled: boolean;
  readonly why: string;
}

/** Who believed it: the pod itself, Prometheus' newest sample, the adapter's answer, the HPA's average. */
export type Observer = 'pod' | 'prometheus' | 'adapter' | 'hpa';
export const OBSERVERS: readonly Observer[] = ['pod', 'prometheus', 'adapter', 'hpa'];

/** The same quantity as each observer saw it, one row per observation, in time order. */
export interface SignalTable {
  readonly count: number;
  readonly atMillis: Float64Array;
  /** Index into OBSERVERS. */
  readonly observer: Uint8Array;
  /** Index into `subjects`: a pod's name, or '' for the whole fleet. */
  readonly subject: Uint32Array;
  readonly subjects: readonly string[];
  /** Index into `metrics`. */
  readonly metric: Uint16Array;
  readonly metrics: readonly string[];
  readonly value: Float64Array;
  /** How old the observed value was; 0 at the pod itself, NaN if unknown. */
  readonly ageMillis: Float64Array;
}

/** Fleet metrics on a grid: what only an all-knowing observer sees (observer 'pod', subject ''). */
export const FLEET_METRICS = ['in_service', 'waiting', 'offered_weight'] as const;

export interface JobStorage {
  readonly job: string;
  readonly intervalMillis: number;
  /** Time average over the run. */
  readonly targets: number;
  /** Distinct series seen. */
  readonly series: number;
  readonly scrapes: number;
  readonly failedScrapes: number;
  readonly samples: number;
  readonly chunkBytes: number;
  readonly indexBytes: number;
  readonly walBytes: number;
  /** By metric name, the dearest first; absent in records of the first version. */
  readonly metrics?: readonly MetricStorage[];
}

/** What the series of one metric name of a job take in blocks. */
export interface MetricStorage {
  readonly metric: string;
  readonly series: number;
  readonly samples: number;
  readonly chunkBytes: number;
  /** Its series and chunks in the index, without what a block costs by itself. */
  readonly indexBytes: number;
}

/** What the recorded series of one rule group take. */
export interface RecordedStorage {
  readonly group: string;
  readonly intervalMillis: number;
  readonly evaluations: number;
  readonly series: number;
  readonly samples: number;
  readonly chunkBytes: number;
  readonly indexBytes: number;
  readonly walBytes: number;
}

export interface StorageRecord {
  readonly jobs: readonly JobStorage[];
  /** By rule group, of those that wrote a series; absent in records of the first version. */
  readonly recorded?: readonly RecordedStorage[];
  readonly samplesPerSecond: number;
  /** Disk needed for the whole retention at this rate. */
  readonly retainedBytes: number;
  readonly retentionSeconds: number;
  readonly headSeries: number;
  readonly memoryBytes: number;
  /** CPU of scraping, cores. */
  readonly cpuCores: number;
  readonly moneyPerMonth: number;
}

export type Profile = 'sim' | 'local' | 'bare' | 'kind' | 'existing';

/** Whether each hop was real, and what stood in for it (DESIGN section 3). */
export type RealityTable = Readonly<
  Record<'load' | 'pod' | 'scrape' | 'adapter' | 'hpa' | 'scheduler' | 'kubelet' | 'time', string>
>;

/** One value of the validity gate of load-generation.md section 8. */
export interface ValidityCheck {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly bound: string;
  readonly pass: boolean;
}

/** Did the generator keep up? Null for a simulation, which cannot be late. */
export interface GeneratorValidity {
  readonly verdict: 'valid' | 'generator-limited';
  readonly checks: readonly ValidityCheck[];
}

/**
 * capacity[n − 1] = largest constant load in weight per second that n replicas carry within the objective; `window` is
 * the smoothing of the load before it is compared (scoring.md section 1).
 */
export interface CapacityCurve {
  readonly capacity: readonly number[];
  readonly windowMillis: number;
  readonly objective: string;
  readonly method: string;
}

export interface RunHeader {
  readonly schema: typeof RUN_SCHEMA;
  readonly scenarioName: string;
  readonly question: string;
  readonly seed: number;
  /** SHA-256 of the schedule's text, hex. */
  readonly scheduleHash: string;
  readonly profile: Profile;
  /** Virtual seconds per wall second; 1 for a simulation. */
  readonly timeScale: number;
  readonly reality: RealityTable;
  readonly versions: Readonly<Record<string, string>>;
  /** Null in a simulation: the same seed gives the same bytes everywhere. */
  readonly machine: Readonly<Record<string, string | number>> | null;
  readonly durationMillis: Millis;
  readonly warmupMillis: Millis;
  /** End of the drain after the last arrival; requests not done by then are misses. */
  readonly endMillis: Millis;
  readonly scenario: ScenarioJson;
  readonly platform: Platform;
  readonly capacity: CapacityCurve | null;
  readonly validity: GeneratorValidity | null;
  /** Events of the engine (simulation) or null. */
  readonly events: number | null;
  /** Gaps and incidents of the run in time order, sentences. */
  readonly notes: readonly string[];
}

/** The scenario as it was run; typed as Scenario by those who may know scenarios. */
export type ScenarioJson = Readonly<Record<string, unknown>>;

export interface RunRecord {
  readonly header: RunHeader;
  readonly schedule: Schedule;
  readonly requests: RequestTable;
  readonly life: readonly LifeEvent[];
  readonly decisions: readonly Decision[];
  readonly signals: SignalTable;
  readonly storage: StorageRecord;
}

export const emptyRequests = (count: number): RequestTable => ({
  count,
  intendedMillis: new Float64Array(count).fill(NaN),
  sentMillis: new Float64Array(count).fill(NaN),
  admittedMillis: new Float64Array(count).fill(NaN),
  firstResultMillis: new Float64Array(count).fill(NaN),
  doneMillis: new Float64Array(count).fill(NaN),
  outcome: new Uint8Array(count).fill(OUTCOMES.indexOf('unfinished')),
  failure: new Uint8Array(count),
  pod: new Int32Array(count).fill(-1),
  attempts: new Uint8Array(count),
  lagSeconds: new Float64Array(count).fill(NaN),
});
