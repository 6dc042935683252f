// One score or many (scoring.md section 7): the Pareto front of several costs, and regret under a declared penalty.

/** True if a is nowhere worse than b and somewhere better; all costs, lower is better. */
export const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((x, i) => x <= b[i]!) && a.some((x, i) => x < b[i]!);

/** For each point whether no other dominates it. Equal points are both on the front. */
export const paretoFront = (points: readonly (readonly number[])[]): readonly boolean[] =>
  points.map((p) => points.every((q) => !dominates(q, p)));

/** J = money + penalty · misses, per configuration. */
export const totalCost = (money: number, misses: number, penaltyPerMiss: number): number =>
  money + penaltyPerMiss * misses;

/** J/min J − 1 for each J; all 0 if the smallest is 0. */
export const regrets = (totals: readonly number[]): readonly number[] => {
  const least = Math.min(...totals);
  return totals.map((j) => (least === 0 ? 0 : j / least - 1));
};
