// The flags of kube-controller-manager that change a decision, and the release whose rules apply (hpa.md section 1).

import type { HpaGates, HpaVersion, VersionRules } from './versions.ts';
import { HPA_VERSIONS } from './versions.ts';

export interface HpaFlags {
  /** --horizontal-pod-autoscaler-downscale-stabilization */
  readonly downscaleStabilizationSeconds: number;
  /** --horizontal-pod-autoscaler-tolerance */
  readonly tolerance: number;
  /** --horizontal-pod-autoscaler-cpu-initialization-period */
  readonly cpuInitializationSeconds: number;
  /** --horizontal-pod-autoscaler-initial-readiness-delay */
  readonly initialReadinessDelaySeconds: number;
}

const DEFAULT_FLAGS: HpaFlags = {
  downscaleStabilizationSeconds: 300,
  tolerance: 0.1,
  cpuInitializationSeconds: 300,
  initialReadinessDelaySeconds: 30,
};

export interface HpaSettings {
  readonly rules: VersionRules;
  readonly gates: HpaGates;
  readonly flags: HpaFlags;
}

/** The settings of a release; flags and gates that are not given have its defaults. */
export const hpaSettings = (
  version: HpaVersion,
  flags: Partial<HpaFlags> = {},
  gates: Partial<HpaGates> = {},
): HpaSettings => ({
  rules: HPA_VERSIONS[version],
  gates: { ...HPA_VERSIONS[version].gates, ...gates },
  flags: { ...DEFAULT_FLAGS, ...flags },
});
