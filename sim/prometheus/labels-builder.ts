// Changes a label set the way Prometheus' builder does: what was set or deleted wins over the base, an empty value is no
// label, and a name that the base holds twice stays twice until somebody sets or deletes it.

import type { Labels } from './store.ts';
import type { LabelPair } from './exposition/series-text.ts';

export class LabelsBuilder {
  readonly #base: readonly LabelPair[];
  readonly #changed = new Map<string, string>();

  constructor(base: readonly LabelPair[]) {
    this.#base = base;
  }

  get(name: string): string {
    const changed = this.#changed.get(name);
    if (changed !== undefined) return changed;
    return this.#base.find((pair) => pair[0] === name)?.[1] ?? '';
  }

  set(name: string, value: string): void {
    this.#changed.set(name, value);
  }

  delete(name: string): void {
    this.#changed.set(name, '');
  }

  /** The label set as it stands, sorted by name. */
  pairs(): LabelPair[] {
    const pairs: LabelPair[] = this.#base.filter((pair) => pair[1] !== '' && !this.#changed.has(pair[0]));
    for (const pair of this.#changed) if (pair[1] !== '') pairs.push(pair);
    return pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  }
}

/** Label set of pairs; the last of two equal names wins (callers that care look for duplicates first). */
export const labelsOf = (pairs: readonly LabelPair[]): Labels => {
  const labels: Record<string, string> = {};
  for (const [name, value] of pairs) labels[name] = value;
  return labels;
};

/** The first name that occurs twice in sorted pairs, or null. */
export const duplicateName = (pairs: readonly LabelPair[]): string | null => {
  for (let i = 1; i < pairs.length; i++) if (pairs[i]![0] === pairs[i - 1]![0]) return pairs[i]![0];
  return null;
};
