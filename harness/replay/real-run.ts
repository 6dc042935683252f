// What a real run is apart from the cluster that it meets: how the load engine is asked, how long it may take, and the
// record that is made of what the cluster and the engine tell. The local and the bare profile share it.

import { availableParallelism, cpus, totalmem } from 'node:os';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { RunConformance } from '../../cluster/kube/run-conformance.ts';
import type { Platform } from '../../model/platform.ts';
import type { CapacityCurve, Profile, RealityTable, RunRecord, ScenarioJson } from '../../model/record.ts';
import { RUN_SCHEMA } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { millis } from '../../model/units.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import type { KnownInputs } from '../../sim/known-inputs.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { CLOSED_LOOP_WARNING } from './closed-loop.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import type { FrontSettings } from './front.ts';
import type { LoadSettings } from './load-engine.ts';
import type { WorkersReport } from './load-workers.ts';
import type { Priority } from './priority.ts';
import type { LoadChoice, RunningLoad } from './running-load.ts';
import { serverChecks } from './server-rows.ts';
import { generatorValidity } from './validity.ts';

/** What a person may choose about the load beside the scenario. */
export interface LoadWishes {
  /** Users of a closed loop, for comparison only; absent = open loop. */
  readonly closedLoopUsers?: number;
  /** A folder of audio files in place of synthetic speech. */
  readonly clipFolder?: string;
}

export interface RealRunSettings extends LoadWishes {
  readonly schedule: Schedule;
  readonly scenario: Scenario;
  readonly platform: Platform;
  /** Virtual seconds per real second, ≥ 1. */
  readonly timeScale: number;
  /** Load worker processes, 1 if absent. With more than one each balances its own share of the load. */
  readonly workers?: number;
  /** Another engine than the Node one; absent = the workers above. */
  readonly engine?: LoadChoice;
  /** What the run should say before all else, sentences. */
  readonly notes?: readonly string[];
  readonly scheduleHash: string;
  readonly versions: Readonly<Record<string, string>>;
  /** As the simulation of the same scenario computed it; null = none. */
  readonly capacity: CapacityCurve | null;
  readonly signal: AbortSignal;
  /** Share of the run that is over, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

export interface Replayed {
  /** False after an abort: the record ends where the run was cut. */
  readonly complete: boolean;
  readonly record: RunRecord;
  /** Process ids of the pods of the run; none is alive. */
  readonly processIds: readonly number[];
}

/** A run under controllers that were ours to audit. */
export interface AuditedReplayed extends Replayed {
  /** For a simulation of this run, whose scenario is that of the record's header. */
  readonly known: KnownInputs;
  readonly conformance: RunConformance;
}

/** As in sim/simulate.ts: after the last arrival until everybody is answered, at most this long or the callers' time-out. */
const DRAIN_MILLIS = 120_000;
/** What the vendor recommends: 4096 bytes of PCM16 at 16 kHz. */
export const FRAME_MILLIS = 128;
const MAX_IN_FLIGHT = 20_000;
const PROGRESS_REAL_MILLIS = 200;

const machine = (engine: LoadChoice | undefined): Readonly<Record<string, string | number>> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  generatorSharesHost: engine?.creates === undefined ? 'yes' : 'unknown: it runs in pods',
});

export const latestMillis = ({ schedule, scenario }: Pick<RealRunSettings, 'schedule' | 'scenario'>): number =>
  schedule.durationMillis + Math.max(DRAIN_MILLIS, (scenario.service.timeout ?? 0) * 1000);

/** False after an abort. Rejects when the cluster breaks. */
export const waitUntilOver = async (
  { clock, broken }: { readonly clock: ScaledClock; readonly broken: Promise<never> },
  load: RunningLoad,
  settings: RealRunSettings,
): Promise<boolean> => {
  const { schedule, signal, onProgress } = settings;
  const latest = latestMillis(settings);
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  const at = (when: number): { readonly passed: Promise<'passed'>; readonly cancel: () => void } => {
    const { promise: passed, resolve } = Promise.withResolvers<'passed'>();
    return { passed, cancel: clock.at(when, () => resolve('passed')) };
  };
  const progress = setInterval(
    () => onProgress(Math.min(1, Math.max(0, clock.now() / schedule.durationMillis))),
    PROGRESS_REAL_MILLIS,
  );
  const end = at(schedule.durationMillis);
  const limit = at(latest);
  try {
    const answered = Promise.all([load.run(), end.passed]).then(() => 'answered' as const);
    return (await Promise.race([answered, limit.passed, aborted, broken])) !== 'aborted';
  } finally {
    clearInterval(progress);
    end.cancel();
    limit.cancel();
  }
};

