// The node autoscaler of a kind run: looks at the scenario's scan instants, and when pods have waited long enough for a
// card starts a parked worker after the scenario's delay; parks workers that stayed empty. The rule is that of
// sim/kubernetes/node-pool.ts, on what the API shows. Tells what it requested, and when.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { workerName } from '../../cluster/kind/names.ts';
import { cardsOf, parkNode, startNode } from '../../cluster/kind/nodes.ts';
import type { FollowedPod, PodFollower } from '../../cluster/kind/pod-follower.ts';
import type { KindPool } from '../../cluster/kind/pool.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import { sampler } from '../../model/distribution.ts';
import type { LifeEvent } from '../../model/record.ts';
import { stream } from '../../model/rng.ts';
import { millis } from '../../model/units.ts';
import type { NodePoolConfig } from '../../sim/kubernetes/index.ts';
import { clusterConfig } from '../../sim/kubernetes/index.ts';

/** From the start of a kubelet to its card being allocatable, of which the scenario's delay is shortened. Measured. */
const BOOT_MILLIS = 3000;

const isWaiting = ({ shown }: FollowedPod): boolean =>
  shown.metadata.deletionTimestamp === undefined &&
  shown.status?.conditions?.some((c) => c.type === 'PodScheduled' && c.status === 'False') === true;

export class KindNodes {
  readonly requested: LifeEvent[] = [];
  private readonly api: KubeClient;
  private readonly follower: PodFollower;
  private readonly clock: ScaledClock;
  private readonly fail: (error: unknown) => void;
  private readonly settings: NodePoolConfig;
  private readonly seed: number;
  private readonly workers: number;
  private readonly cancels = new Set<() => void>();
  private readonly coming = new Set<string>();
  private readonly emptySince = new Map<string, number>();
  private underWay: Promise<void> = Promise.resolve();
  private granted: number;

  constructor(
    api: KubeClient,
    { scenario, platform, workers, warm }: KindPool,
    follower: PodFollower,
    clock: ScaledClock,
    fail: (error: unknown) => void,
  ) {
    this.api = api;
    this.follower = follower;
    this.clock = clock;
    this.fail = fail;
    this.settings = clusterConfig(platform, scenario).nodes;
    this.seed = scenario.seed;
    this.workers = workers;
    this.granted = warm;
    // Nothing is ever parked or started where all are there from the start and stay.
    if (workers > warm || this.settings.min < workers) this.scanAt(0);
  }

  async stop(): Promise<void> {
    for (const cancel of this.cancels) cancel();
    await this.underWay;
  }

  private at(atMillis: number, act: () => Promise<void>): void {
    const cancel = this.clock.at(atMillis, () => {
      this.cancels.delete(cancel);
      this.underWay = Promise.all([this.underWay, act().catch(this.fail)]).then(() => undefined);
    });
    this.cancels.add(cancel);
  }

  private scanAt(index: number): void {
    const { scan, scanPhase } = this.settings;
    this.at((scanPhase + index * scan) * 1000, async () => {
      this.scanAt(index + 1);
      await this.scan();
    });
  }

  private async scan(): Promise<void> {
    const now = this.clock.now();
    const pods = this.follower.present;
    const waiting = pods.filter(isWaiting);
    const cards = await cardsOf(this.api);
    const up = Array.from({ length: this.workers }, (_, i) => workerName(i)).filter(
      (name) => (cards.get(name) ?? 0) > 0,
    );
    for (const name of up) this.coming.delete(name);
    const used = new Set(pods.map(({ shown }) => shown.spec?.nodeName ?? ''));
    const empty = up.filter((name) => !used.has(name));
    this.remember(empty, now);
    if (waiting.length === 0) await this.parkIdle(up, empty, now);
    const held = waiting.filter(
      ({ seenMillis }) => now - (seenMillis - this.clock.originMonotonicMillis) >= this.settings.podHold * 1000,
    );
    this.request(held.length - empty.length - this.coming.size, held.length, up);
  }

  private remember(empty: readonly string[], now: number): void {
    for (const name of [...this.emptySince.keys()]) if (!empty.includes(name)) this.emptySince.delete(name);
    for (const name of empty) if (!this.emptySince.has(name)) this.emptySince.set(name, now);
  }

  private request(wanted: number, waiting: number, up: readonly string[]): void {
    for (let i = 0; i < this.workers && wanted > 0; i++) {
      const name = workerName(i);
      if (up.includes(name) || this.coming.has(name)) continue;
      wanted -= 1;
      this.coming.add(name);
      const now = this.clock.now();
      const draw = sampler(this.settings.provision, stream(this.seed, 'provision', this.granted))();
      this.granted += 1;
      this.requested.push({
        t: millis(now),
        subject: 'node',
        name,
        event: 'requested',
        cause: `${waiting} pod${waiting === 1 ? '' : 's'} without a card`,
      });
      this.at(now + Math.max(0, draw * 1000 - BOOT_MILLIS), () => startNode(name));
    }
  }

  /** Newest first, so that the nodes of the start stay. */
  private async parkIdle(up: readonly string[], empty: readonly string[], now: number): Promise<void> {
    const { min, idleRemove, spare = 0 } = this.settings;
    let left = up.length + this.coming.size;
    let idle = empty.length;
    for (const name of empty.toReversed()) {
      if (left <= min || idle <= spare) return;
      if (now - (this.emptySince.get(name) ?? now) < idleRemove * 1000) continue;
      left -= 1;
      idle -= 1;
      await parkNode(this.api, name);
    }
  }
}
