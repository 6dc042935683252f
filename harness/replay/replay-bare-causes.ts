// Why pods of a bare run were created and deleted, in the words of the simulation: the ReplicaSet controller tells nobody,
// but the last change of the Deployment's replicas before it, in the same direction, is the reason. Pure.

import type { ScaleChange } from '../../cluster/kube/known-draws.ts';
import { HPA_CONTROLLER } from '../../cluster/kube/hpa-syncs.ts';
import type { LifeEvent } from '../../model/record.ts';

type PodEvent = Extract<LifeEvent, { readonly subject: 'pod' }>;

const DIRECTION: Readonly<Partial<Record<PodEvent['event'], 1 | -1>>> = { created: 1, deleting: -1 };

/** The reason of one event; each change explains as many pods as it is large. */
const reasons = (changes: readonly ScaleChange[], hpa: string): ((event: PodEvent) => string | null) => {
  const explained = changes.map(() => 0);
  return ({ event, t }) => {
    const direction = DIRECTION[event];
    const at = changes.findLastIndex(({ atMillis }) => atMillis <= t);
    const [before, change] = [changes[at - 1], changes[at]];
    if (direction === undefined || t <= 0 || before === undefined || change === undefined) return null;
    const wanted = (change.replicas - before.replicas) * direction;
    if (explained[at]! >= wanted) return null;
    explained[at]! += 1;
    const by = change.by === HPA_CONTROLLER ? `HPA ${hpa}` : change.by;
    return `scaled from ${before.replicas} to ${change.replicas} by ${by}`;
  };
};

/**
 * @param changes of the Deployment's replicas in order of time, that of its creation first
 * @param killed ordinals of pods whose deletion has another reason
 */
export const withCauses = (
  life: readonly LifeEvent[],
  changes: readonly ScaleChange[],
  killed: readonly number[],
  hpa: string,
): readonly LifeEvent[] => {
  const reason = reasons(changes, hpa);
  return life.map((event) => {
    if (event.subject !== 'pod') return event;
    if (event.event === 'deleting' && killed.includes(event.ordinal))
      return { ...event, cause: 'fault of the scenario' };
    return { ...event, cause: reason(event) ?? event.cause };
  });
};
