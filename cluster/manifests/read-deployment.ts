// A Deployment (apps/v1) to what the simulation needs of it, with the defaults of the API.

import type { Deployment, Probe } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { Cursor } from './cursor.ts';

const GPU = 'nvidia.com/gpu';

const readProbe = (cursor: Cursor): Probe | null => {
  if (!cursor.present) return null;
  const probe: Probe = {
    initialDelay: seconds(cursor.get('initialDelaySeconds').integer(0)),
    period: seconds(cursor.get('periodSeconds').integer(10, 1)),
    timeout: seconds(cursor.get('timeoutSeconds').integer(1, 1)),
    successThreshold: cursor.get('successThreshold').integer(1, 1),
    failureThreshold: cursor.get('failureThreshold').integer(3, 1),
  };
  cursor.rest(['httpGet', 'exec', 'tcpSocket', 'grpc']);
  return probe;
};

/** Seconds of `lifecycle.preStop`: its sleep action, or the number in an exec of `sleep N`. */
const readPreStop = (lifecycle: Cursor): number => {
  const hook = lifecycle.get('preStop');
  lifecycle.rest([]);
  if (!hook.present) return 0;
  const sleep = hook.get('sleep', 'seconds');
  if (sleep.present) return sleep.integer(0);
  const command = hook
    .get('exec', 'command')
    .items()
    .map((word) => word.text(''))
    .join(' ');
  const match = /\bsleep\s+(\d+)/.exec(command);
  if (match === null) hook.note('how long this hook takes is unknown; it counts as 0 s');
  return match === null ? 0 : Number(match[1]);
};

const gpusOf = (container: Cursor): number => {
  const limit = container.get('resources', 'limits').labels()[GPU];
  const request = container.get('resources', 'requests').labels()[GPU];
  return Number(limit ?? request ?? 0);
};

const CONTAINER_IRRELEVANT = [
  'args',
  'command',
  'env',
  'envFrom',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'tty',
  'volumeMounts',
  'workingDir',
];
const POD_IRRELEVANT = [
  'automountServiceAccountToken',
  'dnsPolicy',
  'enableServiceLinks',
  'imagePullSecrets',
  'priorityClassName',
  'restartPolicy',
  'runtimeClassName',
  'schedulerName',
  'securityContext',
  'serviceAccount',
  'serviceAccountName',
  'volumes',
];

/** The container that serves: one with a readiness probe, else with ports, else the first. */
const servingContainer = (containers: readonly Cursor[]): Cursor | undefined =>
  containers.find((one) => one.get('readinessProbe').present) ??
  containers.find((one) => one.get('ports').present) ??
  containers[0];

export const readDeployment = (object: Cursor): Deployment => {
  const spec = object.get('spec');
  const pod = spec.get('template', 'spec');
  const metadata = spec.get('template', 'metadata');
  const list = pod.get('containers');
  const containers = list.items();
  const main = servingContainer(containers);
  if (main === undefined) list.fail('at least one container');
  for (const other of containers) if (other !== main) other.note('a side container: only its GPUs count');
  const deployment: Deployment = {
    name: object.get('metadata', 'name').text(),
    namespace: object.get('metadata', 'namespace').text('default'),
    replicas: spec.get('replicas').integer(1),
    selector: spec.get('selector', 'matchLabels').labels(),
    podLabels: metadata.get('labels').labels(),
    podAnnotations: metadata.get('annotations').labels(),
    container: main?.get('name').text() ?? '',
    image: main?.get('image').text('') ?? '',
    ports: (main?.get('ports').items() ?? []).map((port) => ({
      name: port.get('name').text(''),
      containerPort: port.get('containerPort').integer(undefined, 1),
    })),
    gpusPerPod: containers.reduce((sum, one) => sum + gpusOf(one), 0),
    readiness: main === undefined ? null : readProbe(main.get('readinessProbe')),
    liveness: main === undefined ? null : readProbe(main.get('livenessProbe')),
    startup: main === undefined ? null : readProbe(main.get('startupProbe')),
    terminationGrace: seconds(pod.get('terminationGracePeriodSeconds').integer(30)),
    preStop: seconds(main === undefined ? 0 : readPreStop(main.get('lifecycle'))),
    nodeSelector: pod.get('nodeSelector').labels(),
    tolerations: pod
      .get('tolerations')
      .items()
      .map((toleration) => ({
        key: toleration.get('key').text(''),
        effect: toleration.get('effect').text(''),
      })),
  };
  main?.rest(CONTAINER_IRRELEVANT);
  pod.rest(POD_IRRELEVANT);
  // Strategy and its kin act on roll-outs, which a run does not contain.
  spec.rest(['minReadySeconds', 'paused', 'progressDeadlineSeconds', 'revisionHistoryLimit', 'strategy', 'template']);
  return deployment;
};
