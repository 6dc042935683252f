// The kubelets and the node pool of the cluster machine (sim/kubernetes) under controllers from outside: the real
// ReplicaSet controller, scheduler and EndpointSlice controller say what they decided, the machine does the rest exactly
// as in simulation, with the same draws. Pure: one input at one instant in, outputs out.

import type { Millis, Seconds } from '../../model/units.ts';
import { millis, seconds } from '../../model/units.ts';
import type {
  Cluster,
  ClusterConfig,
  ClusterInput,
  ClusterOutput,
  ClusterTimer,
  PodOrdinal,
  RecordedDraws,
  RecordedPod,
} from '../../sim/kubernetes/index.ts';
import { createCluster, step } from '../../sim/kubernetes/index.ts';
import { deletePod, exit } from '../../sim/kubernetes/drain.ts';
import { admit } from '../../sim/kubernetes/kubelet.ts';
import { allowed } from '../../sim/kubernetes/lifecycle.ts';
import { addInitialNodes } from '../../sim/kubernetes/node-pool.ts';
import { newPod } from '../../sim/kubernetes/replica-set.ts';
import { vanish } from '../../sim/kubernetes/scheduler.ts';
import type { Pod } from '../../sim/kubernetes/state.ts';
import { emit, move } from '../../sim/kubernetes/state.ts';

/** What the real controllers did, as the API says it. */
export type ControllerInput =
  | { readonly kind: 'pod-created'; readonly name: string; readonly uid: string; readonly cause: string }
  | { readonly kind: 'pod-unschedulable'; readonly pod: PodOrdinal; readonly message: string }
  | { readonly kind: 'pod-bound'; readonly pod: PodOrdinal; readonly node: string }
  /** The deletion timestamp is set. */
  | { readonly kind: 'pod-deleting'; readonly pod: PodOrdinal; readonly grace: Seconds; readonly cause: string }
  /** The object is no more. */
  | { readonly kind: 'pod-gone'; readonly pod: PodOrdinal; readonly cause: string }
  /** The pod's address is, or is no longer, a ready endpoint. */
  | { readonly kind: 'endpoint'; readonly pod: PodOrdinal; readonly ready: boolean };

export type KubeletInput =
  | ControllerInput
  /** The nodes of the start appear. */
  | { readonly kind: 'nodes-of-the-start' }
  /** The run begins: the pool looks for the first time `scanPhase` after now. */
  | { readonly kind: 'begin' }
  | Exclude<ClusterInput, { readonly kind: 'start' | 'scale' }>;

export type KubeletOutput =
  | ClusterOutput
  /** All containers of a terminating pod are gone: its object goes with a deletion of grace 0. */
  | { readonly kind: 'delete-object'; readonly pod: PodOrdinal };

/** Pods that a run begins with count as up for this long: no probe of theirs waits for its initial delay. */
const UP_FOR_MILLIS = 600_000;
/** When the kubelet notices a container of the start: its model (0.5 s) is loaded then, so its first probe passes. */
const NOTICE_OF_THE_START_MILLIS = 1000;

export class KubeletMachine {
  readonly cluster: Cluster;
  private readonly pods: RecordedPod[];
  private begun = false;
  private readonly nodes: { -readonly [K in keyof ClusterConfig['nodes']]: ClusterConfig['nodes'][K] };

  /** @param config its pods of the start are those that the Deployment creates first */
  constructor(config: ClusterConfig) {
    // Names and UIDs come from the API server as pods appear; draws ask the same list.
    this.pods = [];
    const recorded: RecordedDraws = { pods: this.pods, nodes: [] };
    this.nodes = { ...config.nodes };
    this.cluster = createCluster({
      ...config,
      nodes: this.nodes,
      initialPods: 'starting',
      containers: 'real',
      recorded,
    });
  }

  /** The pod, unless its object is gone. */
  alive(ordinal: PodOrdinal): Pod | undefined {
    const pod = this.cluster.pods[ordinal];
    return pod !== undefined && this.cluster.alive.has(pod) ? pod : undefined;
  }

  /**
   * Feeds one input at `nowMillis` (never decreasing). What the real controllers do is not asked for.
   *
   * @example machine.step({ kind: 'pod-bound', pod: 3, node: 'asr-gpu-1' }, millis(15_000))
   */
  step(input: KubeletInput, nowMillis: Millis): readonly KubeletOutput[] {
    const outputs = this.handle(input, nowMillis).filter(isOurs);
    return this.begun ? outputs : outputs.map(ofTheStart);
  }

