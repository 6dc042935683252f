// A cluster configuration from a platform and a scenario, with what neither says filled in from measurements of the real
// components. The local profile and recorded replays change single fields of the result.

import type { Distribution } from '../../model/distribution.ts';
import type { Platform } from '../../model/platform.ts';
import { stream } from '../../model/rng.ts';
import { seconds } from '../../model/units.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { ClusterConfig } from './cluster-interface.ts';

/** Round trip of one slow-start batch: first pod created 12.5 ms after the PUT, the third batch 25.9 ms after it (golden/closed-loop). */
const CREATE_BATCH: Distribution = { kind: 'fixed', value: 0.0067 };
/** Deletion seen to endpoint unready seen: 6 ms at the median, 22 ms at 99 % (golden/closed-loop). */
const ENDPOINT_GONE: Distribution = { kind: 'lognormal', median: 0.006, sigma: 0.4 };
/** PLEG relists each second, and the object of a stopped pod goes with the next status sync. */
const UP_TO_A_SECOND: Distribution = { kind: 'uniform', min: 0, max: 1 };
/** kubelet: a first crash restarts at once, then 10 s, doubled up to 5 minutes. */
const RESTART_BACKOFF = [0, 10, 20, 40, 80, 160, 300].map(seconds);
/** cluster-autoscaler holds a pending pod back for 30 s if it requests a GPU, 2 s if not (metrics-path.md section 5). */
const GPU_POD_HOLD = seconds(30);
const POD_HOLD = seconds(2);

/** Replicas at the start: the Deployment's, raised to the HPA's minimum (1 if it names none). */
export const initialReplicas = (platform: Platform): number =>
  Math.max(platform.deployment.replicas, platform.hpa === null ? 0 : (platform.hpa.spec.minReplicas ?? 1));

export const clusterConfig = (platform: Platform, scenario: Scenario): ClusterConfig => {
  const { nodes, startup, controlPlane } = scenario;
  const { deployment } = platform;
  return {
    deployment,
    initialReplicas: initialReplicas(platform),
    initialPods: 'ready',
    nodes: {
      gpusPerNode: nodes.gpusPerNode,
      initial: nodes.warm,
      autoscale: true,
      min: nodes.min,
      max: nodes.max,
      provision: nodes.provision,
      scan: nodes.scan,
      scanPhase: nodes.scanPhase ?? seconds(nodes.scan * stream(scenario.seed, 'nodeScanPhase').uniform()),
      podHold: nodes.podHold ?? (deployment.gpusPerPod > 0 ? GPU_POD_HOLD : POD_HOLD),
      idleRemove: nodes.idleRemove,
      spare: nodes.spare ?? 0,
      labels: nodes.labels ?? deployment.nodeSelector,
      taints: nodes.taints ?? [],
      spotLife: nodes.spotLife ?? null,
    },
    startup,
    delays: {
      replicaSet: controlPlane.replicaSet,
      createBatch: CREATE_BATCH,
      schedule: controlPlane.schedule,
      endpoints: controlPlane.endpoints,
      endpointGone: ENDPOINT_GONE,
      notice: UP_TO_A_SECOND,
      podGone: UP_TO_A_SECOND,
    },
    // Both versions the platform knows reset the readiness grid when the kubelet sees the container (from 1.29).
    probeGrid: 'reset-on-trigger',
    // The operator's jobs for ServiceMonitors have role endpoints, those for PodMonitors role pod.
    targetsLeave: platform.monitors.every(({ kind }) => kind === 'ServiceMonitor') ? 'deleted' : 'gone',
    restartBackoff: RESTART_BACKOFF,
    healthWhileLoading: scenario.service.healthWhileLoading,
    containers: 'virtual',
    seed: scenario.seed,
    epochMillis: scenario.epochMillis,
    recorded: null,
  };
};
