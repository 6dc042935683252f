// The kubelets and the node pool of the bare profile on the wall clock: watches pods, runs bound ones as processes, probes
// them, writes their status, registers and removes nodes. What happens when is the machine's (kubelet-machine.ts); this
// file carries its outputs out. Times are milliseconds since the kubelet started.
// Invariant: after `stop` resolved no process, timer or call of it is left.

import type { Agent } from 'undici';
import type { LifeEvent } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis, seconds } from '../../model/units.ts';
import type { ClusterConfig, PodOrdinal, ProbeKind } from '../../sim/kubernetes/index.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../emulator/scaled-clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { watchKubernetes } from '../kube/watch.ts';
import type { PodObject } from './kubelet-api.ts';
import type { EmulatorSettings } from './kubelet-containers.ts';
import { Containers } from './kubelet-containers.ts';
import type { KubeletInput, KubeletOutput } from './kubelet-machine.ts';
import { KubeletMachine } from './kubelet-machine.ts';
import { StatusWriter } from './kubelet-status-writer.ts';
import { NodeRegistrar } from './nodes-registrar.ts';
import { NODE_ADDRESS, OTHERS, OTHERS_NODE, poolNodeKind } from './nodes.ts';
import type { AddressBlock, PodDoors } from './pod-addresses.ts';
import { loopbackOf, podAddress } from './pod-addresses.ts';
import { apiText, podStatus } from './pod-status.ts';
import { OtherPods } from './pods-others.ts';

export interface KubeletSettings {
  readonly api: KubeClient;
  /** As the simulation of the scenario has it. */
  readonly cluster: ClusterConfig;
  readonly emulator: EmulatorSettings;
  readonly doors: PodDoors;
  readonly block: AddressBlock;
  readonly agent: Agent;
  /** Version that the nodes claim to be, as `v1.37.2`. */
  readonly kubeletVersion: string;
  /** Whether workloads beside the speech pods get a node of their own. */
  readonly others: boolean;
}

export interface KubeletListener {
  readonly join: (pod: PodOrdinal, origin: string) => void;
  readonly leave: (pod: PodOrdinal) => void;
  /** The world is broken: a process does not start, a write is refused. */
  readonly broken: (error: unknown) => void;
}

/** What the simulation of this run may be told about one pod. */
export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  /** When each of its containers could start at the earliest: admitted and the image there, or the restart. */
  readonly startableMillis: readonly number[];
  readonly modelLoadMillis: readonly number[];
}

/** A doubling of four pods at once finds its processes ready; each costs some 60 MB. */
const MOST_SPARES = 4;

export class BareKubelet {
  readonly clock: ScaledClock;
  /** Unix time of the clock's zero. */
  readonly epochMillis: number;
  readonly life: LifeEvent[] = [];
  readonly pods: PodFacts[] = [];
  private readonly settings: KubeletSettings;
  private readonly listener: KubeletListener;
  private readonly machine: KubeletMachine;
  private readonly containers: Containers;
  private readonly statuses: StatusWriter;
  private readonly registrar: NodeRegistrar;
  private readonly others: OtherPods;
  private readonly ordinals = new Map<string, PodOrdinal>();
  private readonly cancels = new Set<() => void>();
  private readonly watching = new AbortController();
  private lastMillis = 0;
  private stopped = false;

  constructor(settings: KubeletSettings, listener: KubeletListener) {
    const { api, agent, doors, emulator, block, kubeletVersion } = settings;
    this.settings = settings;
    this.listener = listener;
    this.clock = scaledClock(monotonicMillis(), 1);
    this.epochMillis = performance.timeOrigin + performance.now();
    this.machine = new KubeletMachine({ ...settings.cluster, epochMillis: this.epochMillis });
    const broken = (error: unknown): void => {
      if (!this.stopped) listener.broken(error);
    };
    const { initialReplicas, nodes } = settings.cluster;
    const later = Math.min(MOST_SPARES, nodes.max * Math.max(1, nodes.gpusPerNode));
    this.containers = new Containers(
      {
        emulator,
        doors,
        agent,
        clock: this.clock,
        hostOf: (pod) => loopbackOf(podAddress(block, pod)),
        spares: { atFirst: initialReplicas + later, later },
      },
      {
        started: (pod) => this.input({ kind: 'container-started', pod }),
        loaded: (pod) => this.input({ kind: 'model-ready', pod }),
        exited: (pod, asked) =>
          this.input(
            asked
              ? { kind: 'container-exited', pod }
              : { kind: 'container-died', pod, cause: 'its process ended by itself' },
          ),
        broken,
      },
    );
    const unixMillis = (): number => this.epochMillis + this.clock.now();
    this.statuses = new StatusWriter(api, broken);
    this.registrar = new NodeRegistrar({ api, kubeletVersion, unixMillis, onError: broken });
    this.others = new OtherPods(api, () => apiText(this, this.clock.now()), broken);
  }

