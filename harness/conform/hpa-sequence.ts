// One line of a seq-* file: an HPA's life. Keeps what the README calls "what a replay keeps between steps" (controller
// memory, stored status, the world's inputs) and compares the outcome of every reconcile with the recorded one.

import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { CompiledHpa } from '../../sim/autoscaler/compile.ts';
import { compileHpa } from '../../sim/autoscaler/compile.ts';
import type { ReadSelector } from '../../sim/autoscaler/label-selector.ts';
import { parseSelector, readSelector, selects } from '../../sim/autoscaler/label-selector.ts';
import type { HpaMemory } from '../../sim/autoscaler/memory.ts';
import { NO_MEMORY } from '../../sim/autoscaler/memory.ts';
import type { MetricAnswer, ObservedPod, PodResources } from '../../sim/autoscaler/observation.ts';
import type { PutAnswer } from '../../sim/autoscaler/put-scale.ts';
import { triesAgain } from '../../sim/autoscaler/put-scale.ts';
import type { PutResult, Reconciled } from '../../sim/autoscaler/reconcile.ts';
import { conclude, decide, finalError } from '../../sim/autoscaler/reconcile.ts';
import type { HpaSettings } from '../../sim/autoscaler/settings.ts';
import { hpaSettings } from '../../sim/autoscaler/settings.ts';
import type { HpaStatus } from '../../sim/autoscaler/status.ts';
import { EMPTY_STATUS, storedStatus } from '../../sim/autoscaler/status.ts';
import type { HpaGates, HpaVersion } from '../../sim/autoscaler/versions.ts';
import type { GoldenInt, GoldenPod, GoldenSample, GoldenTemplate, NamedSample } from './hpa-golden.ts';
import {
  comparable,
  FAILED_CALL,
  fromInt64,
  isUnselected,
  perPodAnswer,
  PLAIN_TEMPLATES,
  podOf,
  resourcesOf,
  toInt64,
} from './hpa-golden.ts';
import type { ConformMismatch } from './result.ts';

type PodException = readonly [first: number, count: number, sample: GoldenSample | null];
type NamedException = readonly [name: string, sample: GoldenSample];
type GoldenMetric =
  'err' | GoldenSample | readonly [every: GoldenSample | null, ...exceptions: (PodException | NamedException)[]];

interface Failures {
  readonly get?: 'err' | 'mapping' | 'none' | 'second';
  readonly put?: 'err' | 'conflict';
  readonly n?: number;
  readonly getAfter?: number;
  readonly status?: number;
  readonly pods?: number;
}

interface Step {
  readonly dt: number;
  readonly restart?: 1;
  readonly del?: 1;
  readonly unreg?: 1;
  readonly stale?: 1;
  readonly spec?: HorizontalPodAutoscalerSpec;
  readonly rival?: string;
  readonly sc?: readonly [spec: number, status: number, selector?: string];
  readonly p?: readonly (readonly [first: number, count: number, ...pod: GoldenPod] | readonly [number, number])[];
  readonly m?: readonly GoldenMetric[];
  readonly f?: Failures;
  readonly lat?: readonly [get: number, metric: number, put: number];
  readonly e: Readonly<Record<string, unknown>>;
}

export interface SequenceCase {
  readonly id: string;
  readonly fl?: { readonly down?: number; readonly tol?: number; readonly ci?: number; readonly rd?: number };
  readonly g?: Partial<HpaGates>;
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly tp?: readonly GoldenTemplate[];
  readonly s?: readonly [age: number, window: number];
  readonly steps: readonly Step[];
  readonly end?: { readonly rec: unknown; readonly up: unknown; readonly down: unknown };
}

interface WorldPod {
  readonly view: ObservedPod;
  readonly resources: PodResources;
  readonly labels: { readonly app: string };
}

/** The HPA object at one resourceVersion. */
interface Stored {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly hpa: CompiledHpa;
  readonly generation: number;
  readonly status: HpaStatus;
  readonly revision: number;
}

