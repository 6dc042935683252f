// The HPA as events: GET scale, one metrics GET per metric of the spec, the decision, PUT scale, PUT status, each call
// with its own latency, then the next sync one period after the end (hpa.md section 1). The decision is sim/autoscaler's.

import type { Hpa, Platform } from '../../model/platform.ts';
import type { Decision } from '../../model/record.ts';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { ControlPlaneSettings } from '../../scenarios/scenario.ts';
import { NOT_QUEUED, RESYNC_PERIOD, afterReconcile, resyncTick } from '../autoscaler/cadence.ts';
import type { CompiledHpa } from '../autoscaler/compile.ts';
import { compileHpa } from '../autoscaler/compile.ts';
import { defaultHpaSpec } from '../autoscaler/default-spec.ts';
import { decisionRow } from '../autoscaler/explain.ts';
import type { ReadSelector } from '../autoscaler/label-selector.ts';
import { readSelector } from '../autoscaler/label-selector.ts';
import type { HpaMemory } from '../autoscaler/memory.ts';
import { NO_MEMORY } from '../autoscaler/memory.ts';
import type { ScaleAnswer } from '../autoscaler/observation.ts';
import { observe } from '../autoscaler/observation.ts';
import type { Pending } from '../autoscaler/reconcile.ts';
import { conclude, decide } from '../autoscaler/reconcile.ts';
import { hpaSettings } from '../autoscaler/settings.ts';
import type { HpaStatus } from '../autoscaler/status.ts';
import { EMPTY_STATUS, storedStatus } from '../autoscaler/status.ts';
import type { Agenda } from './agenda.ts';
import { CLASS } from '../event-classes.ts';
import type { KnownSync } from '../known-inputs.ts';
import type { CallDurations, SlowStretch } from './call-durations.ts';
import { REACH_MEDIAN, callDurations, drawnResync } from './call-durations.ts';
import type { PodView } from '../kubernetes/index.ts';
import type { ClusterHop } from './cluster.ts';
import { metricName, observedPod } from './hpa-views.ts';
import type { MetricReading, MetricsApi } from './metrics-api.ts';
import { matchesLabels } from './metrics-api.ts';

export interface ControlObserver {
  /** The adapter's answer to one metric, and when its query ran. */
  readonly answered: (metric: string, reading: MetricReading, queriedMillis: number) => void;
  readonly decided: (decision: Decision) => void;
}

export interface ControlSettings {
  readonly platform: Platform;
  readonly hpa: Hpa;
  readonly controlPlane: ControlPlaneSettings;
  readonly seed: number;
  readonly cluster: Pick<ClusterHop, 'scale' | 'pods' | 'input'>;
  readonly metrics: MetricsApi;
  readonly observer: ControlObserver;
  /** The first sync at least; of all of them where a recording knows them (then the cadence only takes over at its end). */
  readonly syncs: readonly KnownSync[];
  /** Instant of one tick of the controller manager's informer resync, which all its HPAs share; absent = drawn. */
  readonly resyncPhase?: Millis;
  readonly slow?: SlowStretch;
}

/** What the next 'control' event does; more than 0 …: the query of that metric. */
const START = -1;
const SCALE = -2;
const DECIDE = -3;
const PUT_DONE = -4;

export class ControlHop {
  private readonly engine: Agenda;
  private readonly settings: ControlSettings;
  private compiled: CompiledHpa;
  private readonly rules: ReturnType<typeof hpaSettings>;
  private readonly specs: NonNullable<ReturnType<typeof defaultHpaSpec>['metrics']>;
  private readonly calls: CallDurations;
  private readonly resyncPhase: Millis;
  private selector: ReadSelector = readSelector('');
  private memory: HpaMemory = NO_MEMORY;
  private status: HpaStatus = EMPTY_STATUS;
  private syncs = 0;
  private frozenUntil = 0;
  private spec: HorizontalPodAutoscalerSpec;
  private generation = 1;
  // The reconcile under way.
  private takenMillis = 0;
  private startedMillis = 0;
  private scaleMillis = 0;
  private scale: ScaleAnswer = { kind: 'failed', message: 'not read' };
  private callMillis = 0;
  private queryMillis = 0;
  private readings: MetricReading[] = [];
  private answeredMillis: number[] = [];
  private pending: Pending | null = null;

  constructor(engine: Agenda, settings: ControlSettings) {
    this.engine = engine;
    this.settings = settings;
    const { platform, hpa, controlPlane, seed, slow, resyncPhase } = settings;
    const { version, tolerance, downscaleStabilization } = platform.controller;
    this.spec = hpa.spec;
    this.rules = hpaSettings(version, { tolerance, downscaleStabilizationSeconds: downscaleStabilization });
    this.compiled = compileHpa(hpa.spec, this.rules);
    this.specs = defaultHpaSpec(hpa.spec).metrics ?? [];
    this.takenMillis = settings.syncs[0]!.startMillis - REACH_MEDIAN;
    this.calls = callDurations(controlPlane, seed, slow);
    this.resyncPhase = resyncPhase ?? drawnResync(seed);
    engine.on(CLASS.control, (now, _, phase) => this.go(now, phase));
    engine.schedule(settings.syncs[0]!.startMillis, CLASS.control, 0, START);
  }

  /** Somebody edits the HPA. The queue of the controller is not played: a recording knows when it reconciles next. */
  edit(change: Partial<HorizontalPodAutoscalerSpec>): void {
    this.spec = { ...this.spec, ...change };
    this.compiled = compileHpa(this.spec, this.rules);
    this.generation += 1;
  }

