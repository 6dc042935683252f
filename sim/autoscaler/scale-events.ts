// Bookkeeping of applied changes, which policies count (hpa.md section 9).

import type { CompiledBehavior } from './compile.ts';
import type { HpaMemory, ScaleEvent } from './memory.ts';
import { replaceOrAppend } from './memory.ts';

/** Replicas changed by events younger than the period; exactly as old is outside (golden n:period-tie-frozen). int32. */
export const changeWithin = (events: readonly ScaleEvent[], periodMillis: number, nowMillis: number): number => {
  const cut = nowMillis - periodMillis;
  let total = 0;
  for (const event of events) if (event.atMillis > cut) total = (total + event.change) | 0;
  return total;
};

/** Marks outdated events and puts the new one over the last of them. */
const record = (
  events: readonly ScaleEvent[],
  change: number,
  longestMillis: number,
  nowMillis: number,
): readonly ScaleEvent[] => {
  const cut = nowMillis - longestMillis;
  const marked = events.map((e) => (e.outdated || e.atMillis >= cut ? e : { ...e, outdated: true }));
  const last = marked.findLastIndex((e) => e.outdated);
  return replaceOrAppend(marked, last, { change, atMillis: nowMillis, outdated: false });
};

/** Memory after a rescale was accepted; without behaviour nothing is recorded. */
export const recordScaleEvent = (
  memory: HpaMemory,
  behavior: CompiledBehavior | null,
  before: number,
  after: number,
  nowMillis: number,
): HpaMemory => {
  if (behavior === null) return memory;
  return after > before
    ? { ...memory, up: record(memory.up, after - before, behavior.up.longestMillis, nowMillis) }
    : { ...memory, down: record(memory.down, before - after, behavior.down.longestMillis, nowMillis) };
};