const settingsOf = ({ fl, g }: SequenceCase, version: HpaVersion): HpaSettings =>
  hpaSettings(
    version,
    {
      downscaleStabilizationSeconds: fl?.down ?? 300,
      tolerance: fl?.tol ?? 0.1,
      cpuInitializationSeconds: fl?.ci ?? 300,
      initialReadinessDelaySeconds: fl?.rd ?? 30,
    },
    g ?? {},
  );

/** schema.ParseGroupVersion refuses more than one slash. */
const validApiVersion = (spec: HorizontalPodAutoscalerSpec): boolean =>
  (spec.scaleTargetRef.apiVersion ?? '').split('/').length <= 2;

class Replay {
  readonly #settings: HpaSettings;
  readonly #templates: readonly PodResources[];
  readonly #age: number;
  readonly #windowMillis: number;
  readonly #pods = new Map<number, WorldPod>();
  #clock = 0;
  #memory: HpaMemory = NO_MEMORY;
  #stored: Stored;
  #informer: Stored;
  /** Revision of the controller's last status write, 0 = none since it started. */
  #written = 0;
  #scale: readonly [spec: number, status: number, selector: ReadSelector] = [0, 0, readSelector('app=x')];
  #metrics: readonly GoldenMetric[] = [];
  #rival: string | null = null;
  #latency: readonly [get: number, metric: number, put: number] = [0, 0, 0];

  constructor(line: SequenceCase, version: HpaVersion) {
    this.#settings = settingsOf(line, version);
    this.#templates = line.tp?.map(resourcesOf) ?? PLAIN_TEMPLATES;
    const [age, window] = line.s ?? [0, 0];
    this.#age = age;
    this.#windowMillis = window * 1000;
    this.#stored = {
      spec: line.spec,
      hpa: compileHpa(line.spec, this.#settings),
      generation: 1,
      status: EMPTY_STATUS,
      revision: 1,
    };
    this.#informer = this.#stored;
  }

