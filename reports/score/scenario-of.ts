// The scenario inside a run record. Its text was checked when it was compiled, so here it is only given its type back.

import type { RunRecord } from '../../model/record.ts';
import { serviceLawOf } from '../../model/service-law.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import type { Scenario } from '../../scenarios/scenario.ts';

export const scenarioOf = (run: RunRecord): Scenario => run.header.scenario as unknown as Scenario;

/** The service law of the run on its GPU, with all that the scenario sets; null for a calibration this build does not know. */
export const lawOf = (run: RunRecord): ServiceLaw | null => serviceLawOf(scenarioOf(run).service);
