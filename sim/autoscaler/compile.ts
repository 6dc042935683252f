// An HPA spec and the controller's settings → everything a reconcile needs, computed once: targets in milli and as
// doubles, tolerance bounds, windows and periods in milliseconds, names for messages. No state and no pods.

import type {
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from '../../model/kubernetes-hpa.ts';
import { TestbedError } from '../../model/errors.ts';
import { defaultHpaSpec } from './default-spec.ts';
import type { Int64 } from './int64.ts';
import { selectorProblem, selectorText } from './label-selector.ts';
import type { Quantity } from './quantity.ts';
import { parseQuantity } from './quantity.ts';
import type { HpaSettings } from './settings.ts';

export interface MilliTarget {
  readonly milli: Int64;
  readonly double: number;
}

interface MetricCommon {
  /** As in "NAME above target" and the ValidMetricFound message. */
  readonly label: string;
  /** Short name for people. */
  readonly name: string;
  /** Reason of the condition and event when it fails. */
  readonly failure: string;
  /** Equal for two metrics whose status entries differ in numbers only. */
  readonly identity: string;
  /** "the HPA was able to …", made once. */
  readonly foundMessage: string;
}

export type CompiledMetric = MetricCommon &
  (
    | { readonly kind: 'pods'; readonly target: MilliTarget }
    | {
        readonly kind: 'resource';
        readonly resource: string;
        /** Null: all containers of the pod. */
        readonly container: string | null;
        readonly target:
          | { readonly kind: 'average'; readonly of: MilliTarget }
          | { readonly kind: 'utilization'; readonly percent: number };
      }
    | {
        readonly kind: 'total';
        readonly source: 'Object' | 'External';
        readonly per: 'value' | 'average';
        readonly target: MilliTarget;
      }
    /** Fails in every reconcile, without a call. */
    | { readonly kind: 'unusable'; readonly problem: string }
  );

/** r is within tolerance. */
export interface Tolerance {
  readonly form: 'interval' | 'absolute';
  readonly low: number;
  readonly high: number;
  readonly flag: number;
}

export const within = (tolerance: Tolerance, ratio: number): boolean =>
  tolerance.form === 'interval'
    ? tolerance.low <= ratio && ratio <= tolerance.high
    : Math.abs(1 - ratio) <= tolerance.flag;

export interface CompiledPolicy {
  readonly kind: 'Pods' | 'Percent';
  readonly value: number;
  /** 1 + value/100 upwards, 1 − value/100 downwards, in this order of operations (hpa.md section 8, step 3). */
  readonly factor: number;
  readonly periodMillis: number;
}

export interface CompiledDirection {
  readonly select: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly CompiledPolicy[];
  readonly windowMillis: number;
  /** Longest period of the policies: older events are outdated. */
  readonly longestMillis: number;
}

export interface CompiledBehavior {
  readonly up: CompiledDirection;
  readonly down: CompiledDirection;
}

export interface CompiledHpa {
  readonly settings: HpaSettings;
  readonly min: number;
  readonly max: number;
  readonly metrics: readonly CompiledMetric[];
  readonly tolerance: Tolerance;
  /** Null: the legacy path. */
  readonly behavior: CompiledBehavior | null;
  /** Window of the legacy path. */
  readonly legacyWindowMillis: number;
  /** At least one Object or External metric: what scaling to zero needs. */
  readonly seesZero: boolean;
}

const quantityOf = (text: string | number, field: string): Quantity => {
  const quantity = parseQuantity(String(text));
  if (quantity === null) {
    throw new TestbedError('PLATFORM_INVALID', `HPA ${field}: "${text}" is not a quantity`, {
      hint: 'write a Kubernetes quantity such as 4, 500m or 1.5Gi',
    });
  }
  return quantity;
};

const milliTarget = (text: string | number, field: string): MilliTarget => {
  const { milli } = quantityOf(text, field);
  return { milli, double: Number(milli) };
};

const failureOf = (type: string): string => `FailedGet${type}Metric`;

const common = (spec: MetricSpec, label: string, name: string, per: string): MetricCommon => {
  const { target: _, ...source } = (spec.pods ??
    spec.object ??
    spec.external ??
    spec.resource ??
    spec.containerResource) as {
    readonly target: MetricTarget;
  };
  return {
    label,
    name,
    failure: failureOf(spec.type),
    identity: JSON.stringify([spec.type, source, per]),
    foundMessage: `the HPA was able to successfully calculate a replica count from ${label}`,
  };
};

const unusable = (type: string, failure: string, problem: string): CompiledMetric => ({
  kind: 'unusable',
  label: type,
  name: type,
  failure,
  identity: '',
  foundMessage: '',
  problem,
});

const noTarget = (type: string, wanted: string): CompiledMetric =>
  unusable(type, failureOf(type), `invalid ${type} metric source: ${wanted} was set`);

const compileResource = (
  spec: MetricSpec,
  source: { readonly name: string; readonly container?: string; readonly target: MetricTarget },
): CompiledMetric => {
  const { name: resource, target } = source;
  const container = source.container ?? null;
  if (target.averageValue !== undefined) {
    const of = milliTarget(target.averageValue, `${resource} averageValue`);
    // Upstream does not say "container" here (golden n:container-raw).
    return {
      ...common(spec, `${resource} resource`, resource, 'average'),
      kind: 'resource',
      resource,
      container,
      target: { kind: 'average', of },
    };
  }
  if (target.averageUtilization === undefined) {
    return noTarget(spec.type, 'neither a utilization target nor an average value target');
  }
  return {
    ...common(
      spec,
      `${resource}${container === null ? '' : ' container'} resource utilization (percentage of request)`,
      resource,
      'utilization',
    ),
    kind: 'resource',
    resource,
    container,
    target: { kind: 'utilization', percent: target.averageUtilization },
  };
};

/** External looks at averageValue first, Object goes by target.type (hpa.md section 6.4). */
const compileTotal = (
  spec: MetricSpec,
  type: 'Object' | 'External',
  source: NonNullable<MetricSpec['external']> | NonNullable<MetricSpec['object']>,
): CompiledMetric => {
  const { metric, target } = source;
  const isAverage = type === 'Object' ? target.type === 'AverageValue' : target.averageValue !== undefined;
  const text = isAverage
    ? target.averageValue
    : type === 'Object' && target.type !== 'Value'
      ? undefined
      : target.value;
  if (text === undefined) return noTarget(type, 'neither a value target nor an average value target');
  const label =
    'describedObject' in source && !isAverage
      ? `${source.describedObject.kind} metric ${metric.name}`
      : `external metric ${metric.name}(${selectorText(metric.selector)})`;
  const per = isAverage ? 'average' : 'value';
  return {
    ...common(spec, label, metric.name, per),
    kind: 'total',
    source: type,
    per,
    target: milliTarget(text, `${metric.name} ${isAverage ? 'averageValue' : 'value'}`),
  };
};

const compileUnchecked = (spec: MetricSpec): CompiledMetric => {
  if (spec.type === 'Pods' && spec.pods !== undefined) {
    const { metric, target } = spec.pods;
    if (target.averageValue === undefined) return noTarget('Pods', 'no average value target');
    return {
      ...common(spec, `pods metric ${metric.name}`, metric.name, 'average'),
      kind: 'pods',
      target: milliTarget(target.averageValue, `${metric.name} averageValue`),
    };
  }
  if (spec.type === 'Resource' && spec.resource !== undefined) return compileResource(spec, spec.resource);
  if (spec.type === 'ContainerResource' && spec.containerResource !== undefined) {
    return compileResource(spec, spec.containerResource);
  }
  if (spec.type === 'Object' && spec.object !== undefined) return compileTotal(spec, 'Object', spec.object);
  if (spec.type === 'External' && spec.external !== undefined) return compileTotal(spec, 'External', spec.external);
  return unusable(spec.type, 'InvalidMetricSourceType', `unknown metric source type "${spec.type}"`);
};

const compileMetric = (spec: MetricSpec): CompiledMetric => {
  const problem = selectorProblem((spec.pods ?? spec.object ?? spec.external)?.metric.selector);
  return problem === null ? compileUnchecked(spec) : unusable(spec.type, failureOf(spec.type), problem);
};

const compileDirection = (
  rules: HPAScalingRules | undefined,
  sign: 1 | -1,
  defaultWindowSeconds: number,
): CompiledDirection => {
  const policies = (rules?.policies ?? []).map((p): CompiledPolicy => ({
    kind: p.type,
    value: p.value,
    factor: sign === 1 ? 1 + p.value / 100 : 1 - p.value / 100,
    periodMillis: p.periodSeconds * 1000,
  }));
  return {
    select: rules?.selectPolicy ?? 'Max',
    policies,
    windowMillis: (rules?.stabilizationWindowSeconds ?? defaultWindowSeconds) * 1000,
    longestMillis: policies.reduce((longest, p) => Math.max(longest, p.periodMillis), 0),
  };
};

const compileTolerance = (spec: HorizontalPodAutoscalerSpec, { rules, gates, flags }: HpaSettings): Tolerance => {
  const own = (direction: HPAScalingRules | undefined): number =>
    gates.HPAConfigurableTolerance && direction?.tolerance !== undefined
      ? quantityOf(direction.tolerance, 'tolerance').approximate
      : flags.tolerance;
  return {
    form: rules.toleranceForm,
    low: 1 - own(spec.behavior?.scaleDown),
    high: 1 + own(spec.behavior?.scaleUp),
    flag: flags.tolerance,
  };
};

/** Compiles a spec; API defaults are applied first. Throws PLATFORM_INVALID on a quantity that does not parse. */
export const compileHpa = (given: HorizontalPodAutoscalerSpec, settings: HpaSettings): CompiledHpa => {
  const spec = defaultHpaSpec(given);
  const { downscaleStabilizationSeconds } = settings.flags;
  const metrics = (spec.metrics ?? []).map(compileMetric);
  return {
    settings,
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas,
    metrics,
    tolerance: compileTolerance(spec, settings),
    behavior:
      spec.behavior === undefined
        ? null
        : {
            up: compileDirection(spec.behavior.scaleUp, 1, 0),
            down: compileDirection(spec.behavior.scaleDown, -1, downscaleStabilizationSeconds),
          },
    legacyWindowMillis: downscaleStabilizationSeconds * 1000,
    seesZero: (spec.metrics ?? []).some((m) => m.type === 'Object' || m.type === 'External'),
  };
};
