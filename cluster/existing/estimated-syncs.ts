// When the HPA of a cluster that is not ours synced, as far as its status tells: a sync that changes the status is seen, those
// between two of them are taken to be evenly spaced, those before the first to be a period apart. Pure.

import type { Decision } from '../../model/record.ts';
import type { KnownSync } from '../../sim/known-inputs.ts';

/** From the start of a sync, by GET scale and the metrics, until a watch tells its status. */
const TOLD_MILLIS = 25;

/**
 * Up to the last status that changed. Decisions at the origin are what was there, not syncs that were seen; two within half
 * a period are one.
 *
 * @example estimatedSyncs(decisionsAt(7025, 37_025), 15_000) // starts at 7000, 22_000, 37_000
 */
export const estimatedSyncs = (
  decisions: readonly Pick<Decision, 't'>[],
  periodMillis: number,
): readonly KnownSync[] => {
  const starts: number[] = [];
  for (const { t } of decisions) {
    const start = t - TOLD_MILLIS;
    if (t <= 0 || start < 0) continue;
    const last = starts.at(-1);
    if (last === undefined) {
      for (let at = start % periodMillis; at < start - periodMillis / 2; at += periodMillis) starts.push(at);
      starts.push(start);
      continue;
    }
    const gaps = Math.round((start - last) / periodMillis);
    for (let gap = 1; gap <= gaps; gap++) starts.push(last + ((start - last) * gap) / gaps);
  }
  return starts.map((startMillis) => ({ startMillis }));
};
