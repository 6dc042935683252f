import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import type { ArgumentInput } from './arguments.ts';
import { ARGUMENTS } from './arguments.ts';
import type { Component } from './component-names.ts';
import { COMPONENTS } from './component-names.ts';
import { layoutOf } from './layout.ts';

const INPUT: ArgumentInput = {
  layout: layoutOf('/plane', '/run/logs'),
  ports: {
    etcd: 1,
    etcdPeer: 2,
    apiServer: 3,
    controllerManager: 4,
    scheduler: 5,
    prometheus: 6,
    adapter: 7,
    kubeStateMetrics: 8,
    kubeStateMetricsOwn: 9,
  },
  controller: { version: '1.37', syncPeriod: seconds(10), tolerance: 0.05, downscaleStabilization: seconds(120) },
  adapter: { config: {}, relistInterval: seconds(30), maxAge: seconds(90) },
  retention: seconds(864_000),
  nodeLifecycle: true,
};

const flags = (component: Component, input = INPUT): Readonly<Record<string, string | true>> =>
  Object.fromEntries(
    ARGUMENTS[component](input).map((argument) => {
      const [name, ...value] = argument.replace(/^--/, '').split('=');
      return [name!, value.length === 0 ? true : value.join('=')];
    }),
  );

describe('the command lines of the control plane', () => {
  it('give the HPA what the platform says', () => {
    const given = flags('kube-controller-manager');
    expect(Object.entries(given).filter(([name]) => name.startsWith('horizontal'))).toEqual([
      ['horizontal-pod-autoscaler-sync-period', '10s'],
      ['horizontal-pod-autoscaler-tolerance', '0.05'],
      ['horizontal-pod-autoscaler-downscale-stabilization', '2m'],
    ]);
  });

  it('start the node controllers only where somebody renews leases', () => {
    const controllers = (nodeLifecycle: boolean) =>
      String(flags('kube-controller-manager', { ...INPUT, nodeLifecycle })['controllers']).split(',');
    const without = controllers(false);
    expect(controllers(true)).toEqual([...without, 'node-lifecycle-controller', 'taint-eviction-controller']);
    expect(without).toEqual([
      'deployment-controller',
      'replicaset-controller',
      'horizontal-pod-autoscaler-controller',
      'disruption-controller',
      'endpoints-controller',
      'endpointslice-controller',
      'garbage-collector-controller',
      'pod-garbage-collector-controller',
      'namespace-controller',
      'serviceaccount-controller',
      'serviceaccount-token-controller',
      'root-ca-certificate-publisher-controller',
    ]);
  });

  it('give the adapter the platform’s intervals, Prometheus and its own audit log', () =>
    expect(flags('adapter')).toEqual({
      'prometheus-url': 'http://127.0.0.1:6',
      config: '/plane/adapter.yaml',
      'metrics-relist-interval': '30s',
      'metrics-max-age': '1m30s',
      'lister-kubeconfig': '/plane/adapter.kubeconfig',
      'authentication-kubeconfig': '/plane/adapter.kubeconfig',
      'authorization-kubeconfig': '/plane/adapter.kubeconfig',
      'bind-address': '127.0.0.1',
      'secure-port': '7',
      'tls-cert-file': '/plane/server.crt',
      'tls-private-key-file': '/plane/server.key',
      'audit-policy-file': '/plane/adapter-audit-policy.yaml',
      'audit-log-path': '/run/logs/adapter-audit.log',
    }));

  it('give Prometheus its retention and let it be reloaded', () =>
    expect(flags('prometheus')).toEqual({
      'config.file': '/plane/prometheus/prometheus.yml',
      'storage.tsdb.path': '/plane/prometheus-data',
      'storage.tsdb.retention.time': '10d',
      'web.listen-address': '127.0.0.1:6',
      'web.enable-lifecycle': true,
    }));

  it('let nobody in from outside this machine, and nobody without a certificate', () => {
    const api = flags('kube-apiserver');
    expect([api['bind-address'], api['anonymous-auth'], api['authorization-mode']]).toEqual([
      '127.0.0.1',
      'false',
      'RBAC',
    ]);
    expect([flags('etcd')['client-cert-auth'], flags('etcd')['peer-client-cert-auth']]).toEqual([true, true]);
    const everywhere = COMPONENTS.flatMap((component) => ARGUMENTS[component](INPUT)).filter((argument) =>
      /(\/\/|=)(0\.0\.0\.0|\[::\]|:\d)/.test(argument),
    );
    expect(everywhere).toEqual([]);
  });

  it('have one port each', () => {
    const listening = [
      flags('etcd')['listen-client-urls'],
      flags('etcd')['listen-peer-urls'],
      ...(['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'adapter'] as const).map(
        (component) => flags(component)['secure-port'],
      ),
      flags('prometheus')['web.listen-address'],
      flags('kube-state-metrics')['port'],
      flags('kube-state-metrics')['telemetry-port'],
    ];
    expect(listening.map((text) => /\d+$/.exec(String(text))![0])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '7',
      '6',
      '8',
      '9',
    ]);
  });
});
