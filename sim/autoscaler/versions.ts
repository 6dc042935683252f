// What differs between releases of the controller, as data (hpa.md section 15). Code asks a named rule, never a version.
// 1.34 and 1.37 are replayed against recordings; 1.32, 1.35 and 1.36 follow the text of that section.

export type HpaVersion = '1.32' | '1.34' | '1.35' | '1.36' | '1.37';

/** Feature gates of the controller; a gate that a release does not know has no effect there. */
export interface HpaGates {
  readonly HPAScaleToZero: boolean;
  readonly HPAConfigurableTolerance: boolean;
  readonly StaleControllerConsistencyHPA: boolean;
  readonly HPAGeneration: boolean;
  readonly PodLevelResources: boolean;
}

export interface VersionRules {
  /** Interval: (1 − down) ≤ r ≤ (1 + up). Absolute: |1 − r| ≤ tolerance, which scales at exactly +10 %. */
  readonly toleranceForm: 'interval' | 'absolute';
  /** Container named by the metric is not in a pod's spec: a request of 0, or an invalid metric. */
  readonly absentContainer: 'requests-nothing' | 'invalid';
  /** ratio × ready pods beyond int32 for Value targets. */
  readonly valueTargetOverflow: 'wraps' | 'saturates';
  readonly externalAverageOverflow: 'wraps' | 'saturates';
  readonly externalValueSum: 'wraps' | 'saturates';
  /** At zero replicas: metrics if min is 0, or only after the HPA itself scaled to zero (condition ScaledToZero). */
  readonly zeroReplicas: 'min-decides' | 'condition-decides';
  /** The delete event of the HPA was handled, the object is still listed. */
  readonly deletedHpa: 'reconciled' | 'refused';
  /** PUTs of the scale until a run of conflicts is given up. */
  readonly scalePutTries: number;
  /** First reconcile after creation or a spec change. */
  readonly firstSync: 'after-period' | 'immediate';
  readonly gates: HpaGates;
}

const V1_32: VersionRules = {
  toleranceForm: 'absolute',
  absentContainer: 'requests-nothing',
  valueTargetOverflow: 'wraps',
  externalAverageOverflow: 'wraps',
  externalValueSum: 'wraps',
  zeroReplicas: 'min-decides',
  deletedHpa: 'reconciled',
  scalePutTries: 1,
  firstSync: 'after-period',
  gates: {
    HPAScaleToZero: false,
    HPAConfigurableTolerance: false,
    StaleControllerConsistencyHPA: false,
    HPAGeneration: false,
    PodLevelResources: false,
  },
};

const V1_34: VersionRules = {
  ...V1_32,
  toleranceForm: 'interval',
  externalAverageOverflow: 'saturates',
  scalePutTries: 5,
  gates: { ...V1_32.gates, PodLevelResources: true },
};

const V1_35: VersionRules = {
  ...V1_34,
  valueTargetOverflow: 'saturates',
  externalValueSum: 'saturates',
  gates: { ...V1_34.gates, HPAConfigurableTolerance: true },
};

const V1_36: VersionRules = { ...V1_35, zeroReplicas: 'condition-decides' };

const V1_37: VersionRules = {
  ...V1_36,
  absentContainer: 'invalid',
  deletedHpa: 'refused',
  firstSync: 'immediate',
  gates: { ...V1_36.gates, HPAScaleToZero: true, StaleControllerConsistencyHPA: true, HPAGeneration: true },
};

export const HPA_VERSIONS: Readonly<Record<HpaVersion, VersionRules>> = {
  '1.32': V1_32,
  '1.34': V1_34,
  '1.35': V1_35,
  '1.36': V1_36,
  '1.37': V1_37,
};
