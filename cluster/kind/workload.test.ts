import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { emulatorSettings } from '../local/emulator-settings.ts';
import { smallPlatform, smallScenario } from '../local/small-world.test-support.ts';
import { loadService, replacedBy, workloadObjects } from './workload.ts';

const platform = smallPlatform(4);
const doors = { port: 2269, metricsPort: 9090 };
const fixed = (value: number) => ({ kind: 'fixed', value }) as const;
const { service } = smallScenario(1, 60);
const emulator = emulatorSettings(service, SERVICE_LAWS['pulse-pro-l40s']!);

describe('the workload of a scenario on kind', () => {
  const deployment = {
    ...platform.deployment,
    preStop: seconds(2.5),
    liveness: { ...platform.deployment.readiness!, initialDelay: seconds(30) },
    nodeSelector: { pool: 'gpu' },
    tolerations: [{ key: 'spot', effect: 'NoExecute' }],
  };
  const objects = workloadObjects({
    platform: { ...platform, deployment },
    doors,
    image: 'surgelab/emulator:abc',
    emulator,
    modelLoad: fixed(8),
    imagePull: fixed(1),
    seed: 5,
    replicas: 3,
    idleImage: 'pause',
  });

  it('is its namespace, Services, the settings of the emulator and the Deployment', () => {
    expect(objects.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces',
      '/api/v1/namespaces/smallest/serviceaccounts',
      '/api/v1/namespaces/smallest/services',
      '/api/v1/namespaces/smallest/configmaps',
      '/apis/apps/v1/namespaces/smallest/deployments',
    ]);
    const { data } = objects[3]!.body as { readonly data: { readonly 'emulator.json': string } };
    expect(JSON.parse(data['emulator.json'])).toEqual({
      emulator: JSON.parse(JSON.stringify(emulator)),
      doors,
      modelLoad: fixed(8),
      imagePull: fixed(1),
      seed: 5,
    });
  });

  it('asks for a card, has no rights, and is probed and ended as the Deployment says', () => {
    const probe = {
      httpGet: { path: '/health', port: 2269 },
      initialDelaySeconds: 0,
      periodSeconds: 2,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 20,
    };
    expect(objects[4]!.body).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'lightning-asr', namespace: 'smallest', labels: { app: 'lightning-asr' } },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'lightning-asr' } },
        template: {
          metadata: { labels: { app: 'lightning-asr' }, annotations: {} },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 30,
            nodeSelector: { pool: 'gpu' },
            tolerations: [
              { key: 'nvidia.com/gpu', operator: 'Exists' },
              { operator: 'Exists', key: 'spot', effect: 'NoExecute' },
            ],
            containers: [
              {
                name: 'lightning-asr',
                image: 'surgelab/emulator:abc',
                imagePullPolicy: 'IfNotPresent',
                env: [
                  { name: 'SURGELAB_EMULATOR', value: '/etc/surgelab/emulator.json' },
                  { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                ],
                ports: [
                  { name: 'http', containerPort: 2269, hostPort: 2269 },
                  { name: 'metrics', containerPort: 9090 },
                ],
                readinessProbe: probe,
                livenessProbe: {
                  ...probe,
                  httpGet: { path: '/health?probe=liveness', port: 2269 },
                  initialDelaySeconds: 30,
                },
                lifecycle: { preStop: { sleep: { seconds: 3 } } },
                resources: {
                  requests: { cpu: '500m', memory: '96Mi' },
                  limits: { memory: '512Mi', 'nvidia.com/gpu': '1' },
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
                volumeMounts: [{ name: 'surgelab-settings', mountPath: '/etc/surgelab', readOnly: true }],
              },
            ],
            volumes: [{ name: 'surgelab-settings', configMap: { name: 'surgelab-emulator' } }],
          },
        },
      },
    });
  });

  it('says what stands in for the images of the user', () => {
    const pod = 'Deployment smallest/lightning-asr spec.template.spec';
    expect(replacedBy(platform, 'surgelab/emulator:abc')).toEqual([
      `${pod}.volumes: without → with ConfigMap surgelab-emulator; settings of the emulator`,
      `${pod}.containers[0].image: emulated → surgelab/emulator:abc; a program of the vendor`,
      `${pod}.containers[0].env: without → with SURGELAB_EMULATOR and POD_NAME; settings of the emulator`,
      `${pod}.containers[0].volumeMounts: without → with /etc/surgelab; settings of the emulator`,
    ]);
  });

  it('gets a Service of its own where none selects the pods', () => {
    expect(loadService(platform, doors).isOwn).toBe(false);
    expect(loadService({ ...platform, services: [] }, doors)).toEqual({
      isOwn: true,
      service: {
        name: 'lightning-asr-surgelab',
        namespace: 'smallest',
        labels: {},
        selector: { app: 'lightning-asr' },
        ports: [{ name: 'http', port: 2269, targetPort: 2269 }],
      },
    });
  });
});