  /** The controller manager is another process from now on. */
  forget(): void {
    this.memory = NO_MEMORY;
  }

  /** The API server answers nothing until then: the calls of a sync wait. */
  freeze(untilMillis: number): void {
    this.frozenUntil = untilMillis;
  }

  private next(at: number, phase: number): void {
    this.engine.schedule(at, CLASS.control, 0, phase);
  }

  private go(now: number, phase: number): void {
    if (now < this.frozenUntil) {
      this.next(this.frozenUntil, phase);
      return;
    }
    switch (phase) {
      case START:
        this.startedMillis = now;
        this.next(Math.max(now, this.known?.scaleMillis ?? now + this.calls.of('getScale', now)), SCALE);
        return;
      case SCALE:
        this.readScale(now);
        return;
      case DECIDE:
        this.decide(now);
        return;
      case PUT_DONE:
        this.conclude(now, this.pending!, true);
        return;
      default:
        this.query(now, phase);
    }
  }

  private readScale(now: number): void {
    const { specReplicas, statusReplicas, selector } = this.settings.cluster.scale;
    const text = Object.keys(selector)
      .sort()
      .map((name) => `${name}=${selector[name]!}`)
      .join(',');
    if (text !== this.selector.text) this.selector = readSelector(text);
    this.scale = { kind: 'found', specReplicas, statusReplicas, selector: this.selector };
    this.scaleMillis = now;
    this.readings = [];
    this.answeredMillis = [];
    const { min, max } = this.compiled;
    // Outside of [min, max], and at 0, no metric is asked for (hpa.md section 2, point 3).
    if (specReplicas === 0 || specReplicas > max || specReplicas < min || this.specs.length === 0) this.decide(now);
    else this.call(now);
  }

  /** Pods that the scale's selector matches, terminating ones included. */
  private get selected(): readonly PodView[] {
    const { scale, pods } = this.settings.cluster;
    return pods.filter(({ labels }) => matchesLabels(scale.selector, labels));
  }

  /** What is known of the sync under way. */
  private get known(): KnownSync | undefined {
    return this.settings.syncs[this.syncs];
  }

  /** Sends the next metrics GET. */
  private call(now: number): void {
    const known = this.known?.metrics?.[this.readings.length];
    const listed = this.specs[this.readings.length]!.pods === undefined ? null : this.selected.length;
    const { totalMillis, queryAfterMillis } = this.calls.metric(listed, now);
    const sent = now + this.calls.of('between', now);
    this.queryMillis = Math.max(now, known?.queriedMillis ?? sent + queryAfterMillis);
    this.callMillis = Math.max(this.queryMillis, known?.answeredMillis ?? sent + totalMillis);
    this.next(this.queryMillis, this.readings.length);
  }

  private query(now: number, metric: number): void {
    const { hpa, metrics, observer } = this.settings;
    const names = this.selected.map(({ name }) => name);
    const spec = this.specs[metric]!;
    const reading = metrics.read(spec, hpa.namespace, names, now);
    this.readings.push(reading);
    this.answeredMillis.push(this.callMillis);
    observer.answered(metricName(spec), reading, now);
    if (this.readings.length < this.specs.length) this.call(this.callMillis);
    else this.next(this.callMillis, DECIDE);
  }

  private decide(now: number): void {
    const observation = observe({
      nowMillis: this.scaleMillis,
      answeredMillis: this.answeredMillis,
      status: this.status,
      generation: this.generation,
      scale: this.scale,
      pods: this.selected.map(observedPod),
      answers: this.readings.map(({ answer }) => answer),
    });
    const pending = decide(this.compiled, this.memory, observation);
    this.pending = pending;
    if (pending.decision.rescale)
      this.next(Math.max(now, this.known?.putMillis ?? now + this.calls.of('putScale', now)), PUT_DONE);
    else this.conclude(now, pending, false);
  }

  private conclude(now: number, pending: Pending, put: boolean): void {
    const { hpa, cluster, observer, syncs } = this.settings;
    if (put) cluster.input({ kind: 'scale', replicas: pending.decision.desired, by: `HPA ${hpa.name}` });
    const done = conclude(this.compiled, pending, put ? { kind: 'accepted', atMillis: now } : null);
    this.memory = done.memory;
    this.status = storedStatus(done.status);
    const ready = pending.observation.pods.filter((pod) => pod.ready === 'True' && !pod.terminating).length;
    const sampleAgeMillis = this.readings.map(({ oldestAgeMillis: age }) => (Number.isNaN(age) ? null : age));
    const row = { atMillis: this.startedMillis, hpa: hpa.name, ready, sampleAgeMillis, scaled: put };
    observer.decided(decisionRow(this.compiled, done, row));
    const end = millis(now + (done.writesStatus ? this.calls.of('putStatus', now) : 0));
    this.syncs += 1;
    const known = syncs[this.syncs]?.startMillis;
    const next = known === undefined ? this.nextStart(end) : { taken: known - REACH_MEDIAN, start: known };
    this.takenMillis = next.taken;
    this.next(Math.max(end, next.start), START);
  }

  /** One period after the end, or after a resync tick that fell into the reconcile. */
  private nextStart(end: Millis): { readonly taken: number; readonly start: number } {
    const { platform } = this.settings;
    const tick = resyncTick(this.resyncPhase, RESYNC_PERIOD, millis(this.takenMillis), end);
    const period = millis(platform.controller.syncPeriod * 1000);
    const ready = afterReconcile(NOT_QUEUED, tick === null ? [] : [tick], end, period).delayed!;
    const taken = ready + this.calls.of('wake', end);
    return { taken, start: taken + this.calls.of('reach', end) };
  }
}
