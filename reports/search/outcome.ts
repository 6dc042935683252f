// The few figures of a run that a search decides by: missed calls, GPU money, metric money, the delay until a new pod is
// ready and where it goes. The same definitions as the score, without the rest of it, because a search makes hundreds.

import type { RunRecord } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { ALL_CALLS, scoredCalls } from '../score/calls.ts';
import { cutByDrain } from '../score/drain-cuts.ts';
import { paidSpans, spanMoney } from '../score/gpu-cost.ts';
import { diskMoneyPerMonth } from '../score/metric-cost.ts';
import { podLives, replicaCurves } from '../score/pods.ts';
import { arrivedOf, missedOf, promisesOf } from '../score/promise.ts';
import { reactionsOf } from '../score/reaction.ts';
import { arrivalsOf, letDown } from '../score/recovery.ts';
import { totalCost } from '../score/regret.ts';
import { scenarioOf } from '../score/scenario-of.ts';
import type { Stage } from '../score/stages.ts';
import { STAGE_NAMES } from '../score/stages.ts';
import { mean } from '../stats/quantile.ts';

export interface Outcome {
  /** From the start to the end of the drain. */
  readonly hours: number;
  readonly arrived: number;
  readonly missed: number;
  /** Per promised kind, the kind with most calls first. */
  readonly kinds: readonly {
    readonly kind: RequestKind;
    readonly arrived: number;
    readonly kept: number;
    /** Failed when the grace period of their pod, which was told to go, was over. */
    readonly cutByDrain: number;
  }[];
  /** GPUs paid for on average. */
  readonly gpus: number;
  readonly gpuMoneyPerHour: number;
  readonly metricMoneyPerMonth: number;
  /** Load step to the first new pod Ready, mean over the steps; null if no step needed one, or one brought none. */
  readonly toReadySeconds: number | null;
  /** Mean over the steps that brought a pod; empty if none did. */
  readonly stages: readonly Stage[];
}

const HOURS_PER_MONTH = 730;

const meanStages = (chains: readonly (readonly Stage[])[]): readonly Stage[] =>
  chains.length === 0
    ? []
    : STAGE_NAMES.map((name) => ({
        name,
        seconds: mean(chains.map((chain) => chain.find((stage) => stage.name === name)?.seconds ?? 0))!,
      }));

/** Throws OBJECTIVE_INVALID if an objective of the scenario does not parse. */
export const outcomeOf = (run: RunRecord): Outcome => {
  const { header, storage } = run;
  const { nodes, prices } = scenarioOf(run);
  const promises = promisesOf(run);
  const pods = podLives(run.life, header.endMillis);
  const curves = replicaCurves(run, pods);
  const arrivals = arrivalsOf(run, promises);
  const unasked = { kind: 'no-data', why: 'not asked for' } as const;
  const reactions = reactionsOf(run, arrivals, pods, curves, unasked);
  // A step that fitted into what was there needed no reaction, so it has no delay either.
  const needed = reactions.filter((reaction) => reaction.needed);
  const delays = needed.flatMap(({ durations: { toReady } }) => (toReady.kind === 'value' ? [toReady.value] : []));
  const hours = header.endMillis / 3_600_000;
  const spans = paidSpans(run, pods);
  const judged = letDown(arrivals, header.warmupMillis, Infinity);
  // By the number of the kind: a run has tens of thousands of calls.
  const cut = REQUEST_KINDS.map(() => 0);
  for (const call of cutByDrain(run, pods, scoredCalls(run, ALL_CALLS))) cut[run.schedule.kind[call]!]! += 1;
  const kinds = promises.map(({ kind }) => {
    const { arrived, missed } = judged.find((of) => of.kind === kind) ?? { arrived: 0, missed: 0 };
    return { kind, arrived, kept: arrived - missed, cutByDrain: cut[REQUEST_KINDS.indexOf(kind)]! };
  });
  return {
    hours,
    arrived: arrivedOf(judged),
    missed: missedOf(judged),
    kinds,
    gpus: (spans.reduce((sum, span) => sum + span.end - span.launch, 0) * nodes.gpusPerNode) / (hours * 3600),
    gpuMoneyPerHour: spanMoney(spans, nodes.pricePerHour, nodes.billingQuantum) / hours,
    metricMoneyPerMonth: diskMoneyPerMonth(storage.retainedBytes, prices.storagePerGbMonth),
    toReadySeconds: delays.length < needed.length ? null : mean(delays),
    stages: meanStages(reactions.map(({ stages }) => stages).filter((chain) => chain.length > 0)),
  };
};

export const missedPerHour = ({ missed, hours }: Outcome): number => missed / hours;

/** J of scoring.md section 7 per hour of the run: GPU + metrics + penalty · misses. */
export const costPerHour = (outcome: Outcome, penaltyPerMiss: number): number =>
  totalCost(
    outcome.gpuMoneyPerHour + outcome.metricMoneyPerMonth / HOURS_PER_MONTH,
    missedPerHour(outcome),
    penaltyPerMiss,
  );
