// API defaulting of an autoscaling/v2 spec: what the API server fills in before the controller sees it (hpa.md section 8).
// Each field on its own; a given policies list replaces the default list. Nothing is validated here.

import type { HorizontalPodAutoscalerSpec, HPAScalingRules, MetricSpec } from '../../model/kubernetes-hpa.ts';

const DEFAULT_METRICS: readonly MetricSpec[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

const DEFAULT_UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

/** No stabilisation window: the controller takes its flag. */
const DEFAULT_DOWN: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

const withDefaults = (given: HPAScalingRules | undefined, defaults: HPAScalingRules): HPAScalingRules => {
  const window = given?.stabilizationWindowSeconds ?? defaults.stabilizationWindowSeconds;
  return {
    ...given,
    ...(window === undefined ? {} : { stabilizationWindowSeconds: window }),
    selectPolicy: given?.selectPolicy ?? defaults.selectPolicy ?? 'Max',
    policies: given?.policies ?? defaults.policies ?? [],
  };
};

/** The spec with the API's defaults; `behavior: {}` counts as set, an absent one stays absent. Idempotent. */
export const defaultHpaSpec = (spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec => ({
  ...spec,
  minReplicas: spec.minReplicas ?? 1,
  metrics: spec.metrics === undefined || spec.metrics.length === 0 ? DEFAULT_METRICS : spec.metrics,
  ...(spec.behavior === undefined
    ? {}
    : {
        behavior: {
          scaleUp: withDefaults(spec.behavior.scaleUp, DEFAULT_UP),
          scaleDown: withDefaults(spec.behavior.scaleDown, DEFAULT_DOWN),
        },
      }),
});