/** How the engine is asked to play a scenario. */
export const loadSettings = (
  scenario: Scenario,
  fleet: Omit<FrontSettings, 'maxInFlight'>,
  profile: Profile,
  { closedLoopUsers, clipFolder }: LoadWishes = {},
): LoadSettings => ({
  ...(closedLoopUsers === undefined ? {} : { closedLoopUsers }),
  ...(clipFolder === undefined ? {} : { clipFolder }),
  front: { ...fleet, maxInFlight: MAX_IN_FLIGHT },
  dialect: 'pulse-v1',
  connection: 'keepalive',
  authorization: null,
  bodies: 'declared',
  clipSeed: scenario.seed,
  endDialect: 'close_stream',
  frameMillis: FRAME_MILLIS,
  runId: `${profile}${scenario.seed}`,
});

/** What the cluster of a run tells of it. */
export interface ClusterRecord extends Pick<RunRecord, 'life' | 'decisions' | 'signals' | 'storage'> {
  readonly notes: readonly string[];
  /** By pod: the requests it met, in its own words; absent = the service keeps no such record. */
  readonly served?: ReadonlyMap<number, PodServed>;
}

export interface RealRun {
  readonly profile: Profile;
  readonly reality: RealityTable;
  readonly cluster: ClusterRecord;
  readonly report: WorkersReport;
  readonly endMillis: number;
  readonly priority: Priority['kind'];
}

export const recordOfRealRun = (settings: RealRunSettings, run: RealRun): RunRecord => {
  const { schedule, scenario, platform, timeScale } = settings;
  const { cluster, report, endMillis } = run;
  let dueRows = 0;
  while (dueRows < schedule.count && schedule.offsetMillis[dueRows]! <= endMillis) dueRows += 1;
  const { requests, health, causes, frames, lostRows, inFlightMillis, inFlightByWindow, checks } = report;
  const { closedLoopUsers } = settings;
  const isClosed = closedLoopUsers !== undefined;
  const load = settings.engine?.reality ?? run.reality.load;
  return {
    header: {
      schema: RUN_SCHEMA,
      scenarioName: scenario.name,
      question: scenario.question,
      seed: scenario.seed,
      scheduleHash: settings.scheduleHash,
      profile: run.profile,
      timeScale,
      reality: { ...run.reality, load: isClosed ? `${load}, ${CLOSED_LOOP_WARNING}` : load },
      versions: { ...settings.versions, ...settings.engine?.versions },
      machine: { ...machine(settings.engine), priority: run.priority },
      durationMillis: schedule.durationMillis,
      warmupMillis: millis(scenario.warmup * 1000),
      endMillis: millis(endMillis),
      scenario: scenario as unknown as ScenarioJson,
      platform,
      capacity: settings.capacity,
      validity: generatorValidity({
        schedule,
        requests,
        timeScale,
        health,
        frames,
        frameMillis: FRAME_MILLIS,
        lostRows,
        dueRows,
        inFlightMillis,
        ...(inFlightByWindow === undefined ? {} : { inFlightByWindow }),
        ...(isClosed ? { closedLoopUsers } : {}),
        ...(checks === undefined ? {} : { checks }),
        endMillis,
        ...(cluster.served === undefined
          ? {}
          : {
              server: serverChecks({
                schedule,
                requests,
                served: cluster.served,
                law: serviceLaw(scenario.service),
                timeScale,
                frameMillis: FRAME_MILLIS,
              }),
            }),
      }),
      events: null,
      notes: [
        ...(isClosed ? [`${CLOSED_LOOP_WARNING}: ${closedLoopUsers} users, each waiting for its answer`] : []),
        ...(settings.notes ?? []),
        ...(cluster.served === undefined ? ['the server keeps no record of rows: its side was not joined'] : []),
        ...cluster.notes,
        ...report.notes,
        ...causes.map(([cause, count]) => `${count} attempts were not answered: ${cause}`),
      ],
    },
    schedule,
    requests,
    life: cluster.life,
    decisions: cluster.decisions,
    signals: cluster.signals,
    storage: cluster.storage,
  };
};
