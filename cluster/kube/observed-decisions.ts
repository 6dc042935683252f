// The decisions of an HPA on a cluster that is not ours, as far as its status tells them: each change of the status is a
// sync that was seen. What the status does not tell (proposals per metric, the instants of calls) stays unknown. Pure.

import type { Decision, DecisionMetric } from '../../model/record.ts';
import type { HorizontalPodAutoscalerSpec, MetricSpec } from '../../model/kubernetes-hpa.ts';
import { millis } from '../../model/units.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { KubeObject } from './client.ts';

interface Current {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

interface MetricShown {
  readonly pods?: { readonly metric: { readonly name: string }; readonly current: Current };
  readonly object?: { readonly metric: { readonly name: string }; readonly current: Current };
  readonly external?: { readonly metric: { readonly name: string }; readonly current: Current };
  readonly resource?: { readonly name: string; readonly current: Current };
}

export interface HpaShown extends KubeObject {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly lastScaleTime?: string;
    readonly currentMetrics?: readonly (MetricShown | null)[] | null;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

const units = (text: string | number | undefined): number | null => {
  const milli = text === undefined ? undefined : parseQuantity(String(text))?.milli;
  return milli === undefined ? null : Number(milli) / 1000;
};

const nameOf = (spec: MetricSpec): string =>
  (spec.pods ?? spec.object ?? spec.external)?.metric.name ?? spec.resource?.name ?? spec.type;

const targetOf = (spec: MetricSpec): number => {
  const target = (spec.pods ?? spec.object ?? spec.external ?? spec.resource)?.target;
  return target?.averageUtilization ?? units(target?.averageValue ?? target?.value) ?? NaN;
};

const valueOf = (shown: MetricShown | null | undefined): number | null => {
  const current = (shown?.pods ?? shown?.object ?? shown?.external ?? shown?.resource)?.current;
  return current?.averageUtilization ?? units(current?.averageValue ?? current?.value);
};

const metricsOf = ({ spec, status }: HpaShown): readonly DecisionMetric[] =>
  (spec.metrics ?? []).map((metric, i): DecisionMetric => {
    const value = valueOf(status?.currentMetrics?.[i]);
    return {
      name: nameOf(metric),
      value,
      target: targetOf(metric),
      proposal: null,
      error: value === null ? 'no value in the status' : null,
      oldestSampleAgeMillis: null,
    };
  });

export class ObservedDecisions {
  readonly decisions: Decision[] = [];
  private lastStatus = '';
  private lastScale: string | undefined;

  /** @param ready pods that are Ready now */
  hpa(object: HpaShown, ready: number, atMillis: number): void {
    const { status } = object;
    const text = JSON.stringify(status ?? null);
    if (status === undefined || text === this.lastStatus) return;
    const conditions = status.conditions ?? [];
    const limited = conditions.find(({ type, status: is }) => type === 'ScalingLimited' && is === 'True');
    const able = conditions.find(({ type }) => type === 'AbleToScale');
    const held = able !== undefined && /Stabilized$/.test(able.reason) ? able : undefined;
    // What the status was at first says nothing about when it came about.
    const scaled = this.lastStatus !== '' && status.lastScaleTime !== this.lastScale;
    this.lastStatus = text;
    this.lastScale = status.lastScaleTime;
    const current = status.currentReplicas ?? 0;
    this.decisions.push({
      t: millis(atMillis),
      hpa: object.metadata.name,
      current,
      ready,
      metrics: metricsOf(object),
      proposal: null,
      desired: status.desiredReplicas ?? current,
      limitedBy: (limited ?? held)?.reason ?? null,
      scaled,
      why: conditions.map(({ type, reason, message }) => `${type} ${reason}: ${message}`).join('; '),
    });
  }
}
