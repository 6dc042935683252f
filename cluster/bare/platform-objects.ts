// The platform of a scenario as objects of the API. They are made from the typed platform, not from the user's files: what
// simulation knows is then what the cluster has, `set:` included, and nothing asks for volumes, secrets or images that
// processes do not have. Pure.

import type { Deployment, Hpa, Platform, Probe, Service } from '../../model/platform.ts';
import type { ObjectToCreate } from './aggregation.ts';
import { GPU_RESOURCE, OTHERS_TAINT } from './nodes.ts';

const probeOf = (probe: Probe, port: number) => ({
  httpGet: { path: '/health', port },
  initialDelaySeconds: probe.initialDelay,
  periodSeconds: probe.period,
  timeoutSeconds: probe.timeout,
  successThreshold: probe.successThreshold,
  failureThreshold: probe.failureThreshold,
});

const podSpec = (deployment: Deployment, port: number) => {
  const { readiness, liveness, startup, gpusPerPod, preStop, terminationGrace } = deployment;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: terminationGrace,
    nodeSelector: deployment.nodeSelector,
    tolerations: deployment.tolerations.map(({ key, effect }) => ({
      operator: 'Exists',
      ...(key === '' ? {} : { key }),
      ...(effect === '' ? {} : { effect }),
    })),
    containers: [
      {
        name: deployment.container,
        image: deployment.image,
        ports: deployment.ports.map(({ name, containerPort }) => ({ ...(name === '' ? {} : { name }), containerPort })),
        ...(readiness === null ? {} : { readinessProbe: probeOf(readiness, port) }),
        ...(liveness === null ? {} : { livenessProbe: probeOf(liveness, port) }),
        ...(startup === null ? {} : { startupProbe: probeOf(startup, port) }),
        ...(gpusPerPod === 0 ? {} : { resources: { limits: { [GPU_RESOURCE]: String(gpusPerPod) } } }),
        ...(preStop === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: Math.ceil(preStop) } } } }),
      },
    ],
  };
};

const deploymentsPath = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** @param port of probes; @param replicas at the start of the run */
export const deploymentObject = (deployment: Deployment, port: number, replicas: number): ObjectToCreate => ({
  path: deploymentsPath(deployment.namespace),
  body: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: deployment.name, namespace: deployment.namespace, labels: deployment.podLabels },
    spec: {
      replicas,
      selector: { matchLabels: deployment.selector },
      template: {
        metadata: { labels: deployment.podLabels, annotations: deployment.podAnnotations },
        spec: podSpec(deployment, port),
      },
    },
  },
});

/** A workload beside the speech pods: as many pods as its HPA asks for, on the node without cards. */
export const otherDeploymentObject = (hpa: Hpa): ObjectToCreate => {
  const { name } = hpa.spec.scaleTargetRef;
  const labels = { app: name };
  return {
    path: deploymentsPath(hpa.namespace),
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: hpa.namespace, labels },
      spec: {
        replicas: hpa.spec.minReplicas ?? 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 1,
            tolerations: [{ key: OTHERS_TAINT.key, operator: 'Exists' }],
            containers: [{ name, image: `${name}:none` }],
          },
        },
      },
    },
  };
};

export const serviceObject = ({ name, namespace, labels, selector, ports }: Service): ObjectToCreate => ({
  path: `/api/v1/namespaces/${namespace}/services`,
  body: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: {
      selector,
      ports: ports.map((port) => ({
        ...(port.name === '' ? {} : { name: port.name }),
        port: port.port,
        targetPort: port.targetPort,
      })),
    },
  },
});

export const hpaObject = ({ name, namespace, spec }: Hpa): ObjectToCreate => ({
  path: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
  body: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name, namespace }, spec },
});

const namespaceObject = (name: string): ObjectToCreate => ({
  path: '/api/v1/namespaces',
  body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
});

/** Without one, admission refuses pods; its controller makes it too, a little later. */
const serviceAccountObject = (namespace: string): ObjectToCreate => ({
  path: `/api/v1/namespaces/${namespace}/serviceaccounts`,
  body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
});

/** Everything but the HPAs, in the order in which it is created; what exists already is fine. */
export const platformObjects = (platform: Platform, port: number, replicas: number): readonly ObjectToCreate[] => {
  const { deployment, services, otherHpas } = platform;
  const namespaces = [...new Set([deployment, ...services, ...otherHpas].map(({ namespace }) => namespace))];
  return [
    ...namespaces.flatMap((namespace) => [namespaceObject(namespace), serviceAccountObject(namespace)]),
    ...services.map(serviceObject),
    deploymentObject(deployment, port, replicas),
    ...otherHpas.map(otherDeploymentObject),
  ];
};
