// Values with a time, gathered into bins of equal length. For charts and for windows of a promise; scores use exact
// integrals instead (step-function.ts).

export interface Bin {
  readonly from: number;
  readonly to: number;
  /** Values of the bin in the order given. */
  readonly values: readonly number[];
}

/**
 * Bins [from, from + width), … up to `to`; the last may be shorter. A value at the edge belongs to the bin that starts
 * there; values outside are left out. Empty bins stay, with no values.
 */
export const timeline = (
  at: ArrayLike<number>,
  value: ArrayLike<number>,
  from: number,
  to: number,
  width: number,
): readonly Bin[] => {
  const count = Math.max(0, Math.ceil((to - from) / width - 1e-9));
  const bins: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < at.length; i++) {
    const t = at[i]!;
    if (t >= from && t < to) bins[Math.min(count - 1, Math.floor((t - from) / width))]!.push(value[i]!);
  }
  return bins.map((values, k) => ({ from: from + k * width, to: Math.min(to, from + (k + 1) * width), values }));
};
