// A question answered in virtual time: compiles nothing, reads nothing, calls the simulator with what the report needs.

import { seconds } from '../model/units.ts';
import type { RunRecord } from '../model/record.ts';
import { KNOWN_NOTE } from '../reports/fidelity/text.ts';
import { parseObjectives } from '../reports/gate/parse.ts';
import type { CapacityQuestion } from '../sim/capacity.ts';
import type { KnownInputs } from '../sim/known-inputs.ts';
import { simulate } from '../sim/simulate.ts';
import type { Question } from './question.ts';
import { runVersions } from './versions.ts';

/** Smoothing of the load before it is compared with the capacity curve: two HPA syncs. */
const DEMAND_WINDOW_MILLIS = 30_000;
/** Where the scenario promises nothing else: the same default as the score. */
const DEFAULT_PROMISE = { withinSeconds: 2, attainment: 0.99 };

/** Replicas that share a node, by their GPUs. */
export const replicasPerNode = ({ scenario, platform }: Question): number =>
  Math.max(1, Math.floor(scenario.nodes.gpusPerNode / Math.max(1, platform.deployment.gpusPerPod)));

/** What capacity means for this scenario: its first attainment objective of short or batch calls. */
export const capacityQuestion = ({ scenario, platform }: Question): CapacityQuestion => {
  const promise = parseObjectives(scenario.objectives).find(
    (o) => o.figure === 'attainment' && o.filter.withinSeconds !== null && o.filter.kind !== 'stream',
  );
  return {
    kind: promise?.filter.kind ?? 'short',
    within: seconds(promise?.filter.withinSeconds ?? DEFAULT_PROMISE.withinSeconds),
    attainment: promise?.bound ?? DEFAULT_PROMISE.attainment,
    maxReplicas: platform.hpa?.spec.maxReplicas ?? platform.deployment.replicas,
    windowMillis: DEMAND_WINDOW_MILLIS,
    seed: scenario.seed,
  };
};

/**
 * Simulates the question; `withCapacity` adds the capacity curve, which costs a second or so. What is `known` of a real run
 * takes the place of draws, and the record says so.
 */
export const simulateQuestion = (question: Question, withCapacity: boolean, known?: KnownInputs): RunRecord => {
  const record = simulate(question.schedule, question.scenario, question.platform, {
    scheduleHash: question.hash,
    versions: runVersions(question.platform),
    capacity: withCapacity ? capacityQuestion(question) : null,
    ...(known === undefined ? {} : { known }),
  });
  const notes = [...(known === undefined ? [] : [KNOWN_NOTE]), ...question.notes, ...record.header.notes];
  return { ...record, header: { ...record.header, notes } };
};
