// What an HPA sees of its pods, and what its metrics are called.

import type { MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { ObservedPod } from '../autoscaler/observation.ts';
import type { PodView } from '../kubernetes/index.ts';

/** A pod as the controller's informer has it. */
export const observedPod = (pod: PodView): ObservedPod => ({
  name: pod.name,
  phase: pod.phase,
  ready: pod.readyTransitionMillis === null ? null : pod.ready ? 'True' : 'False',
  readyTransitionMillis: pod.readyTransitionMillis,
  startMillis: pod.startTimeMillis,
  terminating: pod.terminating,
});

/** The name that an entry of the spec asks for. */
export const metricName = (spec: MetricSpec): string =>
  (spec.pods ?? spec.object ?? spec.external)?.metric.name ??
  spec.resource?.name ??
  spec.containerResource?.name ??
  spec.type;
