// What others read of the cluster: the scale subresource and the pods for HPA and adapter, the nodes for whoever asks.
// Times have the API's whole seconds. Nothing here changes anything.

import type { NodeView, PodView, ScaleView } from './cluster-interface.ts';
import type { ClusterState } from './state.ts';
import { activePods, apiTime } from './state.ts';

/** GET scale: what is asked for, and how many active pods there are. */
export const scaleView = (c: ClusterState): ScaleView => ({
  specReplicas: c.specReplicas,
  statusReplicas: activePods(c).length,
  selector: c.config.deployment.selector,
});

/** Every pod object of the Deployment in creation order, terminating ones included. */
export const podViews = (c: ClusterState): readonly PodView[] =>
  [...c.alive].map((pod) => ({
    ordinal: pod.ordinal,
    name: pod.name,
    uid: pod.uid,
    labels: c.podLabels,
    phase: pod.phase,
    ip: pod.discovered ? pod.ip : null,
    node: pod.node?.name ?? null,
    ready: pod.state.ready,
    readyTransitionMillis: pod.readyChangedMillis === null ? null : apiTime(c, pod.readyChangedMillis),
    startTimeMillis: Number.isNaN(pod.admittedMillis) ? null : apiTime(c, pod.admittedMillis),
    createdMillis: apiTime(c, pod.createdMillis),
    terminating: pod.state.deleting,
    restarts: pod.restarts,
  }));

/** Nodes that are up. Cards are taken by every pod whose object exists; a pod without a GPU request takes none. */
export const nodeViews = (c: ClusterState): readonly NodeView[] =>
  c.nodes
    .filter((node) => node.state === 'up')
    .map((node) => ({
      name: node.name,
      gpus: c.config.nodes.gpusPerNode,
      gpusRequested: node.pods.size * c.config.deployment.gpusPerPod,
      pods: node.pods.size,
    }));
