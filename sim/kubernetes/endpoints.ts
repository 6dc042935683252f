// The EndpointSlice controller and the balancer behind it: a pod is in the set while it is Ready and not being deleted.
// Each change is applied after its delay, in order, and to the state of then, so a pod that came and went never joins.
// The controller's rule of one second between syncs concerns changes of slices, not of pods: it held back 1 of 853
// recorded pods, so it belongs to the delay's distribution. Prober and drain decide readiness.

import type { ClusterState, Pod } from './state.ts';
import { emit, move, setTimer } from './state.ts';
import { awaitIdle } from './idle.ts';

export const wakeEndpoints = (c: ClusterState, pod: Pod): void => {
  const { endpoints, endpointGone } = c.draws;
  const recorded = c.config.recorded?.pods[pod.ordinal];
  const known = pod.state.deleting ? recorded?.endpointGoneMillis : recorded?.endpointMillis;
  const drawn = pod.state.deleting ? endpointGone : endpoints;
  // A recorded delay has the wait behind other changes in it.
  const at = known === undefined ? Math.max(c.endpointsMillis, c.now + drawn(pod.ordinal)) : c.now + known;
  c.endpointsMillis = Math.max(c.endpointsMillis, at);
  setTimer(c, at, { of: 'endpoint', pod: pod.ordinal });
};

export const syncEndpoint = (c: ClusterState, pod: Pod): void => {
  const wanted = pod.state.ready && !pod.state.deleting;
  if (wanted && pod.state.endpoint === 'out') {
    move(c, pod, 'endpoint-ready', 'the balancer may send to it');
    emit(c, { kind: 'join', pod: pod.ordinal });
  }
  if (!wanted && pod.state.endpoint === 'in') {
    move(c, pod, 'endpoint-gone', pod.state.deleting ? 'deleted: no new requests' : 'not ready: no new requests');
    emit(c, { kind: 'leave', pod: pod.ordinal });
    awaitIdle(c, pod);
  }
};
