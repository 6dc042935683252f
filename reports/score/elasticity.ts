// Elasticity of supply against demand, the SPEC RG family (scoring.md section 2). Takes two step functions, gives exact
// integrals; only instability needs a grid. Over-provisioning is given in both conventions, which differ widely (S2).

import type { StepFunction } from '../stats/step-function.ts';
import { integrate, unitsChanged, valueAt } from '../stats/step-function.ts';

const MINUTE_MILLIS = 60_000;
/** Scale to zero: the sources of convention D divide by a demand of 0 unguarded; ε = 1 (scoring.md section 2). */
const EPSILON = 1;

export interface Elasticity {
  /** acc_U, acc_O: mean replicas lacking and idle. */
  readonly underReplicas: number;
  readonly overReplicas: number;
  /** θ_U in percent of demand. */
  readonly underPercent: number;
  /** θ_O in percent of supply (convention O) and of demand (convention D). */
  readonly overPercentOfSupply: number;
  readonly overPercentOfDemand: number;
  /** τ_U, τ_O: percent of time. */
  readonly underTimePercent: number;
  readonly overTimePercent: number;
  /** k: supply moved where demand did not. k′: demand moved where supply did not. υ = k + k′. Percent of grid steps. */
  readonly instabilityOfSupply: number;
  readonly instabilityOfDemand: number;
  readonly instability: number;
  readonly supplyUnitsChanged: number;
  readonly demandUnitsChanged: number;
  /** (E_S − E_D)/T per minute: above 0 oscillates, below 0 is inert. */
  readonly jitterPerMinute: number;
  /** σ₅ over (θ_U, θ_O by supply, τ_U, τ_O, υ) with p = 5. */
  readonly deviation: number;
  readonly gridMillis: number;
}

/** σ_p = (Σ xᵢᵖ)^(1/p) with p = the number of components. */
export const deviation = (components: readonly number[]): number => {
  const p = components.length;
  return components.reduce((sum, x) => sum + x ** p, 0) ** (1 / p);
};

const instability = (d: StepFunction, s: StepFunction, from: number, to: number, grid: number): [number, number] => {
  const points = Math.floor((to - from) / grid + 1e-9);
  let ofSupply = 0;
  let ofDemand = 0;
  for (let i = 1; i < points; i++) {
    const now = from + i * grid;
    const supply = Math.sign(valueAt(s, now) - valueAt(s, now - grid));
    const demand = Math.sign(valueAt(d, now) - valueAt(d, now - grid));
    ofSupply += Math.min(1, Math.max(0, supply - demand));
    ofDemand += Math.min(1, Math.max(0, demand - supply));
  }
  const scale = points < 2 ? 0 : 100 / (points - 1);
  return [ofSupply * scale, ofDemand * scale];
};

/** All figures over [from, to), times in milliseconds; grid defaults to one HPA sync of 15 s. */
export const elasticity = (
  demand: StepFunction,
  supply: StepFunction,
  from: number,
  to: number,
  gridMillis = 15_000,
): Elasticity => {
  const meanOf = (g: (d: number, s: number) => number): number => integrate(demand, supply, from, to, g) / (to - from);
  const under = (d: number, s: number): number => Math.max(d - s, 0);
  const over = (d: number, s: number): number => Math.max(s - d, 0);
  const underPercent = 100 * meanOf((d, s) => under(d, s) / Math.max(d, EPSILON));
  const overPercentOfSupply = 100 * meanOf((d, s) => over(d, s) / Math.max(s, EPSILON));
  const underTimePercent = 100 * meanOf((d, s) => (d > s ? 1 : 0));
  const overTimePercent = 100 * meanOf((d, s) => (s > d ? 1 : 0));
  const [k, kPrime] = instability(demand, supply, from, to, gridMillis);
  const supplyUnitsChanged = unitsChanged(supply, from, to);
  const demandUnitsChanged = unitsChanged(demand, from, to);
  return {
    underReplicas: meanOf(under),
    overReplicas: meanOf(over),
    underPercent,
    overPercentOfSupply,
    overPercentOfDemand: 100 * meanOf((d, s) => over(d, s) / Math.max(d, EPSILON)),
    underTimePercent,
    overTimePercent,
    instabilityOfSupply: k,
    instabilityOfDemand: kPrime,
    instability: k + kPrime,
    supplyUnitsChanged,
    demandUnitsChanged,
    jitterPerMinute: (supplyUnitsChanged - demandUnitsChanged) / ((to - from) / MINUTE_MILLIS),
    deviation: deviation([underPercent, overPercentOfSupply, underTimePercent, overTimePercent, k + kPrime]),
    gridMillis,
  };
};

export type OverConvention = 'by-supply' | 'by-demand';

/**
 * Elastic speed-up η of `policy` over `baseline`: the fourth root of the product of the ratios of θ_U, θ_O, τ_U and τ_O.
 * A term of 0 is replaced by `floor`, which then decides the result (S2b): print it beside the figure.
 */
export const elasticSpeedUp = (
  policy: Elasticity,
  baseline: Elasticity,
  convention: OverConvention,
  floor: number,
): number => {
  const terms = (e: Elasticity): number[] =>
    [
      e.underPercent,
      convention === 'by-supply' ? e.overPercentOfSupply : e.overPercentOfDemand,
      e.underTimePercent,
      e.overTimePercent,
    ].map((x) => Math.max(x, floor));
  const own = terms(policy);
  return terms(baseline).reduce((product, b, i) => product * (b / own[i]!), 1) ** 0.25;
};
