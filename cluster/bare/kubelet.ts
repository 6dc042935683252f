// The kubelets and the node pool of the bare profile on the wall clock: watches pods, runs bound ones as processes, probes
// them, writes their status, registers and removes nodes. What happens when is the machine's (kubelet-machine.ts); this
// file carries its outputs out. Times are milliseconds since the kubelet started.
// Invariant: after `stop` resolved no process, timer or call of it is left.

import type { LifeEvent } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis, seconds } from '../../model/units.ts';
import type { PodOrdinal, ProbeKind } from '../../sim/kubernetes/index.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../emulator/scaled-clock.ts';
import { watchKubernetes } from '../kube/watch.ts';
import type { PodServed } from '../local/served-by-pod.ts';
import { Timers } from '../local/timers.ts';
import type { PodObject } from './kubelet-api.ts';
import { Containers } from './kubelet-containers.ts';
import type { KubeletListener, KubeletSettings } from './kubelet-interface.ts';
import type { KubeletInput, KubeletOutput } from './kubelet-machine.ts';
import { KubeletMachine } from './kubelet-machine.ts';
import { PodIntake } from './kubelet-pods.ts';
import { StatusWriter } from './kubelet-status-writer.ts';
import { NodeRegistrar } from './nodes-registrar.ts';
import { NODE_ADDRESS, OTHERS, OTHERS_NODE } from './nodes.ts';
import { loopbackOf, podAddress } from './pod-addresses.ts';
import { apiText, podStatus } from './pod-status.ts';
import { OtherPods } from './pods-others.ts';

/** A doubling of four pods at once finds its processes ready; each costs some 60 MB. */
const MOST_SPARES = 4;

export class BareKubelet {
  readonly clock: ScaledClock;
  /** Unix time of the clock's zero. */
  readonly epochMillis: number;
  readonly life: LifeEvent[] = [];
  private readonly settings: KubeletSettings;
  private readonly listener: KubeletListener;
  private readonly machine: KubeletMachine;
  private readonly containers: Containers;
  private readonly statuses: StatusWriter;
  private readonly registrar: NodeRegistrar;
  private readonly others: OtherPods;
  private readonly intake: PodIntake;
  private readonly timers: Timers;
  private readonly watching = new AbortController();
  private lastMillis = 0;
  private stopped = false;

  constructor(settings: KubeletSettings, listener: KubeletListener) {
    const { api, agent, doors, emulator, block, kubeletVersion } = settings;
    this.settings = settings;
    this.listener = listener;
    this.clock = scaledClock(monotonicMillis(), 1);
    this.timers = new Timers(this.clock);
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
        spares: { atFirst: initialReplicas, later },
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
    this.intake = new PodIntake(settings.cluster.deployment, {
      input: (input) => this.input(input),
      appeared: (pod, { metadata }) => this.statuses.add(pod, metadata),
      vanished: (pod) => this.statuses.forget(pod),
      other: (object) => this.others.present(object),
    });
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
      changed: (change) => this.intake.changed(change),
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

  /** What the pods say they met, on the kubelet's clock; whole after `stop`. */
  get served(): ReadonlyMap<PodOrdinal, PodServed> {
    return this.containers.served;
  }

  processId(pod: PodOrdinal): number | null {
    return this.containers.processId(pod);
  }

  /** The EndpointSlice controller said so of the pod with this UID. */
  endpoint(uid: string, ready: boolean): void {
    const pod = this.intake.ordinalOf(uid);
    if (pod !== undefined) this.input({ kind: 'endpoint', pod, ready });
  }

  /** The oldest Ready pod; null if none is. */
  get oldestReady(): { readonly ordinal: PodOrdinal; readonly name: string } | null {
    return [...this.machine.cluster.alive].find(({ state }) => state.ready && !state.deleting) ?? null;
  }

  /** An injected fault begins or ends. */
  refuseScrapes(pod: PodOrdinal, refuse: boolean): void {
    this.containers.say(pod, { kind: 'refuse-scrapes', refuse });
  }

  /** Every pod shows the length of the queue in front of all pods. */
  shareQueue(batch: number, streams: number): void {
    for (const { ordinal, state } of this.machine.cluster.alive)
      if (state.container === 'up') this.containers.say(ordinal, { kind: 'shared-queue', batch, streams });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.watching.abort();
    this.timers.stop();
    this.statuses.stop();
    this.registrar.stop();
    this.others.stop();
    await this.containers.stop();
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
        else pending.push(this.registrar.changed(output.event, this.settings.cluster.nodes));
      } else this.carryOut(output);
    }
    for (const pod of moved) this.writeStatus(pod);
    return pending;
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

  private carryOut(output: Exclude<KubeletOutput, { readonly kind: 'life' }>): void {
    const { containers } = this;
    switch (output.kind) {
      case 'timer':
        this.timers.at(output.atMillis, () => this.input({ kind: 'timer', timer: output.timer }));
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
    this.containers.prepare(pod);
    this.timers.at(startAtMillis, () => this.containers.start(pod, name, modelLoadMillis));
  }

  private async probe(pod: PodOrdinal, probe: ProbeKind): Promise<void> {
    const { timeout } = this.settings.cluster.deployment[probe] ?? { timeout: seconds(1) };
    this.input({ kind: 'probe-result', pod, probe, ok: await this.containers.probe(pod, probe, timeout) });
  }
}
