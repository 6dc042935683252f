// What the faults of a scenario are on a bare cluster: pods are deleted with grace 0, processes get signals.

import type { FaultTarget } from './cluster-faults.ts';
import type { BareCluster } from './replay-bare-cluster.ts';

export const bareFaultTarget = ({ kubelet, api, plane, platform }: BareCluster): FaultTarget => ({
  oldestReady: () => kubelet.oldestReady,
  kill: ({ name }) =>
    api.remove(`/api/v1/namespaces/${platform.deployment.namespace}/pods/${name}`, { gracePeriodSeconds: 0 }),
  refuseScrapes: ({ ordinal }, refuse) => {
    kubelet.refuseScrapes(ordinal, refuse);
    return Promise.resolve();
  },
  // Prometheus ends in order, as in the recordings of this fault.
  takeDown: (component) => plane.kill(component, component === 'prometheus' ? 'SIGTERM' : 'SIGKILL'),
  bringBack: (component) => plane.restart(component),
  freezeApiServer: (frozen) => {
    plane.signal('kube-apiserver', frozen ? 'SIGSTOP' : 'SIGCONT');
    return Promise.resolve();
  },
});
