// The scenario's workload as this profile runs it: the Deployment with the emulator's image, one card, no more rights than
// it needs, and the emulator's settings. Pure: typed platform in, objects of the API out.

import type { Distribution } from '../../model/distribution.ts';
import type { Platform, Probe, Service } from '../../model/platform.ts';
import type { ObjectToCreate } from '../bare/aggregation.ts';
import { GPU_RESOURCE } from '../bare/nodes.ts';
import { callersService } from '../bare/load-balancer.ts';
import {
  deploymentObject as platformDeployment,
  otherDeploymentObject,
  platformObjects,
} from '../bare/platform-objects.ts';
import type { PodDoors } from '../bare/pod-addresses.ts';
import type { ContainerSettings } from '../emulator/container-settings.ts';
import type { EmulatorSettings } from '../local/emulator-settings.ts';
import { emulated, replacedText } from '../manifests/emulated.ts';

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
const FILE = 'emulator.json';
export const SETTINGS_FILE = `${FOLDER}/${FILE}`;

const probeOf = (probe: Probe, port: number, path: string) => ({
  httpGet: { path, port },
  initialDelaySeconds: probe.initialDelay,
  periodSeconds: probe.period,
  timeoutSeconds: probe.timeout,
  successThreshold: probe.successThreshold,
  failureThreshold: probe.failureThreshold,
});

/** What this profile adds to the container that the emulator was put into. */
const ofThisProfile = ({ platform, doors, emulator }: WorkloadInput) => {
  const { readiness, liveness, startup, gpusPerPod } = platform.deployment;
  // The vendor's paths are one: what a loading pod answers to a liveness probe is asked for by name.
  const alive = emulator.healthWhileLoading ? '/health?probe=liveness' : '/health';
  const { port, metricsPort } = doors;
  return {
    imagePullPolicy: 'IfNotPresent',
    ports: [
      // One pod per node: its node's address is its own, and reachable from this machine without a Service.
      { name: 'http', containerPort: port, hostPort: port },
      ...(metricsPort === null ? [] : [{ name: 'metrics', containerPort: metricsPort }]),
    ],
    ...(readiness === null ? {} : { readinessProbe: probeOf(readiness, port, '/health') }),
    ...(liveness === null ? {} : { livenessProbe: probeOf(liveness, port, alive) }),
    ...(startup === null ? {} : { startupProbe: probeOf(startup, port, alive) }),
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
  };
};

/** The Deployment of the platform with the emulator in it, by the rule for every chart. */
const emulatedDeployment = ({ deployment }: Platform, port: number, replicas: number, image: string) => {
  const { path, body } = platformDeployment(deployment, port, replicas);
  const { documents, replaced } = emulated([body], { image, configMap: SETTINGS, folder: FOLDER, file: FILE });
  return { path, body: documents[0] as unknown as DeploymentBody, replaced };
};

interface DeploymentBody extends Readonly<Record<string, unknown>> {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly object[]; readonly tolerations: readonly object[] };
    };
  };
}

const deploymentObject = (input: WorkloadInput): ObjectToCreate => {
  const { path, body } = emulatedDeployment(input.platform, input.doors.port, input.replicas, input.image);
  const { template } = body.spec;
  const spec = {
    ...template.spec,
    // What the admission plugin ExtendedResourceToleration adds to every pod that asks for a card.
    tolerations: [{ key: GPU_RESOURCE, operator: 'Exists' }, ...template.spec.tolerations],
    containers: template.spec.containers.map((each) => ({ ...each, ...ofThisProfile(input) })),
  };
  return { path, body: { ...body, spec: { ...body.spec, template: { ...template, spec } } } };
};

const settingsObject = ({ platform, doors, emulator, modelLoad, imagePull, seed }: WorkloadInput): ObjectToCreate => {
  const settings: ContainerSettings = { emulator, doors, modelLoad, imagePull, seed };
  const { namespace } = platform.deployment;
  return {
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    body: { metadata: { name: SETTINGS, namespace }, data: { [FILE]: JSON.stringify(settings) } },
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

/** What stands in for the user's own, sentences. */
export const replacedBy = (platform: Platform, image: string): readonly string[] => [
  ...emulatedDeployment(platform, 0, 0, image).replaced.map(replacedText),
  ...platform.otherHpas.map(
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
