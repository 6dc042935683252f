// Replays a schedule on the local profile: real child processes and HTTP, the simulator's control code on the wall clock,
// compressed by `timeScale`. Takes what `simulate` takes and gives the same kind of record; an abort gives what there is.

import { LocalRun } from '../../cluster/local/local-run.ts';
import type { LocalRecord } from '../../cluster/local/local-run.ts';
import type { RealityTable } from '../../model/record.ts';
import { seedOf } from '../../model/rng.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import type { WorkersReport } from './load-workers.ts';
import { LoadWorkers } from './load-workers.ts';
import { preflight } from './preflight.ts';
import type { Priority } from './priority.ts';
import { raisePriority } from './priority.ts';
import type { RealRunSettings, Replayed } from './real-run.ts';
import { latestMillis, loadSettings, recordOfRealRun, waitUntilOver } from './real-run.ts';
import type { RunningLoad } from './running-load.ts';

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

/**
 * Throws TARGET_FAILED or PORT_IN_USE when a pod's process cannot run, after every process was ended.
 *
 * @example replayLocal({ schedule, scenario, platform, timeScale: 10, signal, scheduleHash, versions: {}, capacity: null, onProgress })
 */
export const replayLocal = async (settings: RealRunSettings): Promise<Replayed> => {
  const priority = raisePriority();
  try {
    return await replayWithPriority(settings, priority.kind);
  } finally {
    priority.restore();
  }
};

const replayWithPriority = async (settings: RealRunSettings, priority: Priority['kind']): Promise<Replayed> => {
  const { schedule, scenario, platform, timeScale, signal } = settings;
  const fleet = fleetSettings(scenario.service, seedOf(scenario.seed, 'balancer'), scenario.traffic);
  const asked = loadSettings(scenario, fleet, 'local', settings);
  preflight({
    schedule,
    workers: settings.workers ?? 1,
    maxInFlight: asked.front.maxInFlight,
    timeout: scenario.service.timeout,
    law: fleet.law,
    clipFolder: settings.clipFolder,
    oneAddress: false,
  });
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
    record: recordOfRealRun(settings, {
      profile: 'local',
      reality: REALITY,
      cluster: local,
      report,
      endMillis,
      priority,
    }),
    processIds: [...local.processIds, ...load.processIds],
  };
};
