// The faults of a scenario done to a bare cluster: pods are deleted with grace 0, the adapter and Prometheus end and come
// back, a pod refuses its scrapes. Takes the faults and the run's clock; tells what it did, for people and for a
// simulation of the run.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { FaultRecord } from '../../cluster/kube/known-run.ts';
import type { Fault } from '../../scenarios/scenario.ts';
import type { BareCluster } from './replay-bare-cluster.ts';

export class BareFaults {
  /** One sentence per act, in time order. */
  readonly notes: string[] = [];
  readonly records: FaultRecord[] = [];
  private readonly cluster: BareCluster;
  private readonly clock: ScaledClock;
  private readonly onError: (error: unknown) => void;
  private readonly cancels: (() => void)[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly open = new Set<() => void>();
  /** What was taken down and is not back. */
  private readonly down = new Set<'adapter' | 'prometheus'>();

  /** @param onError a fault could not be done, or what it broke did not come back */
  constructor(faults: readonly Fault[], cluster: BareCluster, clock: ScaledClock, onError: (error: unknown) => void) {
    this.cluster = cluster;
    this.clock = clock;
    this.onError = onError;
    for (const fault of faults) this.at(fault.at * 1000, () => this.begin(fault));
  }

  /** No fault begins any more, one that lasts is told until now, and everything works again. */
  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    await Promise.all(this.underWay);
    for (const close of this.open) close();
    // Whoever reads the logs afterwards asks Prometheus.
    await Promise.all([...this.down].map((component) => this.cluster.plane.restart(component)));
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
        this.refuseScrapes((fault.at + fault.for) * 1000);
        return;
      case 'adapter-down':
        await this.takeDown('adapter', 'the adapter', (fault.at + fault.for) * 1000);
        return;
      case 'prometheus-down':
        await this.takeDown('prometheus', 'Prometheus', (fault.at + fault.for) * 1000);
        return;
      case 'api-server-frozen':
        this.freezeApiServer((fault.at + fault.for) * 1000);
    }
  }

  private async killOldest(): Promise<void> {
    const { kubelet, api, platform } = this.cluster;
    const pod = kubelet.oldestReady;
    if (pod === null) {
      this.note('no pod is ready that could be killed');
      return;
    }
    const fromMillis = this.note(`the oldest ready pod, ${pod.name}, is killed`);
    this.records.push({ kind: 'pod-kill', fromMillis, pod: pod.ordinal });
    await api.remove(`/api/v1/namespaces/${platform.deployment.namespace}/pods/${pod.name}`, { gracePeriodSeconds: 0 });
  }

  private refuseScrapes(untilMillis: number): void {
    const { kubelet } = this.cluster;
    const pod = kubelet.oldestReady;
    if (pod === null) {
      this.note('no pod is ready that could refuse its scrapes');
      return;
    }
    kubelet.refuseScrapes(pod.ordinal, true);
    const fromMillis = this.note(`${pod.name} refuses its scrapes`);
    const close = this.lasting((until) =>
      this.records.push({ kind: 'scrape-refused', fromMillis, untilMillis: until, pod: pod.ordinal }),
    );
    this.at(untilMillis, () => {
      kubelet.refuseScrapes(pod.ordinal, false);
      this.note(`${pod.name} answers scrapes again`);
      close();
      return Promise.resolve();
    });
  }

  /** Back when it is healthy, which for the adapter means: as the HPA reaches it. */
  private async takeDown(component: 'adapter' | 'prometheus', name: string, untilMillis: number): Promise<void> {
    const { plane } = this.cluster;
    const fromMillis = this.note(`${name} is taken down`);
    const kind = component === 'adapter' ? 'adapter-down' : 'prometheus-down';
    const close = this.lasting((until) => this.records.push({ kind, fromMillis, untilMillis: until }));
    this.down.add(component);
    // Prometheus ends in order, as in the recordings of this fault.
    await plane.kill(component, component === 'prometheus' ? 'SIGTERM' : 'SIGKILL');
    this.at(untilMillis, async () => {
      await plane.restart(component);
      this.down.delete(component);
      this.note(`${name} works again`);
      close();
    });
  }

  /** SIGSTOP: it accepts connections, through the kernel, and answers nothing. */
  private freezeApiServer(untilMillis: number): void {
    const { plane } = this.cluster;
    plane.signal('kube-apiserver', 'SIGSTOP');
    const fromMillis = this.note('the API server is stopped');
    const close = this.lasting((until) => {
      plane.signal('kube-apiserver', 'SIGCONT');
      this.records.push({ kind: 'api-server-frozen', fromMillis, untilMillis: until });
    });
    this.at(untilMillis, () => {
      close();
      this.note('the API server goes on');
      return Promise.resolve();
    });
  }

  /** Gives what ends the fault; called at the end of the run if nothing did before. */
  private lasting(record: (untilMillis: number) => void): () => void {
    const close = (): void => {
      if (this.open.delete(close)) record(this.clock.now());
    };
    this.open.add(close);
    return close;
  }
}
