// Messages of conditions, as upstream words them: they decide whether a status is written (hpa.md section 2, point 8).

import type { LimitReason } from './limits.ts';
import type { StabiliseReason } from './stabilise.ts';

export const GOT_SCALE = "the HPA controller was able to get the target's current scale";
export const SCALING_DISABLED = 'scaling is disabled since the replica count of the target is zero';
export const SCALED_TO_ZERO = 'the HPA controller scaled the target to zero';
export const NOT_SCALED_TO_ZERO = 'the HPA controller did not scale the target to zero';

export const STABILISE_MESSAGE: Readonly<Record<StabiliseReason, string>> = {
  ReadyForNewScale: 'recommended size matches current size',
  ScaleUpStabilized: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
  ScaleDownStabilized:
    'recent recommendations were higher than current one, applying the highest recent recommendation',
};

export const LIMIT_MESSAGE: Readonly<Record<LimitReason, string>> = {
  DesiredWithinRange: 'the desired count is within the acceptable range',
  TooFewReplicas: 'the desired replica count is less than the minimum replica count',
  TooManyReplicas: 'the desired replica count is more than the maximum replica count',
  ScaleUpLimit: 'the desired replica count is increasing faster than the maximum scale rate',
  ScaleDownLimit: 'the desired replica count is decreasing faster than the maximum scale rate',
};
