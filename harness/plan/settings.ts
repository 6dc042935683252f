// What a plan advises as overrides of the platform, and the nodes that it needs.

import { replicasPerNode } from '../simulate-question.ts';
import type { Plan } from '../../reports/plan/plan.ts';
import type { SetValue } from '../../reports/search/space.ts';
import type { Question } from '../question.ts';
import type { Adjustment } from '../tune/adjust.ts';

export interface Setting {
  readonly set: Readonly<Record<string, SetValue>>;
  readonly nodes: Adjustment['nodes'];
}

export interface Advice extends Pick<Plan, 'hpa'> {
  /** The HPA target; null where the HPA has no plain one. */
  readonly target: number | null;
  /** terminationGracePeriodSeconds; null = as it is. */
  readonly graceSeconds: number | null;
}

export const advisedSet = ({ hpa, target, graceSeconds }: Advice): Setting['set'] => ({
  'hpa.minReplicas': hpa.min,
  'hpa.maxReplicas': hpa.max,
  ...(target === null ? {} : { 'hpa.target': target }),
  ...(graceSeconds === null ? {} : { 'deployment.terminationGracePeriodSeconds': graceSeconds }),
});

export const advisedSetting = (question: Question, advice: Advice): Setting => {
  const { hpa } = advice;
  const perNode = replicasPerNode(question);
  const nodes = (replicas: number): number => Math.ceil(replicas / perNode) + hpa.warmSpareNodes;
  return {
    set: advisedSet(advice),
    nodes: { min: nodes(hpa.min), max: Math.max(question.scenario.nodes.max, nodes(hpa.max)) },
  };
};
