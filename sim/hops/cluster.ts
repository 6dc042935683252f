// The cluster machine as events: hands its timers back in virtual time and carries its outputs to the service (containers
// start, stop, join, leave), to scraping (targets) and to the record (life of pods and nodes).

import type { LifeEvent } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { Engine } from '../engine/engine.ts';
import { CLASS } from '../event-classes.ts';
import type {
  ClusterConfig,
  ClusterInput,
  ClusterOutput,
  ClusterTimer,
  PodView,
  ScaleView,
} from '../kubernetes/index.ts';
import { createCluster, podViews, scaleView, step } from '../kubernetes/index.ts';
import type { Cluster } from '../kubernetes/index.ts';
import type { Fleet } from '../service/fleet.ts';
import type { Scraping } from './scraping.ts';

/** What goes through the API server; kubelets go on with their containers without it. */
const THROUGH_API: ReadonlySet<ClusterTimer['of']> = new Set([
  'replica-set',
  'create-batch',
  'schedule',
  'endpoint',
  'gone',
  'node-scan',
  'node-added',
]);

/** `detail` of a 'cluster' event: its subject is the number of a timer, or a pod that became idle. */
const TIMER = 0;
const IDLE = 1;

export class ClusterHop {
  readonly life: LifeEvent[] = [];
  /** Model load time of each pod's present container, seconds; undefined while it loads. */
  readonly modelLoadSeconds: (number | undefined)[] = [];
  readonly podNames: string[] = [];
  /** Accepted writes of the Deployment's scale, whoever made them. */
  readonly scaleWrites: { readonly atMillis: number; readonly replicas: number }[] = [];
  private readonly engine: Engine;
  private readonly cluster: Cluster;
  private readonly fleet: Fleet;
  private readonly scraping: Scraping;
  private readonly timers = new Map<number, ClusterTimer>();
  private timersMade = 0;
  private readonly loadMillis: number[] = [];
  private atOrigin = true;
  private frozenUntil = 0;

  constructor(engine: Engine, config: ClusterConfig, fleet: Fleet, scraping: Scraping) {
    this.engine = engine;
    this.cluster = createCluster(config);
    this.fleet = fleet;
    this.scraping = scraping;
    engine.on(CLASS.cluster, (_, subject, detail) => {
      if (detail === IDLE) {
        this.input({ kind: 'idle', pod: subject });
        return;
      }
      const timer = this.timers.get(subject)!;
      if (engine.now < this.frozenUntil && THROUGH_API.has(timer.of)) {
        engine.schedule(this.frozenUntil, CLASS.cluster, subject, TIMER);
        return;
      }
      this.timers.delete(subject);
      this.input({ kind: 'timer', timer });
    });
  }

  /** Pods of the start; their scrape loops run already. */
  start(): void {
    this.input({ kind: 'start' });
    this.atOrigin = false;
  }

  /** The API server answers nothing until then: controllers, scheduler, node pool and endpoints wait. */
  freeze(untilMillis: number): void {
    this.frozenUntil = untilMillis;
  }

  /** Feeds an input now. */
  input(input: ClusterInput): void {
    const now: Millis = millis(this.engine.now);
    if (input.kind === 'scale') this.scaleWrites.push({ atMillis: now, replicas: input.replicas });
    for (const output of step(this.cluster, input, now)) this.carryOut(now, output);
  }

  /** Nothing is on a pod any more; told to the machine as an event of its own, after what caused it. */
  idle(pod: number): void {
    this.engine.schedule(this.engine.now, CLASS.cluster, pod, IDLE);
  }

  get scale(): ScaleView {
    return scaleView(this.cluster);
  }
  get pods(): readonly PodView[] {
    return podViews(this.cluster);
  }

  private carryOut(now: Millis, output: ClusterOutput): void {
    switch (output.kind) {
      case 'life':
        this.life.push(output.event);
        if (output.event.subject === 'pod') this.podNames[output.event.ordinal] = output.event.name;
        return;
      case 'timer': {
        const number = this.timersMade++;
        this.timers.set(number, output.timer);
        this.engine.schedule(output.atMillis, CLASS.cluster, number, TIMER);
        return;
      }
      case 'start-container':
        this.loadMillis[output.pod] = output.modelLoadMillis;
        return;
      case 'container':
        this.container(now, output.pod, output.state);
        return;
      case 'join':
        this.fleet.join(now, output.pod);
        return;
      case 'leave':
        this.fleet.leave(output.pod);
        return;
      case 'await-idle':
        this.fleet.watchIdle(output.pod);
        return;
      case 'target-added':
        if (this.atOrigin) this.scraping.targetKnown(output.pod, output);
        else this.scraping.targetAdded(now, output.pod, output);
        return;
      case 'target-removed':
        this.scraping.targetRemoved(now, output.pod);
        return;
      case 'terminate':
      case 'kill':
      case 'probe':
        // A virtual container gets 'container stopped' in the same answer, and is probed by the machine itself.
        return;
    }
  }

  private container(now: number, pod: number, state: 'loading' | 'loaded' | 'stopped'): void {
    switch (state) {
      case 'loading':
        this.modelLoadSeconds[pod] = undefined;
        this.fleet.containerStarts(pod, this.atOrigin);
        return;
      case 'loaded':
        this.modelLoadSeconds[pod] = (this.loadMillis[pod] ?? 0) / 1000;
        return;
      case 'stopped':
        this.fleet.containerStops(now, pod);
    }
  }
}
