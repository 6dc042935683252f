// One run on a kind cluster from its origin to its end: the clock, the HPA that is created at the origin, the node
// autoscaler, and what only the sender of the load sees.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { PodFollower } from '../../cluster/kind/pod-follower.ts';
import type { KindPool } from '../../cluster/kind/pool.ts';
import type { UpCluster } from '../../cluster/kind/up.ts';
import { shareQueue } from '../../cluster/kind/pod-words.ts';
import { createHpas } from '../../cluster/kind/workload-up.ts';
import type { FleetRow } from '../../cluster/kube/collected-signals.ts';
import type { LifeEvent } from '../../model/record.ts';
import { ClusterFaults } from './cluster-faults.ts';
import { kindFaultTarget } from './replay-kind-faults.ts';
import { KindNodes } from './replay-kind-nodes.ts';
import type { RunningLoad } from './running-load.ts';

export interface KindRunParts {
  readonly cluster: UpCluster;
  readonly pool: KindPool;
  readonly follower: PodFollower;
  readonly load: RunningLoad;
  readonly prometheusUrl: string;
}

/** Real milliseconds from everything being ready to the origin: everybody is told before it. */
const LEAD_MILLIS = 300;
const GRID_MILLIS = 1000;
/** How often pods are told of the queue in front of them; load workers report about as often. */
const QUEUE_MILLIS = 100;

/** Unix time now, from the narrowest of several readings of two clocks. */
const unixAtMonotonic = (atMonotonic: number): number => {
  let best = { width: Infinity, offset: 0 };
  for (let i = 0; i < 20; i++) {
    const before = monotonicMillis();
    const unix = performance.timeOrigin + performance.now();
    const after = monotonicMillis();
    if (after - before < best.width) best = { width: after - before, offset: unix - (before + after) / 2 };
  }
  return atMonotonic + best.offset;
};

export class KindRun {
  readonly clock: ScaledClock;
  readonly epochMillis: number;
  readonly broken: Promise<never>;
  readonly fleet: FleetRow[] = [];
  readonly faults: ClusterFaults;
  private readonly nodes: KindNodes;
  private readonly follower: PodFollower;
  private readonly breakdown = Promise.withResolvers<never>();
  private readonly cancels: (() => void)[] = [];
  private readonly load: RunningLoad;

  constructor({ cluster, pool, follower, load, prometheusUrl }: KindRunParts) {
    const origin = monotonicMillis() + LEAD_MILLIS;
    this.clock = scaledClock(origin, 1);
    this.epochMillis = unixAtMonotonic(origin);
    this.load = load;
    this.follower = follower;
    this.broken = Promise.race([follower.broken, this.breakdown.promise]);
    this.broken.catch(() => undefined);
    const fail = (error: unknown): void => this.breakdown.reject(error);
    const { faults, service } = pool.scenario;
    this.faults = new ClusterFaults(faults, kindFaultTarget(cluster, follower, prometheusUrl), this.clock, fail);
    load.begin(this.clock);
    this.at(0, () => void createHpas(cluster).catch(fail));
    this.nodes = new KindNodes(cluster.api, pool, follower, this.clock, fail);
    this.observeEverySecond(0, 0);
    if (service.queueAt === 'front') this.shareQueueAt(0, '');
  }

  get requested(): readonly LifeEvent[] {
    return this.nodes.requested;
  }

  /** Unix time of a moment of the machine's monotonic clock. */
  unixOf(monotonic: number): number {
    return this.epochMillis + (monotonic - this.clock.originMonotonicMillis);
  }

  /** Ends observation, faults and the node autoscaler; what was broken works again. */
  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    await this.faults.stop();
    await this.nodes.stop();
  }

  private at(atMillis: number, act: () => void): void {
    this.cancels.push(this.clock.at(atMillis, act));
  }

  /** What only the sender of the load knows. */
  private observeEverySecond(atMillis: number, offeredBefore: number): void {
    this.at(atMillis, () => {
      const { inService, batchWaiting, streamsWaiting, offeredWeight } = this.load.census();
      const waiting = batchWaiting + streamsWaiting;
      const offeredPerSecond = ((offeredWeight - offeredBefore) * 1000) / GRID_MILLIS;
      this.fleet.push({ atMillis, inService, waiting, offeredPerSecond });
      this.observeEverySecond(atMillis + GRID_MILLIS, offeredWeight);
    });
  }

  /** Pods show the length of the queue in front of them, which Prometheus cannot tell them; new ones are told as they join. */
  private shareQueueAt(atMillis: number, before: string): void {
    this.at(atMillis, () => {
      const { batchWaiting, streamsWaiting } = this.load.census();
      const { serving } = this.follower;
      const now = [batchWaiting, streamsWaiting, ...serving.keys()].join(' ');
      if (now !== before) for (const origin of serving.values()) void shareQueue(origin, batchWaiting, streamsWaiting);
      this.shareQueueAt(atMillis + QUEUE_MILLIS, now);
    });
  }
}
