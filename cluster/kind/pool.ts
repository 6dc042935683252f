// The nodes and pods of a scenario as this profile can have them: one container per node and one card in each, no more
// workers than the HPA can fill. What is changed is told; the run's record holds the changed scenario. Pure.

import type { KubernetesVersion, Platform } from '../../model/platform.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { podHostName } from '../kube/host-name.ts';
import { MONITORING } from './names.ts';

export interface KindPool {
  /** As it runs here: what a simulation of the run has to be given. */
  readonly scenario: Scenario;
  readonly platform: Platform;
  /** Containers that are GPU nodes. */
  readonly workers: number;
  /** Of them, in the cluster from the start; the others are parked. */
  readonly warm: number;
  readonly notes: readonly string[];
}

/** Of the node image (names.ts). */
const MINOR: KubernetesVersion = '1.37';

const startingPods = ({ deployment, hpa }: Platform): number =>
  Math.max(deployment.replicas, hpa === null ? 1 : (hpa.spec.minReplicas ?? 1));

/** What Prometheus finds that it is called: its pod has the operator's names, in our namespace. */
const hostNameHere = (operators: string): string => {
  const [hostname = '', subdomain] = operators.split('.');
  return podHostName(hostname, subdomain, MONITORING);
};

/**
 * @example kindPool(scenario, platform).workers // min(nodes.max, hpa.maxReplicas)
 */
export const kindPool = (scenario: Scenario, platform: Platform): KindPool => {
  const { nodes } = scenario;
  const { deployment } = platform;
  const start = startingPods(platform);
  const mostPods = Math.max(start, platform.hpa?.spec.maxReplicas ?? start);
  const perNode = Math.max(1, Math.floor(nodes.gpusPerNode / Math.max(1, deployment.gpusPerPod)));
  // A scenario's node that takes several pods becomes as many nodes.
  const workers = Math.min(Math.max(nodes.max, nodes.warm, nodes.min, 1) * perNode, mostPods);
  const warm = Math.min(Math.max(nodes.warm * perNode, nodes.min * perNode, start), workers);
  const { version } = platform.controller;
  const notes = [
    ...(version === MINOR ? [] : [`the platform says Kubernetes ${version}; the kind profile runs ${MINOR}`]),
    ...(nodes.gpusPerNode === 1 ? [] : [`nodes have one card here, not ${nodes.gpusPerNode}`]),
    ...(deployment.gpusPerPod === 1 ? [] : [`a pod asks for one card here, not ${deployment.gpusPerPod}`]),
    ...(workers === nodes.max && warm === nodes.warm
      ? []
      : [
          `${workers} GPU nodes, ${warm} of them from the start: no more than the HPA can fill (the scenario has up to ${nodes.max})`,
        ]),
  ];
  return {
    scenario: {
      ...scenario,
      nodes: { ...nodes, gpusPerNode: 1, warm, min: Math.min(nodes.min * perNode, warm), max: workers },
    },
    platform: {
      ...platform,
      deployment: { ...deployment, gpusPerPod: 1 },
      controller: { ...platform.controller, version: MINOR },
      prometheus: { ...platform.prometheus, hostName: hostNameHere(platform.prometheus.hostName) },
    },
    workers,
    warm,
    notes,
  };
};
