// The faults of a scenario done to a real cluster: pods are killed, the adapter and Prometheus end and come back, a pod
// refuses its scrapes, the API server stands still. Takes the faults, the run's clock and what can be done to the cluster;
// tells what it did, for people and for a simulation of the run.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { FaultRecord } from '../../cluster/kube/known-run.ts';
import type { Fault } from '../../scenarios/scenario.ts';

export interface FaultyPod {
  readonly ordinal: number;
  readonly name: string;
}

export type Component = 'adapter' | 'prometheus';

/** What can be done to the cluster of a profile. */
export interface FaultTarget {
  /** Null = none is Ready. */
  readonly oldestReady: () => FaultyPod | null;
  /** At once, without grace. */
  readonly kill: (pod: FaultyPod) => Promise<void>;
  readonly refuseScrapes: (pod: FaultyPod, refuse: boolean) => Promise<void>;
  /** Resolves when it has ended. */
  readonly takeDown: (component: Component) => Promise<void>;
  /** Resolves when it is healthy, which for the adapter means: as the HPA reaches it. */
  readonly bringBack: (component: Component) => Promise<void>;
  /** Frozen, it accepts connections, through the kernel, and answers nothing. */
  readonly freezeApiServer: (frozen: boolean) => Promise<void>;
}

export class ClusterFaults {
  /** One sentence per act, in time order. */
  readonly notes: string[] = [];
  readonly records: FaultRecord[] = [];
  private readonly target: FaultTarget;
  private readonly clock: ScaledClock;
  private readonly onError: (error: unknown) => void;
  private readonly cancels: (() => void)[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly open = new Set<() => Promise<void>>();
  /** What was taken down and is not back. */
  private readonly down = new Set<Component>();

  /** @param onError a fault could not be done, or what it broke did not come back */
  constructor(faults: readonly Fault[], target: FaultTarget, clock: ScaledClock, onError: (error: unknown) => void) {
    this.target = target;
    this.clock = clock;
    this.onError = onError;
    for (const fault of faults) this.at(fault.at * 1000, () => this.begin(fault));
  }

  /** No fault begins any more, one that lasts is told until now, and everything works again. */
  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    await Promise.all(this.underWay);
    await Promise.all([...this.open].map((close) => close()));
    // Whoever reads the logs afterwards asks Prometheus.
    await Promise.all([...this.down].map((component) => this.target.bringBack(component)));
  }

  private at(atMillis: number, act: () => Promise<void>): void {
    this.cancels.push(
      this.clock.at(atMillis, () => {
        const acting = act().catch(this.onError);
        this.underWay.add(acting);
        void acting.finally(() => this.underWay.delete(acting));
      }),
    );
  }

  private note(text: string): number {
    const now = this.clock.now();
    this.notes.push(`${(now / 1000).toFixed(1)} s: ${text}`);
    return now;
  }

  private async begin(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'pod-kill':
        await this.killOldest();
        return;
      case 'scrape-refused':
        await this.refuseScrapes((fault.at + fault.for) * 1000);
        return;
      case 'adapter-down':
        await this.takeDown('adapter', 'the adapter', (fault.at + fault.for) * 1000);
        return;
      case 'prometheus-down':
        await this.takeDown('prometheus', 'Prometheus', (fault.at + fault.for) * 1000);
        return;
      case 'api-server-frozen':
        await this.freezeApiServer((fault.at + fault.for) * 1000);
    }
  }

  private async killOldest(): Promise<void> {
    const pod = this.target.oldestReady();
    if (pod === null) {
      this.note('no pod is ready that could be killed');
      return;
    }
    const fromMillis = this.note(`the oldest ready pod, ${pod.name}, is killed`);
    this.records.push({ kind: 'pod-kill', fromMillis, pod: pod.ordinal });
    await this.target.kill(pod);
  }

  private async refuseScrapes(untilMillis: number): Promise<void> {
    const pod = this.target.oldestReady();
    if (pod === null) {
      this.note('no pod is ready that could refuse its scrapes');
      return;
    }
    await this.target.refuseScrapes(pod, true);
    const fromMillis = this.note(`${pod.name} refuses its scrapes`);
    const close = this.lasting((until) => {
      this.records.push({ kind: 'scrape-refused', fromMillis, untilMillis: until, pod: pod.ordinal });
      return Promise.resolve();
    });
    this.at(untilMillis, async () => {
      await this.target.refuseScrapes(pod, false);
      this.note(`${pod.name} answers scrapes again`);
      await close();
    });
  }

  private async takeDown(component: Component, name: string, untilMillis: number): Promise<void> {
    const fromMillis = this.note(`${name} is taken down`);
    const kind = component === 'adapter' ? 'adapter-down' : 'prometheus-down';
    const close = this.lasting((until) => {
      this.records.push({ kind, fromMillis, untilMillis: until });
      return Promise.resolve();
    });
    this.down.add(component);
    await this.target.takeDown(component);
    this.at(untilMillis, async () => {
      await this.target.bringBack(component);
      this.down.delete(component);
      this.note(`${name} works again`);
      await close();
    });
  }

  private async freezeApiServer(untilMillis: number): Promise<void> {
    await this.target.freezeApiServer(true);
    const fromMillis = this.note('the API server is stopped');
    const close = this.lasting(async (until) => {
      await this.target.freezeApiServer(false);
      this.records.push({ kind: 'api-server-frozen', fromMillis, untilMillis: until });
    });
    this.at(untilMillis, async () => {
      await close();
      this.note('the API server goes on');
    });
  }

  /** Gives what ends the fault; called at the end of the run if nothing did before. */
  private lasting(record: (untilMillis: number) => Promise<void>): () => Promise<void> {
    const close = async (): Promise<void> => {
      if (this.open.delete(close)) await record(this.clock.now());
    };
    this.open.add(close);
    return close;
  }
}
