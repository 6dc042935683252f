// The mean of a measurement over independent replications, sharpened by what is known about them: each replication's mean
// gap and mean service time have known expectations, and most of a mean wait's spread follows from their deviations.
// Least squares with an intercept; the intercept is the estimate (method of control variates).

export interface Controlled {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
  readonly degreesOfFreedom: number;
}

const average = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** A control whose spread is below this share of the first one's values is constant (a deterministic service time). */
const CONSTANT = 1e-12;

/**
 * @param values one per replication
 * @param controls per control its deviation from the known expectation, one per replication
 */
export const controlledMean = (values: readonly number[], controls: readonly (readonly number[])[]): Controlled => {
  const replications = values.length;
  let mean = average(values);
  let rest = values.map((v) => v - mean);
  let leverage = 1 / replications;
  // Controls made orthogonal one after the other, each kept as deviations and as its own mean.
  const used: { readonly spread: readonly number[]; readonly mean: number; readonly square: number }[] = [];
  for (const control of controls) {
    let controlMean = average(control);
    let spread = control.map((c) => c - controlMean);
    for (const before of used) {
      const share = product(spread, before.spread) / before.square;
      spread = spread.map((s, i) => s - share * before.spread[i]!);
      controlMean -= share * before.mean;
    }
    const square = product(spread, spread);
    if (square <= CONSTANT * CONSTANT * replications) continue;
    used.push({ spread, mean: controlMean, square });
    const slope = product(rest, spread) / square;
    rest = rest.map((r, i) => r - slope * spread[i]!);
    mean -= slope * controlMean;
    leverage += controlMean ** 2 / square;
  }
  const degreesOfFreedom = replications - 1 - used.length;
  return { mean, error: Math.sqrt((product(rest, rest) / degreesOfFreedom) * leverage), degreesOfFreedom };
};
