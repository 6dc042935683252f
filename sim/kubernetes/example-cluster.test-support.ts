// A small cluster whose every delay is a fixed round number, so that a test can say each instant by hand.

import type { Distribution } from '../../model/distribution.ts';
import { exampleDeployment, exampleProbe } from '../../model/example-platform.test-support.ts';
import type { Deployment, Probe } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { ClusterConfig, NodePoolConfig } from './cluster-interface.ts';

export const fixed = (value: number): Distribution => ({ kind: 'fixed', value });

export const probe = (period: number, initialDelay = 0, failureThreshold = 3): Probe =>
  exampleProbe(period, { initialDelay: seconds(initialDelay), failureThreshold });

const DEPLOYMENT = exampleDeployment({ readiness: probe(10) });

const NODES: NodePoolConfig = {
  gpusPerNode: 2,
  initial: 1,
  autoscale: true,
  min: 1,
  max: 3,
  provision: fixed(60),
  scan: seconds(10),
  scanPhase: seconds(5),
  podHold: seconds(0),
  idleRemove: seconds(30),
  labels: {},
  taints: [],
  spotLife: null,
};

export interface ExampleChanges {
  readonly deployment?: Partial<Deployment>;
  readonly nodes?: Partial<NodePoolConfig>;
  readonly cluster?: Partial<Omit<ClusterConfig, 'deployment' | 'nodes'>>;
}

/**
 * One Ready pod on a node of two cards. ReplicaSet 10 ms, batch 5 ms, scheduling 5 ms, container 1 s, notice 0.5 s, model
 * 4 s, readiness each 10 s, endpoint 10 ms, object gone 0.3 s after the exit.
 */
export const exampleCluster = (changes: ExampleChanges = {}): ClusterConfig => ({
  deployment: { ...DEPLOYMENT, ...changes.deployment },
  initialReplicas: 1,
  initialPods: 'ready',
  nodes: { ...NODES, ...changes.nodes },
  startup: { containerStart: fixed(1), imagePull: fixed(0), modelLoad: fixed(4) },
  delays: {
    replicaSet: fixed(0.01),
    createBatch: fixed(0.005),
    schedule: fixed(0.005),
    endpoints: fixed(0.01),
    endpointGone: fixed(0.01),
    notice: fixed(0.5),
    podGone: fixed(0.3),
  },
  probeGrid: 'reset-on-trigger',
  restartBackoff: [seconds(0), seconds(10), seconds(20)],
  healthWhileLoading: true,
  containers: 'virtual',
  seed: 7,
  epochMillis: 1_700_000_000_000,
  recorded: null,
  ...changes.cluster,
});