  /** Resolves when the nodes of the start can be scheduled to and the first processes are forked. */
  async start(): Promise<void> {
    const registered = this.feed({ kind: 'nodes-of-the-start' });
    if (this.settings.others) registered.push(this.registrar.add(OTHERS_NODE, OTHERS));
    await Promise.all([...registered, this.containers.stock()]);
    const { namespace } = this.settings.cluster.deployment;
    watchKubernetes<PodObject>(this.settings.api, {
      path: `/api/v1/namespaces/${namespace}/pods`,
      signal: this.watching.signal,
      changed: (change) => {
        if (change.kind === 'present') this.podPresent(change.object);
        else if (change.kind === 'gone') this.podGone(change.object);
      },
    }).catch((error: unknown) => this.listener.broken(error));
  }

  /** The run begins now: the node pool looks from here on. */
  begin(): void {
    this.input({ kind: 'begin' });
  }

  /** Ordinals of the pods whose endpoint is ready, in order. */
  get serving(): readonly PodOrdinal[] {
    return [...this.machine.cluster.alive].filter(({ state }) => state.endpoint === 'in').map(({ ordinal }) => ordinal);
  }

  get processIds(): readonly number[] {
    return this.containers.startedIds;
  }

  processId(pod: PodOrdinal): number | null {
    return this.containers.processId(pod);
  }

  /** The EndpointSlice controller said so of the pod with this UID. */
  endpoint(uid: string, ready: boolean): void {
    const pod = this.ordinals.get(uid);
    if (pod !== undefined) this.input({ kind: 'endpoint', pod, ready });
  }

  /** Name of the oldest Ready pod; null if none is. */
  get oldestReady(): string | null {
    return [...this.machine.cluster.alive].find(({ state }) => state.ready && !state.deleting)?.name ?? null;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.watching.abort();
    for (const cancel of this.cancels) cancel();
    this.statuses.stop();
    this.registrar.stop();
    this.others.stop();
    await this.containers.stop();
  }

  private isSpeechPod({ metadata }: PodObject): boolean {
    return Object.entries(this.settings.cluster.deployment.selector).every(
      ([name, value]) => metadata.labels?.[name] === value,
    );
  }

  private podPresent(object: PodObject): void {
    if (!this.isSpeechPod(object)) {
      this.others.present(object);
      return;
    }
    const { metadata, spec, status } = object;
    const pod = this.ordinals.get(metadata.uid) ?? this.newPod(object);
    if (spec.nodeName !== undefined) this.input({ kind: 'pod-bound', pod, node: spec.nodeName });
    else {
      const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
      if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
        this.input({ kind: 'pod-unschedulable', pod, message: scheduled.message ?? '' });
    }
    if (metadata.deletionTimestamp !== undefined) {
      const grace = seconds(metadata.deletionGracePeriodSeconds ?? 0);
      this.input({ kind: 'pod-deleting', pod, grace, cause: 'deleted through the API' });
    }
  }

  private newPod({ metadata }: PodObject): PodOrdinal {
    const pod = this.machine.podCount;
    const { uid, name, namespace, ownerReferences } = metadata;
    this.ordinals.set(uid, pod);
    this.pods.push({ name, uid, startableMillis: [], modelLoadMillis: [] });
    this.statuses.add(pod, namespace ?? this.settings.cluster.deployment.namespace, name, uid);
    const owner = ownerReferences?.[0];
    this.input({
      kind: 'pod-created',
      name,
      uid,
      cause: owner === undefined ? 'created through the API' : `created by ${owner.kind} ${owner.name}`,
    });
    return pod;
  }