  private handle(input: KubeletInput, nowMillis: Millis): readonly KubeletOutput[] {
    const c = this.cluster;
    c.now = nowMillis;
    c.out = [];
    switch (input.kind) {
      case 'nodes-of-the-start':
        addInitialNodes(c);
        return c.out.filter((output) => !(output.kind === 'timer' && output.timer.of === 'node-scan'));
      case 'begin':
        this.begin();
        return c.out;
      case 'pod-created':
        this.created(input.name, input.uid, input.cause);
        return c.out;
      case 'pod-unschedulable':
      case 'pod-bound':
      case 'pod-deleting':
      case 'pod-gone': {
        const pod = this.alive(input.pod);
        if (pod !== undefined) this.told(pod, input);
        return c.out;
      }
      case 'endpoint':
        // May follow the end of the pod: the slice is the last to hear of it.
        this.endpoint(c.pods[input.pod], input.ready);
        return c.out;
      case 'timer':
        if (input.timer.of !== 'gone') return step(c, input, nowMillis);
        return this.alive(input.timer.pod) === undefined ? [] : [{ kind: 'delete-object', pod: input.timer.pod }];
      case 'container-started': {
        const outputs = step(c, input, nowMillis);
        this.backdate(input.pod);
        return outputs;
      }
      default:
        return step(c, input, nowMillis);
    }
  }

  private begin(): void {
    this.begun = true;
    const { nodes, cluster } = this;
    // What came before does not count as idle.
    for (const node of cluster.nodes) if (node.pods.size === 0) node.emptySinceMillis = cluster.now;
    if (!nodes.autoscale) return;
    nodes.scanPhase = seconds(cluster.now / 1000 + nodes.scanPhase);
    emit(cluster, { kind: 'timer', atMillis: millis(nodes.scanPhase * 1000), timer: { of: 'node-scan' } });
  }

  private created(name: string, uid: string, cause: string): void {
    const c = this.cluster;
    const ofTheStart = this.pods.length < c.config.initialReplicas;
    this.pods.push({ name, uid, ...(ofTheStart ? { noticeMillis: [NOTICE_OF_THE_START_MILLIS] } : {}) });
    move(c, newPod(c, c.now), 'created', cause);
  }

  private told(
    pod: Pod,
    input: Extract<ControllerInput, { kind: 'pod-unschedulable' | 'pod-bound' | 'pod-deleting' | 'pod-gone' }>,
  ): void {
    const c = this.cluster;
    switch (input.kind) {
      case 'pod-unschedulable':
        if (allowed(pod.state, 'unschedulable')) move(c, pod, 'unschedulable', input.message);
        return;
      case 'pod-bound': {
        const node = c.nodes.find(({ name, state }) => name === input.node && state === 'up');
        if (node === undefined || !allowed(pod.state, 'scheduled')) return;
        pod.node = node;
        node.pods.add(pod);
        admit(c, pod, node);
        return;
      }
      case 'pod-deleting':
        deletePod(c, pod, input.grace, input.cause);
        return;
      case 'pod-gone':
        deletePod(c, pod, seconds(0), input.cause);
        if (pod.state.container === 'starting' || pod.state.container === 'up') exit(c, pod, input.cause);
        vanish(c, pod);
    }
  }

  private endpoint(pod: Pod | undefined, ready: boolean): void {
    const c = this.cluster;
    if (pod === undefined) return;
    if (ready && allowed(pod.state, 'endpoint-ready')) {
      move(c, pod, 'endpoint-ready', 'a ready endpoint of the Service');
      emit(c, { kind: 'join', pod: pod.ordinal });
    }
    if (!ready && allowed(pod.state, 'endpoint-gone')) {
      move(c, pod, 'endpoint-gone', pod.state.deleting ? 'deleted: no new requests' : 'not ready: no new requests');
      emit(c, { kind: 'leave', pod: pod.ordinal });
    }
  }

  /** A pod of the start has been up for ten minutes, as in simulation. */
  private backdate(ordinal: PodOrdinal): void {
    const pod = this.alive(ordinal);
    if (pod?.restarts === 0 && ordinal < this.cluster.config.initialReplicas)
      pod.containerStartMillis = this.cluster.now - UP_FOR_MILLIS;
  }
}

const ofTheStart = (output: KubeletOutput): KubeletOutput =>
  output.kind === 'life'
    ? { kind: 'life', event: { ...output.event, cause: 'there at the start of the run' } }
    : output;

const OTHERS_TIMERS: ReadonlySet<ClusterTimer['of']> = new Set(['replica-set', 'create-batch', 'schedule', 'endpoint']);

const isOurs = (output: KubeletOutput): boolean => !(output.kind === 'timer' && OTHERS_TIMERS.has(output.timer.of));
