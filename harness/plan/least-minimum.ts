// The least HPA minimum that keeps the promise, for loads that no target keeps it for from the replicas of the quietest
// moment: new pods come too late, or the sessions that a scale-down cuts are too many. Pure but for what it asks.

import type { Plan } from '../../reports/plan/plan.ts';

/**
 * The least whole number that is enough, by bisection between `above`, which is known to be too few, and `most`; null where
 * not even that is enough.
 */
export const leastWhole = async (
  above: number,
  most: number,
  isEnough: (n: number) => Promise<boolean>,
): Promise<number | null> => {
  if (most <= above || !(await isEnough(most))) return null;
  let [tooFew, enough] = [above, most];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (await isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
};

/**
 * The plan with the least minimum that keeps the promise, and what bound; the plan itself if it keeps it already, or if not
 * even its maximum at all times does.
 *
 * @param planned the plan with a minimum
 */
export const withEnough = async (
  plan: Plan,
  planned: (min: number) => Plan,
  keeps: (plan: Plan) => Promise<boolean>,
): Promise<{ readonly plan: Plan; readonly binding: string | null }> => {
  if (await keeps(plan)) return { plan, binding: null };
  const { min, max } = plan.hpa;
  const enough = await leastWhole(min, max, (replicas) => keeps(planned(replicas)));
  if (enough === null)
    return {
      plan,
      binding:
        `No setting of the HPA is enough: even ${max} replicas at all times miss the promise. What binds is the pod and not ` +
        'its scaling: what is needed is a faster service.gpu, a higher maximum of nodes, or a looser objective.',
    };
  return {
    plan: planned(enough),
    binding:
      `What binds is the minimum: with ${min}, which the quietest moment needs, no HPA target keeps the promise, because ` +
      'new pods come too late or scaling down takes pods too early.',
  };
};
