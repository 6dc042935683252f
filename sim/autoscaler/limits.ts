// Rate limits: how far one reconcile may go from the current count, by the policies of the behaviour path or by the
// built-in doubling of the legacy path, and by min and max (hpa.md section 7, step 2, and section 8, steps 2 and 3).

import type { CompiledBehavior, CompiledPolicy } from './compile.ts';
import { ceilToInt32, MAX_INT32, MIN_INT32, truncateToInt32 } from './int64.ts';
import type { HpaMemory } from './memory.ts';
import { changeWithin } from './scale-events.ts';

export type LimitReason =
  'DesiredWithinRange' | 'TooFewReplicas' | 'TooManyReplicas' | 'ScaleUpLimit' | 'ScaleDownLimit';

export interface Limited {
  readonly replicas: number;
  readonly reason: LimitReason;
}

/** int32: count at the start of the policy's period, both directions undone. Golden n:opposite-events-shift-the-start. */
const periodStart = (memory: HpaMemory, policy: CompiledPolicy, current: number, nowMillis: number): number =>
  (current -
    changeWithin(memory.up, policy.periodMillis, nowMillis) +
    changeWithin(memory.down, policy.periodMillis, nowMillis)) |
  0;

/** Most replicas that the up policies allow; int32 overflow included (golden n:pods-up-int32-overflow). */
const upLimit = (memory: HpaMemory, behavior: CompiledBehavior, current: number, nowMillis: number): number => {
  const { select, policies } = behavior.up;
  if (select === 'Disabled') return current;
  let limit = select === 'Min' ? MAX_INT32 : MIN_INT32;
  for (const policy of policies) {
    const start = periodStart(memory, policy, current, nowMillis);
    const proposed = policy.kind === 'Pods' ? (start + policy.value) | 0 : ceilToInt32(start * policy.factor);
    limit = select === 'Min' ? Math.min(limit, proposed) : Math.max(limit, proposed);
  }
  return limit;
};

/** Fewest replicas that the down policies allow. Max = largest change = smallest count. */
const downLimit = (memory: HpaMemory, behavior: CompiledBehavior, current: number, nowMillis: number): number => {
  const { select, policies } = behavior.down;
  if (select === 'Disabled') return current;
  let limit = select === 'Min' ? MIN_INT32 : MAX_INT32;
  for (const policy of policies) {
    const start = periodStart(memory, policy, current, nowMillis);
    const proposed = policy.kind === 'Pods' ? (start - policy.value) | 0 : truncateToInt32(start * policy.factor);
    limit = select === 'Min' ? Math.max(limit, proposed) : Math.min(limit, proposed);
  }
  return limit;
};

/** The stabilised count within the policies and min or max. `desired` = current is left alone. */
export const limitByPolicies = (
  memory: HpaMemory,
  behavior: CompiledBehavior,
  current: number,
  desired: number,
  min: number,
  max: number,
  nowMillis: number,
): Limited => {
  if (desired > current) {
    const limit = Math.max(current, upLimit(memory, behavior, current, nowMillis));
    const top = Math.min(max, limit);
    if (desired <= top) return { replicas: desired, reason: 'DesiredWithinRange' };
    return { replicas: top, reason: max > limit ? 'ScaleUpLimit' : 'TooManyReplicas' };
  }
  if (desired < current) {
    const limit = Math.min(current, downLimit(memory, behavior, current, nowMillis));
    const bottom = Math.max(min, limit);
    if (desired >= bottom) return { replicas: desired, reason: 'DesiredWithinRange' };
    return { replicas: bottom, reason: min < limit ? 'ScaleDownLimit' : 'TooFewReplicas' };
  }
  return { replicas: desired, reason: 'DesiredWithinRange' };
};

/** At most double, at least 4. Golden n:legacy-limit-minimum-four. */
const legacyLimit = (current: number): number => truncateToInt32(Math.max(2 * current, 4));

/** The stabilised count within [min, max] and the doubling. */
export const limitLegacy = (current: number, desired: number, min: number, max: number): Limited => {
  const limit = legacyLimit(current);
  const top = Math.min(max, limit);
  if (desired < min) return { replicas: min, reason: 'TooFewReplicas' };
  if (desired > top) return { replicas: top, reason: max > limit ? 'ScaleUpLimit' : 'TooManyReplicas' };
  return { replicas: desired, reason: 'DesiredWithinRange' };
};
