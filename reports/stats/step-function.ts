// Right-continuous step functions of time and exact integrals over them: sums over the union of the change times, never
// samples (scoring.md section 0). Replica counts, demand and backlog are such functions.

/** value[i] holds on [at[i], at[i + 1]); at ascends strictly; before at[0] the function is value[0]. */
export interface StepFunction {
  readonly at: readonly number[];
  readonly value: readonly number[];
}

/** Index of the piece that holds at t. */
const pieceAt = (at: readonly number[], t: number): number => {
  let low = 0;
  let high = at.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle]! <= t) low = middle;
    else high = middle - 1;
  }
  return low;
};

export const valueAt = (f: StepFunction, t: number): number => f.value[pieceAt(f.at, t)]!;

/** A step function under construction: one piece after another in time order. */
class Pieces {
  private readonly at: number[] = [];
  private readonly value: number[] = [];

  /** Of several at one time the last counts, and equal neighbours join. */
  add(t: number, v: number): void {
    const { at, value } = this;
    if (at.length > 0 && at[at.length - 1] === t) {
      value[value.length - 1] = v;
      if (value.length > 1 && value[value.length - 2] === v) {
        at.pop();
        value.pop();
      }
    } else if (value.length === 0 || value[value.length - 1] !== v) {
      at.push(t);
      value.push(v);
    }
  }

  get function(): StepFunction {
    return this.at.length === 0 ? { at: [0], value: [0] } : { at: this.at, value: this.value };
  }
}

/** Pieces given as (at, value) in time order; of several at one time the last counts, and equal neighbours join. */
export const stepFunction = (pieces: Iterable<readonly [at: number, value: number]>): StepFunction => {
  const made = new Pieces();
  for (const [t, v] of pieces) made.add(t, v);
  return made.function;
};

/** Changes as columns: at[i] the value changes by by[i], in any order. One number each, as a run has some per call. */
export interface Changes {
  readonly at: readonly number[];
  readonly by: readonly number[];
}

/** `initial` from `start` on, plus the changes; those before `start` are part of the value at `start`. */
export const fromChanges = (start: number, initial: number, { at, by }: Changes): StepFunction => {
  const order = at.map((_, i) => i).sort((a, b) => at[a]! - at[b]!);
  const made = new Pieces();
  made.add(start, initial);
  let level = initial;
  for (const i of order) made.add(Math.max(start, at[i]!), (level += by[i]!));
  return made.function;
};

/** How many there are from 0 on, of things that come and go, each list in any order. */
export const countOf = (comes: readonly number[], goes: readonly number[]): StepFunction =>
  fromChanges(0, 0, { at: [...comes, ...goes], by: [...comes.map(() => 1), ...goes.map(() => -1)] });

/** ∫ g(a(t), b(t)) dt over [from, to), in the unit of time of the functions. */
export const integrate = (
  a: StepFunction,
  b: StepFunction,
  from: number,
  to: number,
  g: (a: number, b: number) => number,
): number => {
  let i = pieceAt(a.at, from);
  let j = pieceAt(b.at, from);
  let t = from;
  let sum = 0;
  while (t < to) {
    const next = Math.min(a.at[i + 1] ?? Infinity, b.at[j + 1] ?? Infinity, to);
    sum += (next - t) * g(a.value[i]!, b.value[j]!);
    if (a.at[i + 1] === next) i++;
    if (b.at[j + 1] === next) j++;
    t = next;
  }
  return sum;
};

/** ∫ f dt over [from, to). */
export const area = (f: StepFunction, from: number, to: number): number => integrate(f, f, from, to, (x) => x);

/** Largest value on [from, to). */
export const maximum = (f: StepFunction, from: number, to: number): number => {
  let best = valueAt(f, from);
  for (let i = pieceAt(f.at, from) + 1; i < f.at.length && f.at[i]! < to; i++) best = Math.max(best, f.value[i]!);
  return best;
};

/** Change times of both functions inside (from, to), ascending, each once. */
export const changeTimes = (a: StepFunction, b: StepFunction, from: number, to: number): number[] =>
  [...new Set([...a.at, ...b.at])].filter((t) => t > from && t < to).sort((x, y) => x - y);

/** Σ|Δ| over the changes inside (from, to): units changed, so +3 counts 3. */
export const unitsChanged = (f: StepFunction, from: number, to: number): number => {
  let sum = 0;
  for (let i = 1; i < f.at.length; i++) {
    if (f.at[i]! > from && f.at[i]! < to) sum += Math.abs(f.value[i]! - f.value[i - 1]!);
  }
  return sum;
};