  private podGone({ metadata }: PodObject): void {
    const pod = this.ordinals.get(metadata.uid);
    if (pod === undefined) return;
    this.input({ kind: 'pod-gone', pod, cause: 'its object was removed' });
    this.statuses.forget(pod);
  }

  private input(input: KubeletInput): void {
    if (!this.stopped) for (const registered of this.feed(input)) void registered;
  }

  private feed(input: KubeletInput): Promise<void>[] {
    this.lastMillis = Math.max(this.lastMillis, this.clock.now());
    const now: Millis = millis(this.lastMillis);
    const pending: Promise<void>[] = [];
    const moved = new Set<PodOrdinal>();
    for (const output of this.machine.step(input, now)) {
      if (output.kind === 'life') {
        this.life.push(output.event);
        if (output.event.subject === 'pod') moved.add(output.event.ordinal);
        else pending.push(this.nodeChanged(output.event));
      } else this.carryOut(output);
    }
    for (const pod of moved) this.writeStatus(pod);
    return pending;
  }

  private nodeChanged({ name, event }: Extract<LifeEvent, { subject: 'node' }>): Promise<void> {
    switch (event) {
      case 'requested':
        return Promise.resolve();
      case 'added':
        return this.registrar.add(name, poolNodeKind(this.settings.cluster.nodes));
      case 'lost':
      case 'removed':
        return this.registrar.remove(name);
    }
  }

  private writeStatus(ordinal: PodOrdinal): void {
    const pod = this.machine.alive(ordinal);
    if (pod === undefined) return;
    const facts = {
      address: podAddress(this.settings.block, ordinal),
      hostIp: NODE_ADDRESS,
      processId: this.containers.processId(ordinal),
      ended: this.containers.ended(ordinal),
    };
    const { config } = this.machine.cluster;
    const status = podStatus(config, pod, facts, this.statuses.times(ordinal), this.lastMillis);
    if (status !== null) this.statuses.write(ordinal, status);
  }

  private later(atMillis: number, fire: () => void): void {
    const cancel = this.clock.at(atMillis, () => {
      this.cancels.delete(cancel);
      fire();
    });
    this.cancels.add(cancel);
  }

  private carryOut(output: Exclude<KubeletOutput, { readonly kind: 'life' }>): void {
    const { containers } = this;
    switch (output.kind) {
      case 'timer':
        this.later(output.atMillis, () => this.input({ kind: 'timer', timer: output.timer }));
        return;
      case 'start-container':
        this.startContainer(output);
        return;
      case 'terminate':
        containers.terminate(output.pod);
        return;
      case 'kill':
        containers.kill(output.pod);
        return;
      case 'container':
        // The process itself says what it is; a container deleted before it started has only to be ended.
        if (output.state === 'stopped') containers.kill(output.pod);
        return;
      case 'probe':
        void this.probe(output.pod, output.probe);
        return;
      case 'join':
        this.listener.join(output.pod, this.originOf(output.pod));
        return;
      case 'leave':
        this.listener.leave(output.pod);
        return;
      case 'delete-object':
        this.statuses.end(output.pod);
        return;
      case 'await-idle':
      case 'target-added':
      case 'target-removed':
        return;
    }
  }

  private originOf(pod: PodOrdinal): string {
    const { block, doors } = this.settings;
    return `http://${loopbackOf(podAddress(block, pod))}:${doors.port}`;
  }

  private startContainer(order: Extract<KubeletOutput, { readonly kind: 'start-container' }>): void {
    const { pod, name, startAtMillis, modelLoadMillis } = order;
    const facts = this.pods[pod]!;
    const imageAt = this.machine.cluster.pods[pod]!.node?.imageAtMillis ?? 0;
    this.pods[pod] = {
      ...facts,
      startableMillis: [...facts.startableMillis, Math.max(this.lastMillis, imageAt)],
      modelLoadMillis: [...facts.modelLoadMillis, modelLoadMillis],
    };
    this.containers.prepare(pod);
    this.later(startAtMillis, () => this.containers.start(pod, name, modelLoadMillis));
  }

  private async probe(pod: PodOrdinal, probe: ProbeKind): Promise<void> {
    const { timeout } = this.settings.cluster.deployment[probe] ?? { timeout: seconds(1) };
    this.input({ kind: 'probe-result', pod, probe, ok: await this.containers.probe(pod, probe, timeout) });
  }
}
