// The scenario inside a run record. Its text was checked when it was compiled, so here it is only given its type back.

import type { RunRecord } from '../../model/record.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { GPU_SPEED, SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import type { Scenario } from '../../scenarios/scenario.ts';

export const scenarioOf = (run: RunRecord): Scenario => run.header.scenario as unknown as Scenario;

/** The service law of the run on its GPU, with the scenario's own cap; null for a calibration this build does not know. */
export const lawOf = (run: RunRecord): ServiceLaw | null => {
  const { calibration, gpu, cap } = scenarioOf(run).service;
  const law = SERVICE_LAWS[calibration];
  const speed = GPU_SPEED[gpu];
  if (law === undefined || speed === undefined) return null;
  const scaled = scaleLaw(law, speed.speed);
  return cap === null ? scaled : { ...scaled, batch: { ...scaled.batch, cap } };
};
