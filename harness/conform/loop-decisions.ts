// Stage check: every recorded sync of the real HPA, given the answers it got, must be our decision: the scale written, the
// status written, its counts and conditions.

import { parse } from 'yaml';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { CompiledHpa } from '../../sim/autoscaler/compile.ts';
import { compileHpa } from '../../sim/autoscaler/compile.ts';
import { readSelector } from '../../sim/autoscaler/label-selector.ts';
import type { HpaMemory } from '../../sim/autoscaler/memory.ts';
import { NO_MEMORY } from '../../sim/autoscaler/memory.ts';
import type { MetricAnswer, ObservedPod } from '../../sim/autoscaler/observation.ts';
import { observe } from '../../sim/autoscaler/observation.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { PutResult } from '../../sim/autoscaler/reconcile.ts';
import { conclude, decide } from '../../sim/autoscaler/reconcile.ts';
import { hpaSettings } from '../../sim/autoscaler/settings.ts';
import type { HpaStatus } from '../../sim/autoscaler/status.ts';
import { EMPTY_STATUS, storedStatus } from '../../sim/autoscaler/status.ts';
import type { LoopFolder, LoopSync, SyncMetric } from './closed-loop-types.ts';
import { linesByPod, linesOf } from './loop-cluster.ts';
import type { SetTally } from './result.ts';

const SELECTOR = readSelector('app=lightning-asr');
const SETTINGS = hpaSettings('1.37');

/** The pods as the controller's informer listed them at `now`. */
const podsAt = (folder: LoopFolder, now: number): readonly ObservedPod[] =>
  linesByPod(folder).flatMap((all, pod) => {
    const lines = all.filter((line) => line.t <= now);
    const [created] = linesOf(lines, 'created');
    if (created === undefined || linesOf(lines, 'gone').length > 0) return [];
    const readyAt = linesOf(lines, 'ready').at(-1)?.t ?? null;
    const lostAt = linesOf(lines, 'container-exited').at(-1)?.t ?? -Infinity;
    const running = linesOf(lines, 'running')[0]?.t ?? null;
    return [
      {
        name: folder.config.podNames[pod]!,
        phase: running === null ? 'Pending' : 'Running',
        ready: readyAt !== null && readyAt > lostAt ? 'True' : 'False',
        readyTransitionMillis: readyAt,
        startMillis: running,
        terminating: linesOf(lines, 'deleting').length > 0,
      } as const,
    ];
  });

const answerOf = (folder: LoopFolder, metric: SyncMetric): MetricAnswer => {
  if (metric.code !== 200 || metric.values === undefined)
    return { kind: 'failed', message: `the API answered ${metric.code}` };
  const values = metric.values.map(([of, quantity]) => ({ of, milli: parseQuantity(quantity)!.milli }));
  if (metric.api.startsWith('external.')) return { kind: 'external', milli: values.map(({ milli }) => milli) };
  if (!/\/pods\/(%2A|\*)\//i.test(metric.api)) return { kind: 'object', milli: values[0]!.milli };
  return {
    kind: 'pods',
    items: values.map(({ of, milli }) => ({
      podName: typeof of === 'number' ? folder.config.podNames[of]! : of,
      milli,
    })),
  };
};

/** Conditions in a form in which their order does not matter. */
const conditionText = (conditions: readonly (readonly [string, string, string])[]): string =>
  conditions
    .map((c) => c.join(' '))
    .sort()
    .join(', ');

const recordedOutcome = (sync: LoopSync): string =>
  JSON.stringify({
    put: sync.put?.at(-1)?.replicas ?? null,
    status:
      sync.status === undefined
        ? null
        : [sync.status.currentReplicas, sync.status.desiredReplicas, conditionText(sync.status.conditions)],
  });

const putResult = (sync: LoopSync, message: string): PutResult => {
  const last = sync.put?.at(-1);
  const atMillis = last === undefined ? sync.end : last.t + last.ms;
  return last === undefined || last.code === 200
    ? { kind: 'accepted', atMillis }
    : { kind: 'failed', atMillis, message };
};

class Controller {
  readonly #folder: LoopFolder;
  #spec: HorizontalPodAutoscalerSpec;
  #hpa: CompiledHpa;
  #generation = 1;
  #memory: HpaMemory = NO_MEMORY;
  #status: HpaStatus = EMPTY_STATUS;

  constructor(folder: LoopFolder) {
    this.#folder = folder;
    this.#spec = (parse(folder.config.yaml.hpa) as { spec: HorizontalPodAutoscalerSpec }).spec;
    this.#hpa = compileHpa(this.#spec, SETTINGS);
  }

  patch(change: Partial<HorizontalPodAutoscalerSpec>): void {
    this.#spec = { ...this.#spec, ...change };
    this.#hpa = compileHpa(this.#spec, SETTINGS);
    this.#generation++;
  }

  restart(): void {
    this.#memory = NO_MEMORY;
  }

  sync(sync: LoopSync): string {
    const nowMillis = sync.t + sync.scale.ms;
    const answers = sync.metrics.map((metric) => answerOf(this.#folder, metric));
    const { metrics: wanted } = this.#hpa;
    const observation = observe({
      nowMillis,
      answeredMillis: sync.metrics.map(({ t, ms }) => t + ms),
      status: this.#status,
      generation: this.#generation,
      scale:
        sync.scale.code === 200
          ? {
              kind: 'found',
              specReplicas: sync.scale.spec,
              statusReplicas: sync.scale.status,
              selector: SELECTOR,
            }
          : { kind: 'failed', message: `the API answered ${sync.scale.code}` },
      pods: podsAt(this.#folder, sync.metrics.at(-1)?.t ?? nowMillis),
      // Off the metrics branch nothing was asked.
      answers: wanted.map((_, i) => answers[i] ?? { kind: 'failed', message: 'not asked' }),
    });
    const pending = decide(this.#hpa, this.#memory, observation);
    const put = pending.decision.rescale ? putResult(sync, 'the write failed') : null;
    const result = conclude(this.#hpa, pending, put);
    this.#memory = result.memory;
    if (result.writesStatus) this.#status = storedStatus(result.status);
    return JSON.stringify({
      put: put === null ? null : pending.decision.desired,
      status: result.writesStatus
        ? [
            result.status.currentReplicas,
            result.status.desiredReplicas,
            conditionText(result.status.conditions.map((c) => [c.type, c.status, c.reason])),
          ]
        : null,
    });
  }
}

/** Adds one case per recorded sync. */
export const checkDecisions = (folder: LoopFolder, tally: SetTally): void => {
  const controller = new Controller(folder);
  const restarts = folder.outages.filter(({ kind }) => kind === 'kcm-restart').map(({ startAt }) => startAt);
  for (const line of folder.hpa) {
    if (line.ev === 'patched') controller.patch(line.patch.spec);
    if (line.ev !== 'sync') continue;
    while (restarts.length > 0 && restarts[0]! < line.t) {
      restarts.shift();
      controller.restart();
    }
    const expected = recordedOutcome(line);
    const got = controller.sync(line);
    tally.add(got === expected ? [] : [{ id: folder.name, where: `sync at ${line.t} ms`, expected, got }]);
  }
};
