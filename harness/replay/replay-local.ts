// Replays a schedule on the local profile: real child processes and HTTP, the simulator's control code on the wall clock,
// compressed by `timeScale`. Takes what `simulate` takes and gives the same kind of record; an abort gives what there is.

import { availableParallelism, cpus, totalmem } from 'node:os';
import { LocalRun } from '../../cluster/local/local-run.ts';
import type { LocalRecord } from '../../cluster/local/local-run.ts';
import type { Platform } from '../../model/platform.ts';
import type { CapacityCurve, RealityTable, RunRecord, ScenarioJson } from '../../model/record.ts';
import { RUN_SCHEMA } from '../../model/record.ts';
import { seedOf } from '../../model/rng.ts';
import type { Schedule } from '../../model/schedule.ts';
import { millis } from '../../model/units.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import type { LoadSettings } from './load-engine.ts';
import type { WorkersReport } from './load-workers.ts';
import { LoadWorkers } from './load-workers.ts';
import type { LoadChoice, RunningLoad } from './running-load.ts';
import type { Priority } from './priority.ts';
import { raisePriority } from './priority.ts';
import { generatorValidity } from './validity.ts';

export interface ReplayLocalSettings {
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

const REALITY: RealityTable = {
  load: 'Node engine, real HTTP',
  pod: 'emulator process on loopback, service law of the simulator',
  scrape: 'real HTTP, own code',
  adapter: 'own code on the wall clock',
  hpa: 'own code on the wall clock',
  scheduler: 'own code on the wall clock',
  kubelet: 'own code; containers are processes, probes are HTTP requests',
  time: 'wall clock, compressed',
};

/** As in sim/simulate.ts: after the last arrival until everybody is answered, at most this long or the callers' time-out. */
const DRAIN_MILLIS = 120_000;
/** What the vendor recommends: 4096 bytes of PCM16 at 16 kHz. */
const FRAME_MILLIS = 128;
const MAX_IN_FLIGHT = 20_000;
const PROGRESS_REAL_MILLIS = 200;

const machine = (): Readonly<Record<string, string | number>> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  generatorSharesHost: 'yes',
});

const latestMillis = ({ schedule, scenario }: ReplayLocalSettings): number =>
  schedule.durationMillis + Math.max(DRAIN_MILLIS, (scenario.service.timeout ?? 0) * 1000);

const waitUntilOver = async (run: LocalRun, load: RunningLoad, settings: ReplayLocalSettings): Promise<boolean> => {
  const { schedule, signal, onProgress } = settings;
  const { clock } = run;
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
    return (await Promise.race([answered, limit.passed, aborted, run.broken])) !== 'aborted';
  } finally {
    clearInterval(progress);
    end.cancel();
    limit.cancel();
  }
};

const recordOf = (
  settings: ReplayLocalSettings,
  local: LocalRecord,
  report: WorkersReport,
  endMillis: number,
  priority: Priority['kind'],
): RunRecord => {
  const { schedule, scenario, platform, timeScale } = settings;
  let dueRows = 0;
  while (dueRows < schedule.count && schedule.offsetMillis[dueRows]! <= endMillis) dueRows += 1;
  const { requests, health, causes, frames, lostRows, inFlightMillis } = report;
  return {
    header: {
      schema: RUN_SCHEMA,
      scenarioName: scenario.name,
      question: scenario.question,
      seed: scenario.seed,
      scheduleHash: settings.scheduleHash,
      profile: 'local',
      timeScale,
      reality: { ...REALITY, load: settings.engine?.reality ?? REALITY.load },
      versions: { ...settings.versions, ...settings.engine?.versions },
      machine: { ...machine(), priority },
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
        endMillis,
      }),
      events: null,
      notes: [
        ...(settings.notes ?? []),
        ...local.notes,
        ...report.notes,
        ...causes.map(([cause, count]) => `${count} attempts were not answered: ${cause}`),
      ],
    },
    schedule,
    requests,
    life: local.life,
    decisions: local.decisions,
    signals: local.signals,
    storage: local.storage,
  };
};

/**
 * Throws TARGET_FAILED or PORT_IN_USE when a pod's process cannot run, after every process was ended.
 *
 * @example replayLocal({ schedule, scenario, platform, timeScale: 10, signal, scheduleHash, versions: {}, capacity: null, onProgress })
 */
export const replayLocal = async (settings: ReplayLocalSettings): Promise<Replayed> => {
  const priority = raisePriority();
  try {
    return await replayWithPriority(settings, priority.kind);
  } finally {
    priority.restore();
  }
};

const replayWithPriority = async (settings: ReplayLocalSettings, priority: Priority['kind']): Promise<Replayed> => {
  const { schedule, scenario, platform, timeScale, signal } = settings;
  const fleet = fleetSettings(scenario.service, seedOf(scenario.seed, 'balancer'));
  const asked: LoadSettings = {
    front: { ...fleet, maxInFlight: MAX_IN_FLIGHT },
    dialect: 'pulse-v1',
    connection: 'keepalive',
    authorization: null,
    bodies: 'declared',
    clipSeed: scenario.seed,
    endDialect: 'close_stream',
    frameMillis: FRAME_MILLIS,
    runId: `local${scenario.seed}`,
  };
  const { scheduleHash } = settings;
  const context = { timeScale, scheduleHash, latestMillis: latestMillis(settings), signal };
  const load: RunningLoad =
    settings.engine === undefined
      ? await LoadWorkers.start(schedule, asked, settings.workers ?? 1)
      : await settings.engine.start(schedule, asked, context);
  let run: LocalRun;
  try {
    run = await LocalRun.start({ scenario, platform, law: fleet.law, timeScale, load, signal });
  } catch (error) {
    await load.stop(0);
    throw error;
  }
  load.begin(run.clock);
  let complete = false;
  let endMillis = 0;
  let report: WorkersReport;
  let local: LocalRecord;
  try {
    complete = await waitUntilOver(run, load, settings);
  } finally {
    endMillis = Math.max(0, run.clock.now());
    report = await load.stop(endMillis);
    local = await run.stop();
  }
  return {
    complete,
    record: recordOf(settings, local, report, endMillis, priority),
    processIds: [...local.processIds, ...load.processIds],
  };
};
