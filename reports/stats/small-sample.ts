// Percentile bootstrap intervals of few values are too narrow: they lack the factor √(n/(n−1)) and Student's heavier tail.
// Gives the wider confidence to ask the bootstrap for, so that it covers as stated (expanded percentile interval,
// T. Hesterberg, What Teachers Should Know about the Bootstrap, 2015, section 4).

import { errorFunction, probit } from 'simple-statistics';

/** Standard normal distribution function. */
const normal = (z: number): number => (1 + errorFunction(z / Math.SQRT2)) / 2;

/** Student's t quantile by the Cornish–Fisher expansion; within 1 % from 5 degrees of freedom on. */
export const studentQuantile = (p: number, freedom: number): number => {
  const z = probit(p);
  const [z3, z5, z7] = [z ** 3, z ** 5, z ** 7];
  return (
    z +
    (z3 + z) / (4 * freedom) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom ** 3)
  );
};

/** The confidence that a percentile bootstrap of `count` ≥ 2 values must be asked for to cover with `confidence`. */
export const expandedConfidence = (count: number, confidence: number): number => {
  const t = studentQuantile(1 - (1 - confidence) / 2, count - 1);
  return 1 - 2 * normal(-Math.sqrt(count / (count - 1)) * t);
};
