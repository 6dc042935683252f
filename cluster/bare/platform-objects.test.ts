import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../local/small-world.test-support.ts';
import { seconds } from '../../model/units.ts';
import { hpaObject, platformObjects } from './platform-objects.ts';

describe('the platform as objects of the API', () => {
  it('has namespace, account, Services and the Deployment with everything that the simulation knows', () => {
    const platform = smallPlatform(4);
    const deployment = {
      ...platform.deployment,
      preStop: seconds(2.5),
      nodeSelector: { pool: 'gpu' },
      tolerations: [
        { key: 'nvidia.com/gpu', effect: 'NoSchedule' },
        { key: '', effect: '' },
      ],
    };
    const objects = platformObjects({ ...platform, deployment }, 2269, 3);
    expect(objects.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces',
      '/api/v1/namespaces/smallest/serviceaccounts',
      '/api/v1/namespaces/smallest/services',
      '/apis/apps/v1/namespaces/smallest/deployments',
    ]);
    expect(objects[2]?.body).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'lightning-asr-metrics',
        namespace: 'smallest',
        labels: { app: 'lightning-asr', metrics: 'true' },
      },
      spec: { selector: { app: 'lightning-asr' }, ports: [{ name: 'metrics', port: 9090, targetPort: 9090 }] },
    });
    expect(objects[3]?.body).toEqual({
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
            tolerations: [{ operator: 'Exists', key: 'nvidia.com/gpu', effect: 'NoSchedule' }, { operator: 'Exists' }],
            containers: [
              {
                name: 'lightning-asr',
                image: 'emulated',
                ports: [{ name: 'metrics', containerPort: 9090 }],
                readinessProbe: {
                  httpGet: { path: '/health', port: 2269 },
                  initialDelaySeconds: 0,
                  periodSeconds: 2,
                  timeoutSeconds: 1,
                  successThreshold: 1,
                  failureThreshold: 20,
                },
                resources: { limits: { 'nvidia.com/gpu': '1' } },
                lifecycle: { preStop: { sleep: { seconds: 3 } } },
              },
            ],
          },
        },
      },
    });
  });

  it('gives another workload with an HPA as many pods as its minimum, on the node without cards', () => {
    const platform = smallPlatform(4);
    const other = {
      ...platform.hpa!,
      name: 'api-server',
      spec: { ...platform.hpa!.spec, minReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'api-server' } },
    };
    const created = platformObjects({ ...platform, otherHpas: [other] }, 2269, 1).at(-1);
    expect(created?.body).toMatchObject({
      metadata: { name: 'api-server' },
      spec: {
        replicas: 2,
        template: {
          spec: {
            tolerations: [{ key: 'surgelab.dev/others', operator: 'Exists' }],
            containers: [{ name: 'api-server' }],
          },
        },
      },
    });
    expect(hpaObject(other)).toEqual({
      path: '/apis/autoscaling/v2/namespaces/smallest/horizontalpodautoscalers',
      body: {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'api-server', namespace: 'smallest' },
        spec: other.spec,
      },
    });
  });
});
