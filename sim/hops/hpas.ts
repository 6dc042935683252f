// All HPAs of a run on one engine: the deployment's, whose syncs may be known, and those of other workloads, each with
// draws of its own, so that adding one changes nothing for the rest.

import type { Platform } from '../../model/platform.ts';
import { seedOf, stream } from '../../model/rng.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { CLASS } from '../event-classes.ts';
import type { KnownInputs, KnownSync } from '../known-inputs.ts';
import type { Agenda } from './agenda.ts';
import { sharedClass } from './agenda.ts';
import type { ControlSettings } from './control.ts';
import { drawnResync } from './call-durations.ts';
import { ControlHop } from './control.ts';
import type { OtherWorkload } from './other-workload.ts';

export interface HpasSettings extends Pick<ControlSettings, 'cluster' | 'metrics' | 'observer'> {
  readonly platform: Platform;
  readonly scenario: Scenario;
  /** In the order of the platform's other HPAs. */
  readonly others: readonly OtherWorkload[];
  readonly known: KnownInputs;
}

/** Starts them; returns the deployment's, null if it has none. */
export const startHpas = (engine: Agenda, settings: HpasSettings): ControlHop | null => {
  const { platform, scenario, others, known, cluster, metrics, observer } = settings;
  const { controlPlane, seed } = scenario;
  const agenda = sharedClass(engine, CLASS.control);
  const drawn = (of: number): KnownSync => ({
    startMillis: platform.controller.syncPeriod * 1000 * stream(of, 'hpaPhase').uniform(),
  });
  const slow = known.slow === undefined ? {} : { slow: known.slow };
  const shared = { platform, controlPlane, metrics, observer, resyncPhase: drawnResync(seed), ...slow };
  platform.otherHpas.forEach((hpa, i) => {
    const own = seedOf(seed, 'otherHpa', i);
    new ControlHop(agenda(), { ...shared, hpa, seed: own, cluster: others[i]!, syncs: [drawn(own)] });
  });
  const { hpa } = platform;
  if (hpa === null) return null;
  const first = controlPlane.hpaPhase === null ? drawn(seed) : { startMillis: controlPlane.hpaPhase * 1000 };
  return new ControlHop(agenda(), { ...shared, hpa, seed, cluster, syncs: known.syncs ?? [first] });
};
