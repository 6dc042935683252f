// A run becomes a score: service, responsiveness, cost, metrics cost, always together (DESIGN section 6). Pure and
// JSON-serialisable; every figure is a value or says why there is none.

import type { GeneratorValidity, Profile, RunRecord } from '../../model/record.ts';
import type { Fault } from '../../scenarios/scenario.ts';
import { maximum } from '../stats/step-function.ts';
import { demandCurve } from './demand.ts';
import type { Elasticity } from './elasticity.ts';
import { elasticity } from './elasticity.ts';
import type { NoData } from './figure.ts';
import type { GpuCost } from './gpu-cost.ts';
import { gpuCost } from './gpu-cost.ts';
import type { MetricCost } from './metric-cost.ts';
import { metricCost } from './metric-cost.ts';
import { podLives, replicaCurves } from './pods.ts';
import type { Promised } from './promise.ts';
import { promisesOf } from './promise.ts';
import type { Reaction } from './reaction.ts';
import { reactionsOf } from './reaction.ts';
import { arrivalsOf } from './recovery.ts';
import { scenarioOf } from './scenario-of.ts';
import type { ServiceScore } from './service.ts';
import { serviceScore } from './service.ts';
import type { StageShare } from './stages.ts';
import { stageShares } from './stages.ts';

const SCORE_SCHEMA = 'surgelab.score/1';

export interface Score {
  readonly schema: typeof SCORE_SCHEMA;
  readonly scenarioName: string;
  readonly seed: number;
  readonly scheduleHash: string;
  readonly profile: Profile;
  readonly generator: GeneratorValidity['verdict'] | 'not-applicable';
  /** What is scored: arrivals in [from, to); the run then drains until `drained`. */
  readonly interval: { readonly fromMillis: number; readonly toMillis: number; readonly drainedMillis: number };
  /** What the scenario broke on purpose; the sentence of the answer and the charts name it. */
  readonly faults: readonly Fault[];
  readonly promises: readonly Promised[];
  readonly service: ServiceScore;
  readonly responsiveness: {
    readonly elasticity: { readonly kind: 'value'; readonly value: Elasticity } | NoData;
    readonly reactions: readonly Reaction[];
    /** Where the time goes, mean over the load steps that brought a new pod. */
    readonly stages: readonly StageShare[];
    readonly maxReady: number;
  };
  readonly cost: GpuCost;
  readonly metrics: MetricCost;
  /** Penalty that the scenario declares per missed call, money. */
  readonly penaltyPerMiss: number;
}

/**
 * @example score(run).service.kinds[0]?.attainment // { kind: 'value', value: 0.993 }
 *
 * Throws OBJECTIVE_INVALID if an objective of the scenario does not parse.
 */
export const score = (run: RunRecord): Score => {
  const { header } = run;
  const promises = promisesOf(run);
  const pods = podLives(run.life, header.endMillis);
  const curves = replicaCurves(run, pods);
  const demand = demandCurve(run);
  const reactions = reactionsOf(run, arrivalsOf(run, promises), pods, curves, demand);
  return {
    schema: SCORE_SCHEMA,
    scenarioName: header.scenarioName,
    seed: header.seed,
    scheduleHash: header.scheduleHash,
    profile: header.profile,
    generator: header.validity?.verdict ?? 'not-applicable',
    interval: {
      fromMillis: header.warmupMillis,
      toMillis: header.durationMillis,
      drainedMillis: header.endMillis,
    },
    faults: scenarioOf(run).faults,
    promises,
    service: serviceScore(run, promises, pods),
    responsiveness: {
      elasticity:
        'kind' in demand
          ? demand
          : { kind: 'value', value: elasticity(demand, curves.ready, header.warmupMillis, header.durationMillis) },
      reactions,
      stages: stageShares(reactions.map((r) => r.stages)),
      maxReady: maximum(curves.ready, header.warmupMillis, header.durationMillis),
    },
    cost: gpuCost(run, pods),
    metrics: metricCost(run),
    penaltyPerMiss: scenarioOf(run).prices.perMissedRequest,
  };
};
