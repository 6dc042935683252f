// Stabilisation: the recommendation after looking back over the windows, and the list with the raw one recorded
// (hpa.md section 7, step 1, and section 8, step 1).

import type { CompiledBehavior } from './compile.ts';
import type { Recommendation } from './memory.ts';
import { replaceOrAppend } from './memory.ts';

export type StabiliseReason = 'ReadyForNewScale' | 'ScaleUpStabilized' | 'ScaleDownStabilized';

export interface Stabilised {
  readonly replicas: number;
  readonly reason: StabiliseReason;
  readonly recommendations: readonly Recommendation[];
}

/**
 * Legacy path: the largest of the raw value and every recommendation within the window, an equally old one included. It
 * is not capped by the current count, so an old one can scale up (golden n:legacy-pulls-up-on-old-recommendation).
 */
export const stabiliseLegacy = (
  recommendations: readonly Recommendation[],
  raw: number,
  windowMillis: number,
  nowMillis: number,
): Stabilised => {
  const cut = nowMillis - windowMillis;
  let replicas = raw;
  let old = -1;
  for (let i = 0; i < recommendations.length; i++) {
    const { replicas: recommended, atMillis } = recommendations[i]!;
    if (atMillis < cut) old = i;
    else if (recommended > replicas) replicas = recommended;
  }
  return {
    replicas,
    reason: replicas === raw ? 'ReadyForNewScale' : 'ScaleDownStabilized',
    recommendations: replaceOrAppend(recommendations, old, { replicas: raw, atMillis: nowMillis }),
  };
};

/**
 * Behaviour path: the current count, lifted to the minimum of the up window or lowered to the maximum of the down window.
 * Exactly as old as a window is outside it, yet not old enough to be replaced (golden n:window-cut-is-exclusive).
 */
export const stabilise = (
  recommendations: readonly Recommendation[],
  raw: number,
  current: number,
  behavior: CompiledBehavior,
  nowMillis: number,
): Stabilised => {
  const upCut = nowMillis - behavior.up.windowMillis;
  const downCut = nowMillis - behavior.down.windowMillis;
  let up = raw;
  let down = raw;
  let old = -1;
  for (let i = 0; i < recommendations.length; i++) {
    const { replicas, atMillis } = recommendations[i]!;
    if (atMillis > upCut && replicas < up) up = replicas;
    if (atMillis > downCut && replicas > down) down = replicas;
    if (atMillis < upCut && atMillis < downCut) old = i;
  }
  let replicas = current;
  if (replicas < up) replicas = up;
  if (replicas > down) replicas = down;
  return {
    replicas,
    reason: replicas === raw ? 'ReadyForNewScale' : raw >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
    recommendations: replaceOrAppend(recommendations, old, { replicas: raw, atMillis: nowMillis }),
  };
};
