// One replay on the bare profile as live tests ask for it: nothing interrupts it, nobody watches its progress.

import type { Platform } from '../../model/platform.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { AuditedReplayed } from './real-run.ts';
import { replayBare } from './replay-bare.ts';

export const replayBareOnce = (schedule: Schedule, scenario: Scenario, platform: Platform): Promise<AuditedReplayed> =>
  replayBare({
    schedule,
    scenario,
    platform,
    timeScale: 1,
    scheduleHash: 'not hashed here',
    versions: {},
    capacity: null,
    logFolder: null,
    environment: process.env,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
