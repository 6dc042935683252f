// The simulation: a schedule, a scenario and a platform in, a run record out. Pure: the same arguments give the same
// record, in whatever process. Asserts conservation of requests and Little's law before it returns.

import type { Platform } from '../model/platform.ts';
import type { RealityTable, RunRecord, ScenarioJson } from '../model/record.ts';
import { RUN_SCHEMA } from '../model/record.ts';
import type { Schedule } from '../model/schedule.ts';
import { millis } from '../model/units.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { CapacityQuestion } from './capacity.ts';
import { capacityCurve } from './capacity.ts';
import { fleetSettings } from './fleet-settings.ts';
import { assertConservation, assertLittle } from './invariants.ts';
import type { KnownInputs } from './known-inputs.ts';
import { World } from './world.ts';

export interface SimulateOptions {
  /** SHA-256 of the schedule's text, hex. */
  readonly scheduleHash: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Objective whose capacity curve goes into the header; null = none. */
  readonly capacity: CapacityQuestion | null;
  /** Recorded inputs in place of draws; absent = everything is drawn from the seed. */
  readonly known?: KnownInputs;
}

const REALITY: RealityTable = {
  load: 'schedule rows',
  pod: 'service model',
  scrape: 'simulated',
  adapter: 'simulated',
  hpa: 'simulated',
  scheduler: 'simulated',
  kubelet: 'simulated',
  time: 'virtual',
};

/** The run goes on after the last arrival until everybody is answered, at most this long or the callers' time-out. */
const DRAIN_MILLIS = 120_000;

/**
 * Simulates one run.
 *
 * @example simulate(compile(scenario), scenario, readPlatform(files), { scheduleHash, versions: {}, capacity: null })
 */
export const simulate = (
  schedule: Schedule,
  scenario: Scenario,
  platform: Platform,
  options: SimulateOptions,
): RunRecord => {
  const world = new World(schedule, scenario, platform, options.known);
  const endMillis = world.run(Math.max(DRAIN_MILLIS, (scenario.service.timeout ?? 0) * 1000));
  const { fleet } = world;
  fleet.runEnds(endMillis);
  assertConservation(fleet);
  assertLittle(fleet.requests, fleet.arrived, fleet.inSystemMillis(endMillis), endMillis);
  return {
    header: {
      schema: RUN_SCHEMA,
      scenarioName: scenario.name,
      question: scenario.question,
      seed: scenario.seed,
      scheduleHash: options.scheduleHash,
      profile: 'sim',
      timeScale: 1,
      reality: REALITY,
      versions: options.versions,
      machine: null,
      durationMillis: schedule.durationMillis,
      warmupMillis: millis(scenario.warmup * 1000),
      endMillis: millis(endMillis),
      scenario: scenario as unknown as ScenarioJson,
      platform,
      capacity:
        options.capacity === null
          ? null
          : capacityCurve(schedule, fleetSettings(scenario.service, scenario.seed), options.capacity),
      validity: null,
      events: world.engine.handled,
      notes: world.faults.notes,
    },
    schedule,
    requests: fleet.requests,
    life: world.cluster.life,
    decisions: world.decisions,
    signals: world.signals.table(),
    storage: world.storage.record(platform, endMillis, scenario.prices.storagePerGbMonth),
  };
};
