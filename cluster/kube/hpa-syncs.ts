// The reconciles of one HPA, put together from the calls that its controller made: GET scale, a GET per metric, PUT scale,
// PUT status. Values of metrics are in the adapter's own log (an API server passes their answers through unread). Pure.

import type { AuditCall } from './audit-log.ts';

export interface TimedCall {
  /** The API server received it; it answered. Unix milliseconds. */
  readonly sentMillis: number;
  readonly answeredMillis: number;
  readonly code: number;
  readonly message: string;
}

export interface ScaleRead extends TimedCall {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** status.selector, the text. */
  readonly selector: string;
}

export interface MetricRead extends TimedCall {
  readonly uri: string;
  /** When the adapter received the call and answered it; null if it never saw it or keeps no log. */
  readonly adapter: { readonly receivedMillis: number; readonly answeredMillis: number } | null;
  /** [name of the described object or of the metric, quantity], as answered; null if unknown. */
  readonly values: readonly (readonly [of: string, quantity: string])[] | null;
}

export interface ScaleWrite extends TimedCall {
  readonly replicas: number;
}

export interface StatusWrite extends TimedCall {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly conditions: readonly (readonly [type: string, status: string, reason: string])[];
}

export interface HpaSync {
  /** Its first call was received, its last one answered. */
  readonly startMillis: number;
  readonly endMillis: number;
  readonly scale: ScaleRead;
  /** In the order of the spec. */
  readonly metrics: readonly MetricRead[];
  /** More than one only after a conflict. */
  readonly puts: readonly ScaleWrite[];
  readonly status: StatusWrite | null;
}

/** Which HPA: its own name, and the Deployment that it scales. */
export interface HpaIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly target: string;
  /** Names of the metrics of its spec. */
  readonly metrics: readonly string[];
}

export const HPA_CONTROLLER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';

const METRIC_GROUPS: ReadonlySet<string> = new Set([
  'custom.metrics.k8s.io',
  'external.metrics.k8s.io',
  'metrics.k8s.io',
]);
const CONFLICT = 409;

interface ScaleObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

interface HpaObject {
  readonly status?: {
    readonly currentReplicas?: number;
    readonly desiredReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

interface MetricList {
  readonly items?: readonly {
    readonly describedObject?: { readonly name?: string };
    readonly metricName?: string;
    readonly value?: string;
  }[];
}

const timed = ({ receivedMillis, answeredMillis, code, message }: AuditCall): TimedCall => ({
  sentMillis: receivedMillis,
  answeredMillis,
  code,
  message,
});

const scaleRead = (call: AuditCall): ScaleRead => {
  const { spec, status } = (call.response ?? {}) as ScaleObject;
  return {
    ...timed(call),
    specReplicas: spec?.replicas ?? 0,
    statusReplicas: status?.replicas ?? 0,
    selector: status?.selector ?? '',
  };
};

const scaleWrite = (call: AuditCall): ScaleWrite => ({
  ...timed(call),
  replicas: ((call.request ?? {}) as ScaleObject).spec?.replicas ?? 0,
});

const statusWrite = (call: AuditCall): StatusWrite => {
  const { status } = (call.request ?? {}) as HpaObject;
  return {
    ...timed(call),
    currentReplicas: status?.currentReplicas ?? 0,
    desiredReplicas: status?.desiredReplicas ?? 0,
    conditions: (status?.conditions ?? []).map((c) => [c.type, c.status, c.reason] as const),
  };
};

const valuesOf = (call: AuditCall): MetricRead['values'] => {
  const { items } = (call.response ?? {}) as MetricList;
  return items === undefined
    ? null
    : items.map((item) => [item.describedObject?.name ?? item.metricName ?? '', item.value ?? '']);
};

/** Paths of one request as two servers log them differ in their escapes alone. */
const plainPath = (uri: string): string => decodeURIComponent(uri.split('?')[0]!);

/** The adapter's own calls by path; each is taken once. */
class AdapterCalls {
  private readonly byPath = new Map<string, AuditCall[]>();

  constructor(calls: readonly AuditCall[]) {
    for (const call of calls) {
      const path = plainPath(call.uri);
      const list = this.byPath.get(path) ?? [];
      this.byPath.set(path, list);
      list.push(call);
    }
  }

  /** The call inside the API server's own. */
  take(outer: AuditCall): AuditCall | null {
    const list = this.byPath.get(plainPath(outer.uri)) ?? [];
    const at = list.findIndex(
      ({ receivedMillis: t }) => t >= outer.receivedMillis - CLOCK_MILLIS && t <= outer.answeredMillis + CLOCK_MILLIS,
    );
    return at === -1 ? null : list.splice(at, 1)[0]!;
  }
}

/** Both servers read one clock; their logs have microseconds. */
const CLOCK_MILLIS = 1;

const metricRead = (call: AuditCall, adapter: AdapterCalls): MetricRead => {
  const inner = adapter.take(call);
  return {
    ...timed(call),
    uri: call.uri,
    adapter: inner === null ? null : { receivedMillis: inner.receivedMillis, answeredMillis: inner.answeredMillis },
    values: call.code === 200 ? (valuesOf(call) ?? (inner === null ? null : valuesOf(inner))) : null,
  };
};

const lastSegment = (uri: string): string => plainPath(uri).split('/').at(-1)!;

const belongs = (hpa: HpaIdentity, call: AuditCall): boolean => {
  if (call.namespace !== hpa.namespace || call.user !== HPA_CONTROLLER) return false;
  if (call.subresource === 'scale') return call.name === hpa.target;
  if (call.resource === 'horizontalpodautoscalers') return call.name === hpa.name && call.verb !== 'get';
  return METRIC_GROUPS.has(call.group) && hpa.metrics.includes(lastSegment(call.uri));
};

interface Draft {
  readonly scale: ScaleRead;
  readonly metrics: MetricRead[];
  readonly puts: ScaleWrite[];
  status: StatusWrite | null;
}

const syncOf = ({ scale, metrics, puts, status }: Draft): HpaSync => ({
  startMillis: scale.sentMillis,
  endMillis: [...metrics, ...puts, ...(status === null ? [] : [status])].reduce(
    (end, { answeredMillis }) => Math.max(end, answeredMillis),
    scale.answeredMillis,
  ),
  scale,
  metrics,
  puts,
  status,
});

/**
 * The syncs of `hpa` in order. A reconcile begins with its GET scale; a GET after a PUT that met a conflict belongs to the
 * same one. What the controller did before its first GET scale in the log is left out.
 *
 * @param calls of the API server, in order of arrival
 * @param adapterCalls of the adapter; empty = values stay unknown
 */
export const hpaSyncs = (
  calls: readonly AuditCall[],
  adapterCalls: readonly AuditCall[],
  hpa: HpaIdentity,
): readonly HpaSync[] => {
  const adapter = new AdapterCalls(adapterCalls);
  const drafts: Draft[] = [];
  for (const call of calls) {
    if (!belongs(hpa, call)) continue;
    const open = drafts.at(-1);
    if (call.subresource === 'scale' && call.verb === 'get') {
      const again = open !== undefined && open.status === null && open.puts.at(-1)?.code === CONFLICT;
      if (!again) drafts.push({ scale: scaleRead(call), metrics: [], puts: [], status: null });
    } else if (open === undefined) continue;
    else if (call.subresource === 'scale') open.puts.push(scaleWrite(call));
    else if (call.resource === 'horizontalpodautoscalers') open.status = statusWrite(call);
    else open.metrics.push(metricRead(call, adapter));
  }
  return drafts.map(syncOf);
};
