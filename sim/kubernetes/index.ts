// The cluster in one state machine: scale → ReplicaSet → scheduler and node pool → kubelet → Ready → endpoints → drain.
// Takes inputs with the instant they happen at (cluster-interface.ts), gives outputs: the record of every transition,
// timers to hand back, what the balancer, the containers and Prometheus' discovery have to do. Never reads a clock, draws
// from streams of its seed only, and never serves a request: that is sim/service or a real process.

export { createCluster, step } from './cluster.ts';
export type { Cluster } from './cluster.ts';
export type * from './cluster-interface.ts';
export { clusterConfig, initialReplicas } from './config.ts';
export { nodeViews, podViews, scaleView } from './views.ts';
