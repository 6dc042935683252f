// The cluster machine of sim/kubernetes with real containers: its timers run on the wall clock, a container is a child
// process, a probe is an HTTP request. Takes inputs (scale, faults), tells joins, leaves and targets to its listener.

import type { Agent } from 'undici';
import { TestbedError } from '../../model/errors.ts';
import type { LifeEvent } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis, seconds } from '../../model/units.ts';
import type {
  Cluster,
  ClusterConfig,
  ClusterInput,
  ClusterOutput,
  PodView,
  ProbeKind,
  ScaleView,
} from '../../sim/kubernetes/index.ts';
import { createCluster, podViews, scaleView, step } from '../../sim/kubernetes/index.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../emulator/scaled-clock.ts';
import type { EmulatorSettings } from './emulator-settings.ts';
import { httpGet } from './http-get.ts';
import { PodProcesses } from './pod-processes.ts';
import { Timers } from './timers.ts';

export interface RealClusterListener {
  /** The pod enters the balancer's set; it listens on this port of the loopback address. */
  readonly join: (pod: number, port: number) => void;
  readonly leave: (pod: number) => void;
  readonly targetAdded: (
    pod: number,
    found: { readonly name: string; readonly ip: string; readonly node: string },
  ) => void;
  readonly targetRemoved: (pod: number) => void;
  readonly broken: (error: TestbedError) => void;
}

export interface RealClusterSettings {
  readonly cluster: ClusterConfig;
  /** Configuration of a pod's process; the cluster adds name, ordinal and model load. */
  readonly emulator: EmulatorSettings;
  readonly timeScale: number;
  /** Pods that the run may add at most: as many processes are forked ahead, up to a few. */
  readonly spares: number;
  readonly agent: Agent;
}

/** Real milliseconds from the last process being prepared to virtual zero: room for the doors to open and for the past to be filled in. */
/** A doubling of four pods at once finds its processes ready; each costs some 60 MB. */
const MOST_SPARES = 4;

const LEAD_MILLIS = 500;
const LEAD_PER_POD_MILLIS = 60;
const HOST = '127.0.0.1';

export class RealCluster {
  readonly life: LifeEvent[] = [];
  readonly clock: ScaledClock;
  readonly processes: PodProcesses;
  private readonly settings: RealClusterSettings;
  private readonly listener: RealClusterListener;
  private readonly cluster: Cluster;
  private readonly names: string[] = [];
  private readonly ports = new Map<number, number>();
  private readonly timers: Timers;
  private lastMillis = 0;
  private stopped = false;
  private readonly opened = new Map<number, () => void>();

  /** Forks the pods of the start, sets virtual zero shortly after all can start, and opens their doors. */
  static async start(
    settings: RealClusterSettings,
    listener: RealClusterListener,
    signal: AbortSignal,
  ): Promise<RealCluster> {
    const cluster = createCluster({ ...settings.cluster, containers: 'real' });
    const outputs = step(cluster, { kind: 'start' }, millis(0));
    const initial = outputs.flatMap((output) => (output.kind === 'join' ? [output.pod] : []));
    let made: RealCluster | null = null;
    const processes = new PodProcesses(
      {
        listening: (pod, port) => made?.listening(pod, port),
        loaded: (pod) => made?.input({ kind: 'model-ready', pod }),
        exited: (pod, asked) => made?.exited(pod, asked),
        broken: listener.broken,
      },
      initial.length + Math.min(MOST_SPARES, settings.spares),
    );
    try {
      await processes.stock();
      processes.keep(Math.min(MOST_SPARES, settings.spares));
      await Promise.all(initial.map((pod) => processes.prepare(pod)));
      if (signal.aborted)
        throw new TestbedError('INTERRUPTED', 'stopped while the pods of the start were being started');
      const origin = monotonicMillis() + LEAD_MILLIS + LEAD_PER_POD_MILLIS * initial.length;
      made = new RealCluster(settings, listener, cluster, processes, scaledClock(origin, settings.timeScale));
      await made.open(initial, outputs);
      return made;
    } catch (error) {
      await processes.stopAll();
      throw error;
    }
  }

