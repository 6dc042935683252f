// What a plan is checked at: the forecast, seasons, multiples, and the loss of nodes at the worst instant of the forecast.

import type { LoadCase, PlanInput } from '../../reports/plan/plan.ts';
import { needsOf } from '../../reports/plan/needs.ts';
import type { StepFunction } from '../../reports/stats/step-function.ts';

const STRESS = [1.5, 2];

/** The forecast is the first. */
export const casesOf = (growth: number, seasons: readonly LoadCase[]): readonly LoadCase[] => [
  { name: 'forecast', factor: growth },
  ...seasons.map(({ name, factor }) => ({ name, factor: growth * factor })),
  ...STRESS.map((times) => ({ name: `${times} × forecast`, factor: growth * times })),
];

export interface CheckCase extends LoadCase {
  /** Nodes lost at once, at the worst instant. */
  readonly lost: number;
}

/** A loss of nodes that is to be survived is a case of its own. */
export const checkCases = (cases: readonly LoadCase[], lost: number): readonly CheckCase[] => [
  ...cases.map((one) => ({ ...one, lost: 0 })),
  ...(lost === 0
    ? []
    : [{ name: `forecast, ${lost} node${lost === 1 ? '' : 's'} lost`, factor: cases[0]!.factor, lost }]),
];

/** Instants that are looked at per lead time. */
const LOOKS = 8;

/** When a loss hurts most: what is lost is missing for the lead time, and in no other is the need greater on average. */
export const worstInstant = (
  needed: StepFunction,
  { fromMillis, toMillis, leadSeconds }: Pick<PlanInput, 'fromMillis' | 'toMillis' | 'leadSeconds'>,
): number => {
  const lead = Math.min(leadSeconds * 1000, toMillis - fromMillis);
  const looks = Math.floor((toMillis - lead - fromMillis) / (lead / LOOKS));
  let [worst, most] = [fromMillis, -Infinity];
  for (let i = 0; i <= looks; i++) {
    const at = fromMillis + (i * lead) / LOOKS;
    const { mean } = needsOf(needed, at, at + lead);
    if (mean > most) [worst, most] = [at, mean];
  }
  return worst;
};
