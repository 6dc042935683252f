import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { connectKubernetes } from '../kube/client.ts';
import { readPlatform } from '../manifests/read-platform.ts';
import { startControlPlane } from './control-plane.ts';
import type { Instance } from './instance.ts';
import { findInstances } from './instance.ts';
import { leftBehind, untilNothingIsLeft } from './left-behind.test-support.ts';
import type { ControlPlane } from './plane.ts';
import { missingPrograms, programsFor } from './programs.ts';
import { NEWEST_KUBERNETES } from './recipes.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { controlPlaneSettings } from './settings.ts';

const missing = await missingPrograms(NEWEST_KUBERNETES, process.env);
const why = missing === null ? '' : ` (skipped: ${missing}; surgelab cluster binaries)`;

const workload = (name: string, replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: default}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: asr, image: asr:1}]
`;
const PLATFORM = `${workload('asr', 2)}---
apiVersion: v1
kind: ConfigMap
metadata: {name: adapter, namespace: monitoring}
data:
  config.yaml: |
    externalRules:
      - seriesQuery: 'kube_deployment_status_replicas'
        resources: {overrides: {namespace: {resource: namespace}}}
        name: {as: asr_replicas}
        metricsQuery: sum(kube_deployment_status_replicas{deployment="asr"})
`;

const settings = async (): Promise<ControlPlaneSettings> => {
  const read = readPlatform([{ file: 'platform.yaml', text: PLATFORM }]);
  const platform = {
    ...read,
    prometheus: { ...read.prometheus, scrapeInterval: seconds(1), evaluationInterval: seconds(1) },
    adapter: { ...read.adapter, relistInterval: seconds(2), maxAge: seconds(10) },
    controller: { ...read.controller, version: NEWEST_KUBERNETES, syncPeriod: seconds(2) },
  };
  const { paths } = await programsFor(NEWEST_KUBERNETES, process.env);
  return controlPlaneSettings(platform, { programs: paths, logFolder: null });
};

const never = new AbortController().signal;
const planes: ControlPlane[] = [];
const up = async (): Promise<ControlPlane> => {
  const plane = await startControlPlane(await settings(), never);
  planes.push(plane);
  return plane;
};
/** Those that this process started. */
const mine = (): Instance[] => findInstances().filter(({ parentPid }) => parentPid === process.pid);
const tracesOf = (plane: ControlPlane) => ({
  pids: [plane.supervisorPid, ...plane.processIds().values()],
  ports: Object.values(plane.ports),
  folder: plane.folder,
});

afterEach(async () => {
  await Promise.all(planes.splice(0).map((plane) => plane.stop()));
});

interface AuditEvent {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly objectRef?: { readonly resource: string; readonly subresource?: string; readonly apiGroup?: string };
  readonly responseObject?: { readonly items?: readonly { readonly value: string }[] };
}
const audit = (path: string): AuditEvent[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);

interface Scale {
  readonly spec: { readonly replicas: number };
}

describe.skipIf(missing !== null)(`the real control plane${why}`, () => {
  it('decides by a metric that the real adapter serves, and its logs say what each sync read', async () => {
    const plane = await up();
    const api = await connectKubernetes(plane.kubeconfig);
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const deployment = (name: string, replicas: number) => ({
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'asr', image: 'asr:1' }] } },
      },
    });
    await api.create(deployments, deployment('asr', 3));
    await api.create(deployments, deployment('follower', 1));
    await api.create('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      metadata: { name: 'follower' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'follower' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [
          {
            type: 'External',
            external: { metric: { name: 'asr_replicas' }, target: { type: 'AverageValue', averageValue: '1' } },
          },
        ],
      },
    });
    const replicas = async (): Promise<number> => (await api.get<Scale>(`${deployments}/follower/scale`)).spec.replicas;
    for (let polls = 0; (await replicas()) !== 3 && polls < 300; polls += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await replicas()).toBe(3);
    const byHpa = audit(plane.auditLog).filter(({ user }) => user.username.endsWith(':horizontal-pod-autoscaler'));
    const calls = new Set(
      byHpa.map(({ verb, objectRef }) => `${verb} ${objectRef!.resource} ${objectRef!.subresource ?? ''}`.trim()),
    );
    for (const call of ['get deployments scale', 'update deployments scale', 'update horizontalpodautoscalers status'])
      expect([...calls]).toContain(call);
    const answers = audit(plane.adapterAuditLog).flatMap(({ responseObject }) => responseObject?.items ?? []);
    expect(answers.map(({ value }) => value)).toContain('3');
    await api.close();
  });

  it('leaves no process, no port and no folder when it is stopped, a frozen component included', async () => {
    const plane = await up();
    const traces = tracesOf(plane);
    const running = await leftBehind(traces);
    expect(running).toHaveLength(traces.pids.length + traces.ports.length + 1);
    plane.signal('kube-apiserver', 'SIGSTOP');
    await plane.stop();
    expect(await leftBehind(traces)).toEqual([]);
  });

  it('runs beside another one', async () => {
    const [one, two] = await Promise.all([up(), up()]);
    expect(new Set([...Object.values(one.ports), ...Object.values(two.ports)]).size).toBe(18);
    const traces = tracesOf(one);
    await one.stop();
    expect(await leftBehind(traces)).toEqual([]);
    const api = await connectKubernetes(two.kubeconfig);
    expect(await api.raw('GET', '/readyz')).toEqual({ status: 200, text: 'ok' });
    await api.close();
  });

  it('survives the end of a component that was asked for, and says which one ended unasked', async () => {
    const plane = await up();
    const before = plane.processIds().get('adapter');
    await plane.kill('adapter');
    expect(plane.processIds().has('adapter')).toBe(false);
    await plane.restart('adapter');
    expect(plane.processIds().get('adapter')).not.toBe(before);
    process.kill(plane.processIds().get('kube-scheduler')!, 'SIGKILL');
    await expect(plane.broken).rejects.toThrow(/^kube-scheduler ended \(SIGKILL\); the end of its log:\n {4}/);
  });

  it('says why it does not start, and leaves nothing', async () => {
    const broken = { ...(await settings()), adapterConfig: 'rules: [{' };
    await expect(startControlPlane(broken, never)).rejects.toThrow(/^adapter ended \(exit code \d+\).*yaml/s);
    expect(mine()).toEqual([]);
  });

  it('can be interrupted while it starts, and leaves nothing', async () => {
    const interrupt = new AbortController();
    const starting = startControlPlane(await settings(), interrupt.signal);
    starting.catch(() => undefined);
    while (!mine().some(({ components }) => 'kube-apiserver' in components))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const [{ folder, supervisorPid, components }] = mine() as [Instance];
    interrupt.abort();
    await expect(starting).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await leftBehind({ pids: [supervisorPid, ...Object.values(components)], ports: [], folder })).toEqual([]);
  });

  it('ends with its supervisor, even when that is killed', async () => {
    const plane = await up();
    const traces = tracesOf(plane);
    process.kill(plane.supervisorPid, 'SIGKILL');
    await expect(plane.broken).rejects.toThrow(/the supervisor of the control plane ended \(SIGKILL\)/);
    expect((await untilNothingIsLeft(traces, 5000)).left).toEqual([]);
  });
});