  private constructor(
    settings: RealClusterSettings,
    listener: RealClusterListener,
    cluster: Cluster,
    processes: PodProcesses,
    clock: ScaledClock,
  ) {
    this.settings = settings;
    this.listener = listener;
    this.cluster = cluster;
    this.processes = processes;
    this.clock = clock;
    this.timers = new Timers(clock);
  }

  get scale(): ScaleView {
    return scaleView(this.cluster);
  }
  get pods(): readonly PodView[] {
    return podViews(this.cluster);
  }
  /** Port of a pod's process; null while nothing listens. */
  portOf(pod: number): number | null {
    return this.ports.get(pod) ?? null;
  }

  /** Feeds an input now. */
  input(input: ClusterInput): void {
    if (this.stopped) return;
    this.lastMillis = Math.max(this.lastMillis, this.clock.now());
    const now: Millis = millis(this.lastMillis);
    for (const output of step(this.cluster, input, now)) this.carryOut(output);
  }

  /** Ends all timers and processes. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timers.stop();
    await this.processes.stopAll();
  }

  private async open(initial: readonly number[], outputs: readonly ClusterOutput[]): Promise<void> {
    for (const output of outputs) if (output.kind === 'target-added') this.names[output.pod] = output.name;
    await Promise.all(
      initial.map((pod) => {
        const opened = new Promise<void>((resolve) => this.opened.set(pod, resolve));
        this.startProcess(pod, 0);
        return opened;
      }),
    );
    for (const output of outputs) this.carryOut(output);
  }

  private listening(pod: number, port: number): void {
    this.ports.set(pod, port);
    const opened = this.opened.get(pod);
    this.opened.delete(pod);
    if (opened === undefined) this.input({ kind: 'container-started', pod });
    else opened();
  }

  private exited(pod: number, asked: boolean): void {
    this.ports.delete(pod);
    this.input(
      asked ? { kind: 'container-exited', pod } : { kind: 'container-died', pod, cause: 'its process ended by itself' },
    );
  }

  private startProcess(pod: number, modelLoadMillis: number): void {
    void this.processes.start(
      pod,
      {
        ...this.settings.emulator,
        timeScale: this.settings.timeScale,
        pod: { name: this.names[pod] ?? `pod-${pod}`, ordinal: pod },
        host: HOST,
        port: 0,
        metricsPort: null,
        modelLoad: seconds(modelLoadMillis / 1000),
      },
      this.clock.originMonotonicMillis,
    );
  }

  private carryOut(output: ClusterOutput): void {
    switch (output.kind) {
      case 'life':
        this.life.push(output.event);
        return;
      case 'timer':
        this.timers.at(output.atMillis, () => this.input({ kind: 'timer', timer: output.timer }));
        return;
      case 'start-container':
        this.names[output.pod] = output.name;
        void this.processes.prepare(output.pod);
        this.timers.at(output.startAtMillis, () => this.startProcess(output.pod, output.modelLoadMillis));
        return;
      case 'join': {
        const port = this.portOf(output.pod);
        if (port !== null) this.listener.join(output.pod, port);
        return;
      }
      case 'leave':
        this.listener.leave(output.pod);
        return;
      case 'terminate':
        this.processes.terminate(output.pod);
        return;
      case 'kill':
        this.processes.kill(output.pod);
        return;
      case 'probe':
        void this.probe(output.pod, output.probe);
        return;
      case 'target-added':
        this.listener.targetAdded(output.pod, output);
        return;
      case 'target-removed':
        this.listener.targetRemoved(output.pod);
        return;
      case 'container':
        // The process itself says what it is; a container deleted before it started has only to be ended.
        if (output.state === 'stopped') this.processes.kill(output.pod);
        return;
      case 'await-idle':
        return;
    }
  }

  private async probe(pod: number, kind: ProbeKind): Promise<void> {
    const probe = this.settings.cluster.deployment[kind];
    const port = this.portOf(pod);
    const deadline = this.clock.real((probe?.timeout ?? 1) * 1000);
    const answer =
      port === null
        ? null
        : await httpGet(this.settings.agent, `http://${HOST}:${port}/health?probe=${kind}`, deadline);
    this.input({ kind: 'probe-result', pod, probe: kind, ok: answer?.kind === 'answer' && answer.status === 200 });
  }
}
