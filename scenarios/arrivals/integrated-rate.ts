// Λ(t) = ∫ rate and its inverse, the map from a unit-rate process to arrival times (load-generation.md 6.2). The rate is
// the product of one or two curves of steps or straight lines, so a piece of it is a polynomial of degree 0, 1 or 2.

import type { RateCurve } from '../scenario.ts';

/** On [start, end): rate(start + x) = c0 + c1·x + c2·x²; `before` = Λ(start). */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
  readonly before: number;
  readonly area: number;
}

/** Value at `t` and slope of a curve between its points; the last value holds for ever. */
const lineAt = (curve: RateCurve, t: number): readonly [value: number, slope: number] => {
  const { points } = curve;
  let i = points.length - 1;
  while (i > 0 && points[i]![0] > t) i--;
  const [at, value] = points[i]!;
  const next = points[i + 1];
  if (next === undefined || curve.between === 'step') return [value, 0];
  const slope = (next[1] - value) / (next[0] - at);
  return [value + slope * (t - at), slope];
};

const areaOf = (p: Pick<Piece, 'c0' | 'c1' | 'c2'>, x: number): number =>
  x === Infinity ? (p.c0 > 0 ? Infinity : 0) : x * (p.c0 + x * (p.c1 / 2 + (x * p.c2) / 3));

/** x with area(x) = area: the stable root of the quadratic, or Newton steps kept inside a bracket for a cubic. */
const invertPiece = (p: Piece, area: number): number => {
  if (p.c2 === 0) return (2 * area) / (p.c0 + Math.sqrt(Math.max(0, p.c0 * p.c0 + 2 * p.c1 * area)));
  let [low, high] = [0, p.end - p.start];
  let x = (high * area) / p.area;
  for (let i = 0; i < 60 && high - low > 1e-12 * high; i++) {
    const error = areaOf(p, x) - area;
    if (error > 0) high = x;
    else low = x;
    const newton = x - error / (p.c0 + x * (p.c1 + x * p.c2));
    x = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return x;
};

export interface IntegratedRate {
  /** Λ(t), arrivals expected in [0, t). */
  readonly upTo: (t: number) => number;
  /**
   * Λ⁻¹: the first t with Λ(t) = n, Infinity if there is none. Keeps its place: calls with growing n cost O(1), and a
   * smaller n starts over.
   */
  readonly inverse: (n: number) => number;
}

/** Λ of the product of `curves` (one or two). */
export const integratedRate = (curves: readonly RateCurve[]): IntegratedRate => {
  const cuts = [...new Set([0, ...curves.flatMap((curve) => curve.points.map(([at]) => at as number))])].sort(
    (x, y) => x - y,
  );
  const pieces: Piece[] = [];
  let before = 0;
  cuts.forEach((start, i) => {
    const end = cuts[i + 1] ?? Infinity;
    let [c0, c1, c2] = [1, 0, 0];
    for (const curve of curves) {
      const [value, slope] = lineAt(curve, start);
      [c0, c1, c2] = [c0 * value, c1 * value + c0 * slope, c2 * value + c1 * slope];
    }
    const area = areaOf({ c0, c1, c2 }, end - start);
    pieces.push({ start, end, c0, c1, c2, before, area });
    before += area;
  });
  let place = 0;
  return {
    upTo: (t) => {
      const piece = pieces.findLast((one) => one.start <= t) ?? pieces[0]!;
      return piece.before + areaOf(piece, t - piece.start);
    },
    inverse: (n) => {
      if (pieces[place]!.before > n) place = 0;
      while (place < pieces.length && pieces[place]!.before + pieces[place]!.area < n) place++;
      // n = 0 with a rate of 0 at the start: the first arrival waits for the first piece that has any.
      while (place < pieces.length && pieces[place]!.area === 0) place++;
      if (place >= pieces.length) {
        place = pieces.length - 1;
        return Infinity;
      }
      const piece = pieces[place]!;
      return piece.start + (n <= piece.before ? 0 : invertPiece(piece, n - piece.before));
    },
  };
};
