// Whether one component does its work, asked over loopback.

import type { MetricApi } from './aggregation.ts';
import type { Component } from './component-names.ts';
import type { LoopbackAccess } from './loopback-access.ts';
import type { Ports } from './ports.ts';
import { LOOPBACK } from './ports.ts';

type Question = readonly [scheme: 'http' | 'https', port: keyof Ports, path: string];

const questions = (apis: readonly MetricApi[]): Readonly<Record<Component, readonly Question[]>> => ({
  etcd: [['https', 'etcd', '/health']],
  'kube-apiserver': [['https', 'apiServer', '/readyz']],
  'kube-controller-manager': [['https', 'controllerManager', '/healthz']],
  'kube-scheduler': [['https', 'scheduler', '/readyz']],
  prometheus: [['http', 'prometheus', '/-/ready']],
  'kube-state-metrics': [['http', 'kubeStateMetrics', '/healthz']],
  // And as the HPA reaches it: through the API server.
  adapter: [
    ['https', 'adapter', '/readyz'],
    ...apis.map((api): Question => ['https', 'apiServer', `/apis/${api}/v1beta1`]),
  ],
});

/** Null = healthy, else the first complaint. */
export const componentTrouble = async (
  component: Component,
  apis: readonly MetricApi[],
  ports: Ports,
  access: LoopbackAccess,
): Promise<string | null> => {
  const answers = questions(apis)[component].map(([scheme, port, path]) =>
    access.trouble(`${scheme}://${LOOPBACK}:${ports[port]}${path}`),
  );
  return (await Promise.all(answers)).find((trouble) => trouble !== null) ?? null;
};
