import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { openManifests } from './documents.ts';
import { emulated } from './emulated.ts';
import type { KubeDocument } from './kube-document.ts';
import { readPlatform } from './read-platform.ts';

const IMAGE = 'surgelab/emulator:1';
const START = { image: IMAGE, configMap: 'surgelab-emulator', folder: '/etc/surgelab', file: 'emulator.json' };

/** As `helm template` prints a chart like the vendor's. */
const CHART = `
apiVersion: v1
kind: Secret
metadata: {name: license-key, namespace: asr}
stringData: {key: LICENCE-VALUE}
---
apiVersion: v1
kind: Secret
metadata: {name: registry, namespace: asr}
type: kubernetes.io/dockerconfigjson
stringData: {.dockerconfigjson: REGISTRY-VALUE}
---
apiVersion: v1
kind: Secret
metadata: {name: redis, namespace: asr}
stringData: {password: REDIS-VALUE}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: asr, namespace: asr}
imagePullSecrets: [{name: registry}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: model-cache, namespace: asr}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 100Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: redis-data, namespace: asr}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: license-proxy, namespace: asr}
spec:
  selector: {matchLabels: {app: license-proxy}}
  template:
    metadata: {labels: {app: license-proxy}}
    spec:
      imagePullSecrets: [{name: registry}]
      containers:
        - name: license-proxy
          image: quay.io/vendor/license-proxy:2
          env: [{name: LICENSE_KEY, valueFrom: {secretKeyRef: {name: license-key, key: key}}}]
---
apiVersion: v1
kind: Service
metadata: {name: license-proxy, namespace: asr}
spec: {selector: {app: license-proxy}, ports: [{port: 3369}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: warm-up, namespace: asr}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: warm-up, image: quay.io/vendor/tools:2}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lightning-asr, namespace: asr, labels: {app: lightning-asr}}
spec:
  replicas: 2
  selector: {matchLabels: {app: lightning-asr}}
  template:
    metadata: {labels: {app: lightning-asr}, annotations: {team: speech}}
    spec:
      serviceAccountName: asr
      imagePullSecrets: [{name: registry}]
      terminationGracePeriodSeconds: 45
      tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
      initContainers:
        - {name: wait-for-license, image: 'busybox:1', command: [sh, -c, 'until nc -z license-proxy 3369; do sleep 1; done']}
        - name: download-model
          image: amazon/aws-cli:2
          command: [aws, s3, sync, 's3://bucket/x', /models]
          volumeMounts: [{name: models, mountPath: /models}]
        - {name: sysctl, image: 'busybox:1', command: [sysctl, -w, net.core.somaxconn=4096]}
      containers:
        - {name: tokenizer, image: 'quay.io/vendor/tokenizer:2', ports: [{containerPort: 2269}]}
        - name: lightning-asr
          image: quay.io/vendor/lightning-asr:1.4@sha256:00ff
          command: [/opt/asr/serve]
          args: [--port, '2269']
          env:
            - {name: LICENSE_PROXY_URL, value: 'http://license-proxy:3369'}
            - {name: API_TOKEN, valueFrom: {secretKeyRef: {name: license-key, key: key}}}
            - {name: LOG_LEVEL, value: info}
          envFrom: [{secretRef: {name: license-key}}]
          ports: [{name: http, containerPort: 2269}, {name: metrics, containerPort: 9090}]
          readinessProbe: {httpGet: {path: /health, port: http}, periodSeconds: 5}
          resources: {limits: {nvidia.com/gpu: 1, memory: 16Gi}}
          volumeMounts: [{name: models, mountPath: /models}, {name: shm, mountPath: /dev/shm}]
        - {name: log-agent, image: 'fluent/fluent-bit:3', args: [-q]}
      volumes:
        - {name: models, persistentVolumeClaim: {claimName: model-cache}}
        - {name: shm, emptyDir: {medium: Memory}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis, namespace: asr}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      containers:
        - name: redis
          image: redis:7
          env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: redis-data}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: lightning-asr, namespace: asr}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: lightning-asr}
  minReplicas: 1
  maxReplicas: 4
  metrics: [{type: Pods, pods: {metric: {name: asr_active_requests}, target: {type: AverageValue, averageValue: '4'}}}]
`;

const documentsOf = (text: string): readonly KubeDocument[] =>
  openManifests([{ file: 'chart.yaml', text }]).documents.map(({ value }) => value);
const named = (documents: readonly KubeDocument[]): string[] =>
  documents.map(({ kind, metadata }) => `${kind as string} ${(metadata as { name: string }).name}`);
const asText = (documents: readonly KubeDocument[]): string =>
  documents.map((document) => stringify(document)).join('---\n');