  /** What the reconcile of this step did, in the form of `e`. */
  step(step: Step): Readonly<Record<string, unknown>> {
    this.#apply(step);
    const started = this.#clock;
    const before = this.#stored;
    const seen = this.#informer;
    const pending = decide(seen.hpa, this.#memory, this.#observe(step, started));
    const put = pending.decision.rescale ? this.#put(step.f ?? {}) : null;
    const result = conclude(seen.hpa, pending, put);
    this.#memory = result.memory;
    this.#clock = started;
    const statusFailed = result.writesStatus && (step.f?.status === 1 || seen.revision !== before.revision);
    if (result.writesStatus && !statusFailed) {
      const revision = before.revision + 1;
      this.#stored = { ...before, status: storedStatus(result.status), revision };
      this.#written = revision;
    }
    return outcomeOf(result, put, before.status, this.#stored.status, statusFailed);
  }

  /** The controller's memory in the form of `end`. */
  get end() {
    const { recommendations, up, down } = this.#memory;
    const events = (list: HpaMemory['up']) => list.map((e) => [e.change, e.atMillis, e.outdated ? 1 : 0]);
    return {
      rec: (recommendations ?? []).map((r) => [r.replicas, r.atMillis]),
      up: events(up),
      down: events(down),
    };
  }

  #apply(step: Step): void {
    this.#clock += step.dt;
    if (step.restart === 1) this.#forget();
    if (step.del === 1) {
      this.#forget();
      this.#stored = { ...this.#stored, generation: 1, status: EMPTY_STATUS, revision: this.#stored.revision + 1 };
    }
    // The API server raises the generation only if the spec really changed.
    if (step.spec !== undefined && comparable(step.spec) !== comparable(this.#stored.spec)) {
      this.#stored = {
        spec: step.spec,
        hpa: compileHpa(step.spec, this.#settings),
        generation: this.#stored.generation + 1,
        status: this.#stored.status,
        revision: this.#stored.revision + 1,
      };
    }
    if (step.rival !== undefined) this.#rival = step.rival === '-' ? null : step.rival;
    if (step.sc !== undefined) this.#scale = [step.sc[0], step.sc[1], readSelector(step.sc[2] ?? 'app=x')];
    for (const [first, count, ...pod] of step.p ?? []) this.#setPods(first, count, pod);
    if (step.m !== undefined) this.#metrics = step.m;
    if (step.lat !== undefined) this.#latency = step.lat;
    if (step.stale !== 1) this.#informer = this.#stored;
  }

  #forget(): void {
    this.#memory = NO_MEMORY;
    this.#written = 0;
  }

  #setPods(first: number, count: number, pod: [] | GoldenPod): void {
    for (let i = first; i < first + count; i++) {
      if (pod.length === 0) {
        this.#pods.delete(i);
        continue;
      }
      this.#pods.set(i, {
        view: podOf(`p${i}`, pod, this.#templates),
        resources: this.#templates[pod[3] ?? 0]!,
        labels: { app: isUnselected(pod) ? 'unselected' : 'x' },
      });
    }
  }

  #observe(step: Step, started: number) {
    const { spec, hpa, status, generation, revision } = this.#informer;
    const [get, perMetric] = this.#latency;
    const answers = (spec.metrics ?? []).map((metric, i) => this.#answer(metric.type, this.#metrics[i]!, started));
    this.#clock = started + get;
    const nowMillis = this.#clock;
    const answeredMillis = hpa.metrics.map((metric) => {
      if (metric.kind !== 'unusable') this.#clock += perMetric;
      return this.#clock;
    });
    const failing = step.f?.get !== undefined && step.f.get !== 'second';
    const [specReplicas, statusReplicas, selector] = this.#scale;
    const matching = [...this.#pods.values()].filter((pod) => selects(selector.parsed ?? [], pod.labels));
    const rival = this.#rival === null ? null : parseSelector(this.#rival);
    return {
      nowMillis,
      answeredMillis,
      status,
      generation,
      scale:
        failing || !validApiVersion(spec)
          ? ({ kind: 'failed', message: step.f?.get ?? 'invalid API version' } as const)
          : ({ kind: 'found', specReplicas, statusReplicas, selector } as const),
      pods: matching.map((pod) => pod.view),
      answers,
      rivals: rival !== null && matching.some((pod) => selects(rival, pod.labels)) ? ['rival'] : [],
      statusSeen: revision >= this.#written,
      registered: step.unreg !== 1,
      failingListing: step.f?.pods ?? 0,
    };
  }

  #answer(type: string, metric: GoldenMetric, started: number): MetricAnswer {
    if (metric === 'err') return FAILED_CALL;
    if (type === 'Object') return { kind: 'object', milli: toInt64(metric as GoldenInt) };
    if (type === 'External') return { kind: 'external', milli: (metric as readonly GoldenInt[]).map(toInt64) };
    return perPodAnswer(type, this.#samples(metric), started - this.#age, this.#windowMillis);
  }

  #samples(metric: GoldenMetric): NamedSample[] {
    const list = Array.isArray(metric) ? (metric as readonly unknown[]) : [metric];
    const every = (list[0] ?? null) as GoldenSample | null;
    const byName = new Map<string, NamedSample>();
    const set = (podName: string, sample: GoldenSample | null, resources: PodResources) => {
      if (sample === null) byName.delete(podName);
      else byName.set(podName, { podName, sample, resources });
    };
    for (const { view, resources } of this.#pods.values()) {
      if (view.phase === 'Running') set(view.name, list.length === 0 ? null : every, resources);
    }
    for (const exception of list.slice(1) as (PodException | NamedException)[]) {
      if (typeof exception[0] === 'string') set(exception[0], exception[1], PLAIN_TEMPLATES[0]!);
      else {
        const [first, count, sample] = exception as PodException;
        for (let i = first; i < first + count; i++) {
          const pod = this.#pods.get(i);
          if (pod !== undefined) set(pod.view.name, sample, pod.resources);
        }
      }
    }
    return [...byName.values()];
  }

  #put({ put, n }: Failures): PutResult {
    const [get, , perPut] = this.#latency;
    for (let attempt = 1; ; attempt++) {
      this.#clock += perPut;
      const conflicts = put === 'conflict' && attempt <= n!;
      const answer: PutAnswer = put === 'err' ? 'failed' : conflicts ? 'conflict' : 'accepted';
      if (answer === 'accepted') return { kind: 'accepted', atMillis: this.#clock };
      this.#clock += get;
      if (!triesAgain(this.#settings.rules, attempt, answer)) {
        return { kind: 'failed', atMillis: this.#clock, message: answer };
      }
    }
  }
}

const countsOf = (s: HpaStatus) => [s.currentReplicas, s.desiredReplicas];

const conditionsOf = (s: HpaStatus) =>
  s.conditions.map((c) => [c.type, c.status, c.reason, c.lastTransitionMillis / 1000]);

const metricsOf = (s: HpaStatus) =>
  s.currentMetrics.map((m) =>
    m === null ? null : m.utilization === null ? fromInt64(m.value) : [m.utilization, fromInt64(m.value)],
  );

const lastScaleOf = (s: HpaStatus) => (s.lastScaleMillis === null ? null : s.lastScaleMillis / 1000);

const outcomeOf = (
  result: Reconciled,
  put: PutResult | null,
  before: HpaStatus,
  after: HpaStatus,
  statusFailed: boolean,
): Readonly<Record<string, unknown>> => {
  const { decision, events, lateEvents } = result;
  const e: Record<string, unknown> = {};
  if (put !== null) e[put.kind === 'accepted' ? 'w' : 'wx'] = decision.desired;
  if (put !== null && decision.reason !== '') e['why'] = decision.reason;
  const changed = (key: string, view: (s: HpaStatus) => unknown): boolean => {
    if (after === before) return false;
    const value = view(after);
    if (comparable(value) === comparable(view(before))) return false;
    e[key] = value;
    return true;
  };
  const differs = [
    changed('s', countsOf),
    changed('c', conditionsOf),
    changed('m', metricsOf),
    changed('l', lastScaleOf),
    changed('og', (s) => s.observedGeneration),
  ].includes(true);
  if (result.writesStatus && !statusFailed && !differs) e['sw'] = 1;
  const reasons = [...events, ...(statusFailed ? [{ reason: 'FailedUpdateStatus' }] : []), ...lateEvents];
  if (reasons.length > 0) e['ev'] = reasons.map((event) => event.reason);
  const error = finalError(result, statusFailed);
  if (error !== null) e['err'] = error;
  return e;
};

/** Fields of `e` in which two outcomes differ. `sw` is not recorded where the message names HPAs in random order. */
const differences = (
  id: string,
  where: string,
  expected: Readonly<Record<string, unknown>>,
  got: Readonly<Record<string, unknown>>,
): ConformMismatch[] => {
  const ambiguous = Array.isArray(got['ev']) && got['ev'].includes('AmbiguousSelector');
  return [...new Set([...Object.keys(expected), ...Object.keys(got)])]
    .filter((key) => !(key === 'sw' && ambiguous) && comparable(expected[key]) !== comparable(got[key]))
    .map((key) => ({
      id,
      where: `${where} ${key}`,
      expected: comparable(expected[key]),
      got: comparable(got[key]),
    }));
};

export interface SequenceReplay {
  readonly reconciles: number;
  readonly rescales: number;
  readonly mismatches: readonly ConformMismatch[];
}

/** Replays one sequence up to its first difference. */
export const replaySequence = (line: SequenceCase, version: HpaVersion): SequenceReplay => {
  const replay = new Replay(line, version);
  let rescales = 0;
  for (const [i, step] of line.steps.entries()) {
    const got = replay.step(step);
    const mismatches = differences(line.id, `step ${i}`, step.e, got);
    if (mismatches.length > 0) return { reconciles: i + 1, rescales, mismatches };
    if ('w' in got) rescales++;
  }
  const mismatches = line.end === undefined ? [] : differences(line.id, 'end', line.end, replay.end);
  return { reconciles: line.steps.length, rescales, mismatches };
};
