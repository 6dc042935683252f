// Objects of the API as the doctor's facts. JSON in, facts out; what is missing gets the API's default. Pure.

import type { HorizontalPodAutoscalerSpec, LabelMap, LabelSelector } from '../../model/kubernetes-hpa.ts';
import type { Monitor, MonitorEndpoint, MonitorSpec } from '../../model/kubernetes-monitoring.ts';
import type { Service } from '../../model/platform.ts';
import type { KubeObject } from '../kube/client.ts';
import type { HpaFacts, NodeFacts, PodFacts, PrometheusObject, WorkloadFacts } from './facts.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface PodSpec {
  readonly containers?: readonly {
    readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    readonly resources?: { readonly limits?: LabelMap; readonly requests?: LabelMap };
  }[];
}

export interface DeploymentObject extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly selector: LabelSelector;
    readonly template: { readonly metadata?: { readonly labels?: LabelMap }; readonly spec: PodSpec };
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const GPU = 'nvidia.com/gpu';

export const workloadFacts = ({ metadata, spec, status }: DeploymentObject): WorkloadFacts => {
  const containers = spec.template.spec.containers ?? [];
  const trouble = status?.conditions?.find(
    ({ type, status: state }) =>
      (type === 'ReplicaFailure' && state === 'True') || (type === 'Progressing' && state === 'False'),
  );
  return {
    name: metadata.name,
    replicas: spec.replicas ?? 1,
    selector: spec.selector.matchLabels ?? {},
    podLabels: spec.template.metadata?.labels ?? {},
    paused: spec.paused === true,
    ports: containers.flatMap(({ ports }) =>
      (ports ?? []).map(({ name, containerPort }) => ({ name: name ?? '', containerPort })),
    ),
    gpusPerPod: containers.reduce(
      (sum, { resources }) => sum + Number(resources?.limits?.[GPU] ?? resources?.requests?.[GPU] ?? 0),
      0,
    ),
    trouble: trouble?.message ?? null,
  };
};

export interface PodObject extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

/** The first that says something: not scheduled, container waits, a condition. */
const reasonOf = ({ status }: PodObject): string => {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return `${scheduled.reason ?? 'not scheduled'}: ${scheduled.message ?? ''}`;
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  if (waiting !== undefined)
    return `${waiting.reason ?? 'waiting'}${waiting.message === undefined ? '' : `: ${waiting.message}`}`;
  const unready = status?.conditions?.find(({ type, status: state }) => type === 'Ready' && state !== 'True');
  return unready?.message ?? unready?.reason ?? '';
};

export const podFacts = (pod: PodObject): PodFacts => ({
  name: pod.metadata.name,
  ip: pod.status?.podIP ?? '',
  phase: pod.status?.phase ?? 'Pending',
  ready: pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
  reason: reasonOf(pod),
  restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
});

export interface ServiceObject extends KubeObject {
  readonly spec: {
    readonly selector?: LabelMap;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: string | number;
    }[];
  };
}

export const serviceFacts = ({ metadata, spec }: ServiceObject): Service => ({
  name: metadata.name,
  namespace: metadata.namespace ?? 'default',
  labels: metadata.labels ?? {},
  selector: spec.selector ?? {},
  ports: (spec.ports ?? []).map(({ name, port, targetPort }) => ({
    name: name ?? '',
    port,
    targetPort: targetPort ?? port,
  })),
});

interface MetricStatus {
  readonly name?: string;
  readonly metric?: { readonly name: string };
  readonly current?: { readonly value?: string; readonly averageValue?: string; readonly averageUtilization?: number };
}

export interface HpaObject extends KubeObject {
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status?: {
    readonly currentReplicas?: number;
    readonly conditions?: readonly Condition[];
    readonly currentMetrics?:
      readonly ({ readonly type: string } & Readonly<Record<string, MetricStatus | string | undefined>>)[] | null;
  };
}

/** A metric that was not read stands there as an entry without a name. */
const readMetrics = ({ status }: HpaObject): HpaFacts['read'] =>
  (status?.currentMetrics ?? []).flatMap((entry) => {
    const details = Object.values(entry).find((each): each is MetricStatus => typeof each === 'object');
    const name = details?.metric?.name ?? details?.name ?? '';
    const { averageValue, value, averageUtilization } = details?.current ?? {};
    const shown = averageValue ?? value ?? (averageUtilization === undefined ? undefined : `${averageUtilization} %`);
    return name === '' || shown === undefined ? [] : [{ name, value: shown }];
  });

export const hpaFacts = (hpa: HpaObject): HpaFacts => ({
  name: hpa.metadata.name,
  target: { kind: hpa.spec.scaleTargetRef.kind, name: hpa.spec.scaleTargetRef.name },
  min: hpa.spec.minReplicas ?? 1,
  max: hpa.spec.maxReplicas,
  current: hpa.status?.currentReplicas ?? 0,
  metrics: hpa.spec.metrics ?? [],
  read: readMetrics(hpa),
  conditions: (hpa.status?.conditions ?? []).map(({ type, status, reason, message }) => ({
    type,
    status,
    reason: reason ?? '',
    message: message ?? '',
  })),
});

export interface NodeObject extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly allocatable?: LabelMap;
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly containerRuntimeVersion?: string };
  };
}

export const nodeFacts = ({ metadata, spec, status }: NodeObject): NodeFacts => ({
  name: metadata.name,
  ready: status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false,
  schedulable: spec?.unschedulable !== true,
  gpus: Number(status?.allocatable?.[GPU] ?? 0),
});

/** Nodes of the bare profile: pods are processes on loopback, and the API server cannot reach them. */
export const runsProcesses = ({ status }: NodeObject): boolean =>
  status?.nodeInfo?.containerRuntimeVersion?.startsWith('process://') ?? false;

export interface MonitorObject extends KubeObject {
  readonly spec: MonitorSpec & {
    readonly endpoints?: readonly MonitorEndpoint[];
    readonly podMetricsEndpoints?: readonly MonitorEndpoint[];
  };
}

export const monitorFacts = ({ metadata, spec }: MonitorObject, kind: Monitor['kind']): Monitor => ({
  kind,
  name: metadata.name,
  namespace: metadata.namespace ?? 'default',
  labels: metadata.labels ?? {},
  spec,
  endpoints: spec.endpoints ?? spec.podMetricsEndpoints ?? [],
});

export interface PrometheusResource extends KubeObject {
  readonly spec?: Readonly<
    Partial<
      Record<
        | 'serviceMonitorSelector'
        | 'serviceMonitorNamespaceSelector'
        | 'podMonitorSelector'
        | 'podMonitorNamespaceSelector',
        LabelSelector
      >
    >
  >;
}

export const prometheusObject = ({ metadata, spec }: PrometheusResource): PrometheusObject => ({
  name: metadata.name,
  namespace: metadata.namespace ?? 'default',
  monitors: {
    selector: spec?.serviceMonitorSelector ?? null,
    namespaces: spec?.serviceMonitorNamespaceSelector ?? null,
  },
  podMonitors: { selector: spec?.podMonitorSelector ?? null, namespaces: spec?.podMonitorNamespaceSelector ?? null },
});
