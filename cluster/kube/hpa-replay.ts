// The decisions of a real HPA, made again: our own `decide` on what each of its syncs was answered. It fills in what the
// controller tells nobody (proposal per metric, what windows and policies did) and says where ours differs. Pure.

import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { Decision } from '../../model/record.ts';
import type { CompiledHpa } from '../../sim/autoscaler/compile.ts';
import { compileHpa } from '../../sim/autoscaler/compile.ts';
import { defaultHpaSpec } from '../../sim/autoscaler/default-spec.ts';
import { decisionRow } from '../../sim/autoscaler/explain.ts';
import type { ReadSelector } from '../../sim/autoscaler/label-selector.ts';
import { readSelector } from '../../sim/autoscaler/label-selector.ts';
import type { HpaMemory } from '../../sim/autoscaler/memory.ts';
import { NO_MEMORY } from '../../sim/autoscaler/memory.ts';
import type { MetricAnswer, ObservedPod } from '../../sim/autoscaler/observation.ts';
import { observe } from '../../sim/autoscaler/observation.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { PutResult, Reconciled } from '../../sim/autoscaler/reconcile.ts';
import { conclude, decide } from '../../sim/autoscaler/reconcile.ts';
import type { HpaSettings } from '../../sim/autoscaler/settings.ts';
import type { HpaStatus } from '../../sim/autoscaler/status.ts';
import { EMPTY_STATUS, storedStatus } from '../../sim/autoscaler/status.ts';
import type { HpaSync, MetricRead } from './hpa-syncs.ts';

export interface ReplayedSync {
  readonly decision: Decision;
  /** What the real controller wrote and what ours would have; null if they are the same. */
  readonly mismatch: { readonly expected: string; readonly got: string } | null;
}

export interface HpaReplaySettings {
  readonly name: string;
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly settings: HpaSettings;
  /** Unix time of the origin: decisions count from it. */
  readonly epochMillis: number;
}

type MetricSpecs = NonNullable<HorizontalPodAutoscalerSpec['metrics']>;

const answerOf = (spec: MetricSpecs[number], metric: MetricRead | undefined): MetricAnswer => {
  // Off the metrics branch nothing was asked.
  if (metric === undefined) return { kind: 'failed', message: 'not asked' };
  if (metric.code !== 200) return { kind: 'failed', message: `the API answered ${metric.code}` };
  if (metric.values === null) return { kind: 'failed', message: 'the answer was not recorded' };
  const values = metric.values.map(([of, text]) => ({ of, milli: parseQuantity(text)?.milli ?? 0 }));
  if (spec.external !== undefined) return { kind: 'external', milli: values.map(({ milli }) => milli) };
  if (spec.pods !== undefined) return { kind: 'pods', items: values.map(({ of, milli }) => ({ podName: of, milli })) };
  const [first] = values;
  return first === undefined ? { kind: 'failed', message: 'no value' } : { kind: 'object', milli: first.milli };
};

/** Conditions in a form in which their order does not matter. */
const conditionText = (conditions: readonly (readonly [string, string, string])[]): string =>
  conditions
    .map((c) => c.join(' '))
    .sort()
    .join(', ');

const outcomeText = (
  put: number | null,
  status: Pick<NonNullable<HpaSync['status']>, 'currentReplicas' | 'desiredReplicas' | 'conditions'> | null,
): string =>
  JSON.stringify({
    put,
    status: status === null ? null : [status.currentReplicas, status.desiredReplicas, conditionText(status.conditions)],
  });

const ACCEPTED = 200;

const putResult = (sync: HpaSync): PutResult => {
  const last = sync.puts.at(-1);
  if (last === undefined) return { kind: 'accepted', atMillis: sync.endMillis };
  return last.code === ACCEPTED
    ? { kind: 'accepted', atMillis: last.answeredMillis }
    : { kind: 'failed', atMillis: last.answeredMillis, message: last.message };
};

export class HpaReplay {
  private readonly name: string;
  private readonly settings: HpaSettings;
  private readonly epochMillis: number;
  private hpa: CompiledHpa;
  private specs: MetricSpecs;
  private generation = 1;
  private memory: HpaMemory = NO_MEMORY;
  private status: HpaStatus = EMPTY_STATUS;
  private selector: ReadSelector = readSelector('');

  constructor({ name, spec, settings, epochMillis }: HpaReplaySettings) {
    this.name = name;
    this.settings = settings;
    this.epochMillis = epochMillis;
    this.hpa = compileHpa(spec, settings);
    this.specs = defaultHpaSpec(spec).metrics ?? [];
  }

  /** Somebody wrote another spec. */
  edit(spec: HorizontalPodAutoscalerSpec, generation = this.generation + 1): void {
    this.hpa = compileHpa(spec, this.settings);
    this.specs = defaultHpaSpec(spec).metrics ?? [];
    this.generation = generation;
  }

  /** The controller manager is another process from now on: it forgets recommendations and scale events. */
  restart(): void {
    this.memory = NO_MEMORY;
  }

  /**
   * @param pods as the controller listed them
   * @param sampleAgeMillis of the oldest sample behind each metric, null if unknown
   */
  sync(sync: HpaSync, pods: readonly ObservedPod[], sampleAgeMillis: readonly (number | null)[] = []): ReplayedSync {
    const { scale } = sync;
    if (scale.selector !== this.selector.text) this.selector = readSelector(scale.selector);
    const observation = observe({
      nowMillis: scale.answeredMillis,
      answeredMillis: sync.metrics.map(({ answeredMillis }) => answeredMillis),
      status: this.status,
      generation: this.generation,
      scale:
        scale.code === ACCEPTED
          ? {
              kind: 'found',
              specReplicas: scale.specReplicas,
              statusReplicas: scale.statusReplicas,
              selector: this.selector,
            }
          : { kind: 'failed', message: `the API answered ${scale.code}` },
      pods,
      answers: this.specs.map((spec, i) => answerOf(spec, sync.metrics[i])),
    });
    const pending = decide(this.hpa, this.memory, observation);
    const put = pending.decision.rescale ? putResult(sync) : null;
    const done = conclude(this.hpa, pending, put);
    this.memory = done.memory;
    const stored = sync.status === null || sync.status.code === ACCEPTED;
    if (done.writesStatus && stored) this.status = storedStatus(done.status);
    return {
      decision: decisionRow(this.hpa, done, {
        atMillis: sync.startMillis - this.epochMillis,
        hpa: this.name,
        ready: pods.filter((pod) => pod.ready === 'True' && !pod.terminating).length,
        sampleAgeMillis,
        scaled: sync.puts.at(-1)?.code === ACCEPTED,
      }),
      mismatch: differenceOf(sync, done, put === null ? null : pending.decision.desired),
    };
  }
}

const differenceOf = (sync: HpaSync, done: Reconciled, put: number | null): ReplayedSync['mismatch'] => {
  const expected = outcomeText(sync.puts.at(-1)?.replicas ?? null, sync.status);
  const { currentReplicas, desiredReplicas, conditions } = done.status;
  const got = outcomeText(
    put,
    done.writesStatus
      ? { currentReplicas, desiredReplicas, conditions: conditions.map((c) => [c.type, c.status, c.reason] as const) }
      : null,
  );
  return expected === got ? null : { expected, got };
};