describe("the vendor's chart with the emulator in it", () => {
  const { documents, replaced } = emulated(documentsOf(CHART), START);

  it('keeps every object that is not for licences, registries or models', () => {
    expect(named(documents)).toEqual([
      'Secret redis',
      'ServiceAccount asr',
      'PersistentVolumeClaim redis-data',
      'Deployment lightning-asr',
      'StatefulSet redis',
      'HorizontalPodAutoscaler lightning-asr',
    ]);
  });

  it('lists each change, with the reason', () => {
    const spec = 'spec.template.spec';
    const lines = replaced.map(({ object, path, was, now, why }) => [object, path, was, now, why].join(' | '));
    const gone = (object: string, why: string): string => `${object} |  | ${object} |  | ${why}`;
    const asr = (path: string, was: string, now: string, why: string): string =>
      `Deployment asr/lightning-asr | ${spec}.${path} | ${was} | ${now} | ${why}`;
    expect(lines).toEqual([
      gone('Secret asr/license-key', 'the emulator needs no licence'),
      gone('Secret asr/registry', 'the emulator needs no private registry'),
      'ServiceAccount asr/asr | imagePullSecrets | [{"name":"registry"}] |  | the emulator needs no private registry',
      gone('PersistentVolumeClaim asr/model-cache', 'the emulator has no model to store'),
      gone('Deployment asr/license-proxy', 'the emulator needs no licence'),
      gone('Service asr/license-proxy', 'the emulator needs no licence'),
      gone('Job asr/warm-up', 'the emulator has nothing to prepare'),
      asr('imagePullSecrets', '[{"name":"registry"}]', '', 'the emulator needs no private registry'),
      asr('initContainers[0]', 'wait-for-license', '', 'the emulator needs no licence'),
      asr('initContainers[1]', 'download-model', '', 'the emulator has no model to fetch'),
      asr('containers[0]', 'tokenizer', '', 'one emulator is the whole pod'),
      asr('volumes[0]', 'models', '', 'what it held is gone'),
      asr('volumes', 'without', 'with ConfigMap surgelab-emulator', 'settings of the emulator'),
      asr('containers[1].env[0]', 'LICENSE_PROXY_URL', '', 'the emulator needs no licence'),
      asr('containers[1].env[1]', 'API_TOKEN', '', 'the emulator needs no licence'),
      asr('containers[1].envFrom[0]', 'Secret license-key', '', 'the emulator needs no licence'),
      asr('containers[1].volumeMounts[0]', 'models', '', 'its volume is gone'),
      asr('containers[1].image', 'quay.io/vendor/lightning-asr:1.4@sha256:00ff', IMAGE, 'a program of the vendor'),
      asr('containers[1].command', '1 word', '', "the emulator's image starts by itself"),
      asr('containers[1].args', '2 words', '', "the emulator's image starts by itself"),
      asr('containers[1].env', 'without', 'with SURGELAB_EMULATOR and POD_NAME', 'settings of the emulator'),
      asr('containers[1].volumeMounts', 'without', 'with /etc/surgelab', 'settings of the emulator'),
    ]);
    expect(JSON.stringify(replaced)).not.toMatch(/-VALUE/);
  });

  it('leaves in the pod what decides how it schedules, starts, is probed and ends', () => {
    const deployment = documents[3]!['spec'] as { template: { spec: KubeDocument } };
    expect(deployment.template.spec).toEqual({
      serviceAccountName: 'asr',
      terminationGracePeriodSeconds: 45,
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
      initContainers: [{ name: 'sysctl', image: 'busybox:1', command: ['sysctl', '-w', 'net.core.somaxconn=4096'] }],
      containers: [
        {
          name: 'lightning-asr',
          image: IMAGE,
          env: [
            { name: 'LOG_LEVEL', value: 'info' },
            { name: 'SURGELAB_EMULATOR', value: '/etc/surgelab/emulator.json' },
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          ports: [
            { name: 'http', containerPort: 2269 },
            { name: 'metrics', containerPort: 9090 },
          ],
          readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 5 },
          resources: { limits: { 'nvidia.com/gpu': 1, memory: '16Gi' } },
          volumeMounts: [
            { name: 'shm', mountPath: '/dev/shm' },
            { name: 'surgelab-settings', mountPath: '/etc/surgelab', readOnly: true },
          ],
        },
        { name: 'log-agent', image: 'fluent/fluent-bit:3', args: ['-q'] },
      ],
      volumes: [
        { name: 'shm', emptyDir: { medium: 'Memory' } },
        { name: 'surgelab-settings', configMap: { name: 'surgelab-emulator' } },
      ],
    });
  });

  it('is to the reader of platforms what the chart was, but for the image', () => {
    const read = (text: string) => {
      const { deployment, services, ...platform } = readPlatform([{ file: 'chart.yaml', text }], {
        'deployment.name': 'lightning-asr',
      });
      return {
        ...platform,
        notes: [],
        services: services.filter(({ name }) => name !== 'license-proxy'),
        deployment: { ...deployment, image: '' },
      };
    };
    expect(read(asText(documents))).toEqual(read(CHART));
  });

  it('changes nothing in a second pass', () => {
    const again = emulated(documents, START);
    expect(again.documents).toEqual(documents);
    expect(again.replaced.map(({ path, was, now }) => [path, was, now])).toEqual([]);
  });

  it('takes what an HPA scales for the vendor where nothing asks for a card', () => {
    const small = documentsOf(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: asr}
spec: {template: {spec: {containers: [{name: asr, image: 'asr:1'}, {name: proxy, image: 'envoy:1'}]}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: asr}
spec: {maxReplicas: 2, scaleTargetRef: {kind: Deployment, name: asr}}
`);
    const images = emulated(small, START).replaced.filter(({ now }) => now === IMAGE);
    expect(images.map(({ path, was }) => [path, was])).toEqual([['spec.template.spec.containers[0].image', 'asr:1']]);
  });
});
