// The container runtime of the bare profile: a container is an emulator process on the pod's own loopback address, a
// probe is an HTTP request to it. Takes orders by pod, tells what became of them.

import type { Agent } from 'undici';
import type { TestbedError } from '../../model/errors.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { PodOrdinal, ProbeKind } from '../../sim/kubernetes/index.ts';
import type { EmulatorConfig } from '../emulator/config.ts';
import type { ToPod } from '../emulator/messages.ts';
import type { ScaledClock } from '../emulator/scaled-clock.ts';
import type { EmulatorSettings } from '../local/emulator-settings.ts';
import { httpGet } from '../local/http-get.ts';
import { PodProcesses } from '../local/pod-processes.ts';
import type { PodServed } from '../local/served-by-pod.ts';
import type { PodDoors } from './pod-addresses.ts';

export interface ContainerSettings {
  readonly emulator: EmulatorSettings;
  readonly doors: PodDoors;
  /** Loopback address of a pod. */
  readonly hostOf: (pod: PodOrdinal) => string;
  readonly clock: ScaledClock;
  readonly agent: Agent;
  /** Processes forked ahead of need, at first and from then on. */
  readonly spares: { readonly atFirst: number; readonly later: number };
}

export interface ContainerEvents {
  readonly started: (pod: PodOrdinal) => void;
  readonly loaded: (pod: PodOrdinal) => void;
  /** `asked`: terminate or kill came before. */
  readonly exited: (pod: PodOrdinal, asked: boolean) => void;
  readonly broken: (error: TestbedError) => void;
}

export interface Ended {
  readonly exitCode: number;
  readonly startedMillis: number;
  readonly endedMillis: number;
}

const KILLED = 137;
const CRASHED = 1;

export class Containers {
  private readonly settings: ContainerSettings;
  private readonly processes: PodProcesses;
  private readonly startedAt = new Map<PodOrdinal, number>();
  private readonly killed = new Set<PodOrdinal>();
  private readonly lastEnd = new Map<PodOrdinal, Ended>();

  constructor(settings: ContainerSettings, events: ContainerEvents) {
    this.settings = settings;
    const { clock, spares } = settings;
    this.processes = new PodProcesses(
      {
        listening: (pod) => {
          this.startedAt.set(pod, clock.now());
          events.started(pod);
        },
        loaded: events.loaded,
        exited: (pod, asked) => {
          const exitCode = this.killed.delete(pod) ? KILLED : asked ? 0 : CRASHED;
          const endedMillis = clock.now();
          this.lastEnd.set(pod, { exitCode, startedMillis: this.startedAt.get(pod) ?? endedMillis, endedMillis });
          events.exited(pod, asked);
        },
        broken: events.broken,
      },
      spares.atFirst,
    );
  }

  /** Resolves when the processes of the start can become containers. */
  async stock(): Promise<void> {
    await this.processes.stock();
    this.processes.keep(this.settings.spares.later);
  }

  /** What the processes say they met, by pod and on their clock; whole after `stop`. */
  get served(): ReadonlyMap<PodOrdinal, PodServed> {
    return this.processes.served.byPod;
  }

  /** Process ids of all that were ever started. */
  get startedIds(): readonly number[] {
    return this.processes.startedIds;
  }

  processId(pod: PodOrdinal): number | null {
    return this.processes.idOf(pod);
  }

  /** How the last container of the pod ended; null if none has. */
  ended(pod: PodOrdinal): Ended | null {
    return this.lastEnd.get(pod) ?? null;
  }

  prepare(pod: PodOrdinal): void {
    void this.processes.prepare(pod);
  }

  start(pod: PodOrdinal, name: string, modelLoadMillis: number): void {
    const { emulator, doors, hostOf, clock } = this.settings;
    const config: EmulatorConfig = {
      ...emulator,
      ...doors,
      timeScale: clock.timeScale,
      pod: { name, ordinal: pod },
      host: hostOf(pod),
      modelLoad: seconds(modelLoadMillis / 1000),
    };
    void this.processes.start(pod, config, clock.originMonotonicMillis);
  }

  say(pod: PodOrdinal, message: ToPod): void {
    this.processes.say(pod, message);
  }

  terminate(pod: PodOrdinal): void {
    this.processes.terminate(pod);
  }

  kill(pod: PodOrdinal): void {
    if (this.processes.idOf(pod) !== null) this.killed.add(pod);
    this.processes.kill(pod);
  }

  async probe(pod: PodOrdinal, kind: ProbeKind, timeout: Seconds): Promise<boolean> {
    const { agent, doors, hostOf, clock } = this.settings;
    const url = `http://${hostOf(pod)}:${doors.port}/health?probe=${kind}`;
    const answer = await httpGet(agent, url, clock.real(timeout * 1000));
    return answer.kind === 'answer' && answer.status === 200;
  }

  /** Ends every process; resolves when none is left. */
  stop(): Promise<void> {
    return this.processes.stopAll();
  }
}
