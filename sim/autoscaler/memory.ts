// What the controller remembers of one HPA between reconciles (hpa.md section 2): lost on a restart, kept through spec
// edits. Lists are replaced, never changed in place, so an old memory stays what it was.

export interface Recommendation {
  /** The raw, unlimited proposal. */
  readonly replicas: number;
  readonly atMillis: number;
}

export interface ScaleEvent {
  readonly change: number;
  readonly atMillis: number;
  /** Sticky mark: its place may be reused. Counting ignores it. */
  readonly outdated: boolean;
}

export interface HpaMemory {
  /** Null until the first reconcile that got the scale. */
  readonly recommendations: readonly Recommendation[] | null;
  readonly up: readonly ScaleEvent[];
  readonly down: readonly ScaleEvent[];
}

export const NO_MEMORY: HpaMemory = { recommendations: null, up: [], down: [] };

/** The list with `item` at `index`, or appended if `index` is −1. */
export const replaceOrAppend = <T>(list: readonly T[], index: number, item: T): readonly T[] => {
  const next = list.slice();
  if (index < 0) next.push(item);
  else next[index] = item;
  return next;
};
