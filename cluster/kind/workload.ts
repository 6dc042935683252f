// The scenario's workload as this profile runs it: the Deployment with the emulator's image, one card, no more rights than
// it needs, and the emulator's settings. Pure: typed platform in, objects of the API out.

import type { Distribution } from '../../model/distribution.ts';
import type { Platform, Probe, Service } from '../../model/platform.ts';
import type { ObjectToCreate } from '../bare/aggregation.ts';
import { GPU_RESOURCE } from '../bare/nodes.ts';
import { callersService } from '../bare/load-balancer.ts';
import { otherDeploymentObject, platformObjects } from '../bare/platform-objects.ts';
import type { PodDoors } from '../bare/pod-addresses.ts';
import type { ContainerSettings } from '../emulator/container-settings.ts';
import type { EmulatorSettings } from '../local/emulator-settings.ts';

export interface WorkloadInput {
  readonly platform: Platform;
  readonly doors: PodDoors;
  readonly image: string;
  readonly emulator: EmulatorSettings;
  readonly modelLoad: Distribution;
  readonly imagePull: Distribution;
  readonly seed: number;
  readonly replicas: number;
  /** Does nothing and ends when told: for workloads that only have to be counted. */
  readonly idleImage: string;
}

const SETTINGS = 'surgelab-emulator';
const FOLDER = '/etc/surgelab';
export const SETTINGS_FILE = `${FOLDER}/emulator.json`;

const probeOf = (probe: Probe, port: number, path: string) => ({
  httpGet: { path, port },
  initialDelaySeconds: probe.initialDelay,
  periodSeconds: probe.period,
  timeoutSeconds: probe.timeout,
  successThreshold: probe.successThreshold,
  failureThreshold: probe.failureThreshold,
});

const container = ({ platform, doors, image, emulator }: WorkloadInput) => {
  const { container: name, readiness, liveness, startup, preStop, gpusPerPod } = platform.deployment;
  // The vendor's paths are one: what a loading pod answers to a liveness probe is asked for by name.
  const alive = emulator.healthWhileLoading ? '/health?probe=liveness' : '/health';
  const { port, metricsPort } = doors;
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'SURGELAB_EMULATOR', value: SETTINGS_FILE },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    ports: [
      // One pod per node: its node's address is its own, and reachable from this machine without a Service.
      { name: 'http', containerPort: port, hostPort: port },
      ...(metricsPort === null ? [] : [{ name: 'metrics', containerPort: metricsPort }]),
    ],
    ...(readiness === null ? {} : { readinessProbe: probeOf(readiness, port, '/health') }),
    ...(liveness === null ? {} : { livenessProbe: probeOf(liveness, port, alive) }),
    ...(startup === null ? {} : { startupProbe: probeOf(startup, port, alive) }),
    ...(preStop === 0 ? {} : { lifecycle: { preStop: { sleep: { seconds: Math.ceil(preStop) } } } }),
    resources: {
      requests: { cpu: '500m', memory: '96Mi' },
      limits: { memory: '512Mi', [GPU_RESOURCE]: String(gpusPerPod) },
    },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_534,
      runAsGroup: 65_534,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ name: 'settings', mountPath: FOLDER, readOnly: true }],
  };
};

const deploymentObject = (input: WorkloadInput): ObjectToCreate => {
  const { deployment } = input.platform;
  const { name, namespace, podLabels, podAnnotations, selector } = deployment;
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    body: {
      metadata: { name, namespace, labels: podLabels },
      spec: {
        replicas: input.replicas,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: podLabels, annotations: podAnnotations },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: deployment.terminationGrace,
            nodeSelector: deployment.nodeSelector,
            tolerations: [
              // What the admission plugin ExtendedResourceToleration adds to every pod that asks for a card.
              { key: GPU_RESOURCE, operator: 'Exists' },
              ...deployment.tolerations.map(({ key, effect }) => ({
                operator: 'Exists',
                ...(key === '' ? {} : { key }),
                ...(effect === '' ? {} : { effect }),
              })),
            ],
            containers: [container(input)],
            volumes: [{ name: 'settings', configMap: { name: SETTINGS } }],
          },
        },
      },
    },
  };
};

const settingsObject = ({ platform, doors, emulator, modelLoad, imagePull, seed }: WorkloadInput): ObjectToCreate => {
  const settings: ContainerSettings = { emulator, doors, modelLoad, imagePull, seed };
  const { namespace } = platform.deployment;
  return {
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    body: { metadata: { name: SETTINGS, namespace }, data: { 'emulator.json': JSON.stringify(settings) } },
  };
};

/** The Service that the load follows: the callers' own, or one that is added. */
export const loadService = (platform: Platform, { port }: PodDoors): { service: Service; isOwn: boolean } => {
  const { name, namespace, selector } = platform.deployment;
  const found = callersService(platform, port);
  if (found !== null) return { service: found, isOwn: false };
  return {
    service: {
      name: `${name}-surgelab`,
      namespace,
      labels: {},
      selector,
      ports: [{ name: 'http', port, targetPort: port }],
    },
    isOwn: true,
  };
};

/** A workload beside the speech pods, on the control plane, which has no card. */
const otherObjects = ({ platform, idleImage }: WorkloadInput): readonly ObjectToCreate[] =>
  platform.otherHpas.map((hpa) => {
    const { path, body } = otherDeploymentObject(hpa);
    const spec = body['spec'] as { readonly template: { readonly spec: { readonly containers: readonly object[] } } };
    const podSpec = {
      ...spec.template.spec,
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      containers: spec.template.spec.containers.map((each) => ({ ...each, image: idleImage })),
    };
    return { path, body: { ...body, spec: { ...spec, template: { ...spec.template, spec: podSpec } } } };
  });

/** What stands in for the user's own images, sentences. */
export const replacedBy = ({ deployment, otherHpas }: Platform, image: string): readonly string[] => [
  `Deployment ${deployment.name}: image ${deployment.image} is replaced by ${image}; its volumes, secrets and resource requests are left out`,
  ...otherHpas.map(
    ({ spec }) => `Deployment ${spec.scaleTargetRef.name}: its pods do nothing, only their number counts`,
  ),
];

/** Everything but the HPAs, in the order in which it is created. */
export const workloadObjects = (input: WorkloadInput): readonly ObjectToCreate[] => [
  ...platformObjects(input.platform, input.doors.port, input.replicas).filter(
    ({ path }) => !path.endsWith('/deployments'),
  ),
  settingsObject(input),
  deploymentObject(input),
  ...otherObjects(input),
];
