// One line of a calc-* file: the same call of the replica calculator, compared with what upstream returned.

import type { MetricSpec } from '../../model/kubernetes-hpa.ts';
import type { CompiledHpa } from '../../sim/autoscaler/compile.ts';
import { compileHpa } from '../../sim/autoscaler/compile.ts';
import type { MetricAnswer, ObservedPod, PodResources } from '../../sim/autoscaler/observation.ts';
import { propose } from '../../sim/autoscaler/propose.ts';
import { hpaSettings } from '../../sim/autoscaler/settings.ts';
import type { HpaVersion } from '../../sim/autoscaler/versions.ts';
import type { GoldenInt, GoldenPod, GoldenSample, GoldenTemplate, NamedSample } from './hpa-golden.ts';
import {
  comparable,
  FAILED_CALL,
  fromInt64,
  perPodAnswer,
  PLAIN_TEMPLATES,
  podOf,
  resourcesOf,
  toInt64,
} from './hpa-golden.ts';
import type { ConformMismatch } from './result.ts';

export interface CalcCase {
  readonly id: string;
  readonly t: string;
  readonly av?: GoldenInt;
  readonly v?: GoldenInt;
  readonly u?: number;
  readonly r?: string;
  readonly c?: string;
  readonly sr: number;
  readonly ss?: number;
  readonly tol?: readonly [down: number, up: number];
  readonly ci?: readonly [initialisation: number, readiness: number];
  readonly now?: number;
  readonly tp?: readonly GoldenTemplate[];
  readonly p?: readonly (readonly [count: number, ...pod: GoldenPod])[];
  readonly m: 'err' | GoldenSample | readonly (GoldenSample | null)[];
  readonly x?: readonly (readonly [name: string, sample: GoldenSample])[];
  readonly s?: readonly [timestamp: number, window: number];
  readonly e: string | readonly GoldenInt[];
}

const targetOf = ({ av, v, u }: CalcCase) =>
  av !== undefined
    ? ({ type: 'AverageValue', averageValue: `${av}m` } as const)
    : v !== undefined
      ? ({ type: 'Value', value: `${v}m` } as const)
      : ({ type: 'Utilization', averageUtilization: u! } as const);

const specOf = (line: CalcCase): MetricSpec => {
  const target = targetOf(line);
  const metric = { name: 'm' };
  switch (line.t) {
    case 'Pods':
      return { type: line.t, pods: { metric, target } };
    case 'Object':
      return { type: line.t, object: { describedObject: { kind: 'Service', name: 's' }, metric, target } };
    case 'External':
      return { type: line.t, external: { metric, target } };
    case 'Resource':
      return { type: line.t, resource: { name: line.r!, target } };
    default:
      return { type: line.t, containerResource: { name: line.r!, container: line.c!, target } };
  }
};

const compiled = (line: CalcCase, version: HpaVersion): CompiledHpa => {
  const [cpuInitializationSeconds, initialReadinessDelaySeconds] = line.ci ?? [300, 30];
  const settings = hpaSettings(version, { cpuInitializationSeconds, initialReadinessDelaySeconds });
  const hpa = compileHpa(
    { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 1, metrics: [specOf(line)] },
    settings,
  );
  const [down, up] = line.tol ?? [0.1, 0.1];
  return { ...hpa, tolerance: { ...hpa.tolerance, low: 1 - down, high: 1 + up } };
};

interface Placed {
  readonly pod: ObservedPod;
  readonly resources: PodResources;
}

const podsOf = (line: CalcCase): Placed[] => {
  const templates = line.tp?.map(resourcesOf) ?? PLAIN_TEMPLATES;
  const pods: Placed[] = [];
  for (const [count, ...pod] of line.p ?? []) {
    for (let i = 0; i < count; i++) {
      pods.push({ pod: podOf(`p${pods.length}`, pod, templates), resources: templates[pod[3] ?? 0]! });
    }
  }
  return pods;
};

const samplesOf = (line: CalcCase, pods: readonly Placed[]): NamedSample[] => {
  const { m, x } = line;
  const given = (i: number) => (Array.isArray(m) ? (m as readonly (GoldenSample | null)[])[i] : (m as GoldenSample));
  const own = pods.flatMap(({ pod, resources }, i): NamedSample[] => {
    const sample = given(i) ?? null;
    return sample === null ? [] : [{ podName: pod.name, sample, resources }];
  });
  const extra = (x ?? []).map(([podName, sample]): NamedSample => {
    const known = pods.find((p) => p.pod.name === podName);
    return { podName, sample, resources: known?.resources ?? PLAIN_TEMPLATES[0]! };
  });
  return [...own, ...extra];
};

const answerOf = (line: CalcCase, pods: readonly Placed[]): MetricAnswer => {
  if (line.m === 'err') return FAILED_CALL;
  if (line.t === 'Object') return { kind: 'object', milli: toInt64(line.m as GoldenInt) };
  if (line.t === 'External') return { kind: 'external', milli: (line.m as readonly GoldenInt[]).map(toInt64) };
  const [timestamp, window] = line.s ?? [0, 0];
  const samples = samplesOf(line, pods);
  // The API answers with one item per name.
  const last = new Map(samples.map((s) => [s.podName, s]));
  return perPodAnswer(line.t, [...last.values()], timestamp, window * 1000);
};

/** Differences of one line; none if it agrees. */
export const replayCalc = (line: CalcCase, version: HpaVersion): readonly ConformMismatch[] => {
  const hpa = compiled(line, version);
  const placed = podsOf(line);
  const pods = placed.map((p) => p.pod);
  const context = { hpa, current: line.sr, statusReplicas: line.ss ?? line.sr, list: () => pods };
  const outcome = propose(hpa.metrics[0]!, answerOf(line, placed), context, line.now ?? 0);
  const value = (replicas: number, milli: number | bigint, utilization: number | null) =>
    utilization === null ? [replicas, fromInt64(milli)] : [replicas, utilization, fromInt64(milli)];
  const got = comparable(
    outcome.kind === 'error' ? outcome.code : value(outcome.replicas, outcome.value, outcome.utilization),
  );
  const expected = comparable(line.e);
  return got === expected ? [] : [{ id: line.id, where: 'proposal', expected, got }];
};
