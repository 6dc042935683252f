import { describe, expect, it } from 'vitest';
import type { EndpointSlice } from '../../cluster/bare/load-balancer.ts';
import type { PodObject } from '../../cluster/bare/kubelet-api.ts';
import { componentsFor, missingPrograms } from '../../cluster/bare/programs.ts';
import type { KubeList } from '../../cluster/kube/client.ts';
import type { LifeEvent } from '../../model/record.ts';
import { seconds } from '../../model/units.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { BareCluster } from './replay-bare-cluster.ts';
import { smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';

const platform = { ...smallPlatform(4), hpa: null };
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`the bare cluster is not tried: ${missing}`);

const PATIENCE_MILLIS = 60_000;
const NAMESPACE = `/api/v1/namespaces/${platform.namespace}`;
const SLICES = `/apis/discovery.k8s.io/v1/namespaces/${platform.namespace}/endpointslices`;
const DEPLOYMENT = `/apis/apps/v1/namespaces/${platform.namespace}/deployments/${platform.deployment.name}`;

/** One card, so that a second pod needs a second node. Everything quick, nothing held back. */
const start = (joined: Map<number, string>): Promise<BareCluster> => {
  const fixed = (value: number) => ({ kind: 'fixed', value }) as const;
  const scenario = smallScenario(7, 60, {
    startup: { containerStart: fixed(0.3), imagePull: fixed(0.2), modelLoad: fixed(0.5) },
  });
  return BareCluster.start({
    platform,
    scenario,
    law: fleetSettings(scenario.service, 1).law,
    load: { join: (pod, origin) => joined.set(pod, origin), leave: (pod) => joined.delete(pod) },
    logFolder: null,
    environment: process.env,
    signal: new AbortController().signal,
    cluster: {
      nodes: {
        gpusPerNode: 1,
        initial: 1,
        autoscale: true,
        min: 1,
        max: 2,
        provision: fixed(1),
        scan: seconds(1),
        scanPhase: seconds(0),
        podHold: seconds(0),
        idleRemove: seconds(2),
        labels: {},
        taints: [],
        spotLife: null,
      },
    },
  });
};

const eventsOf = (life: readonly LifeEvent[], name: string): string[] =>
  life.filter((event) => event.name === name).map(({ event }) => event);

describe.skipIf(missing !== null)('a bare cluster', () => {
  it(
    'runs pods as processes under the real controllers: serve, need a node, crash, drain, leave no trace',
    { timeout: 180_000 },
    async () => {
      const joined = new Map<number, string>();
      const cluster = await start(joined);
      const { api, kubelet } = cluster;
      const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
        const from = performance.now();
        while (!(await done())) {
          if (performance.now() - from > PATIENCE_MILLIS)
            throw new Error(
              `still not: ${what}; life: ${kubelet.life.map(({ name, event }) => `${name} ${event}`).join(', ')}`,
            );
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
      const pods = async () => (await api.get<KubeList<PodObject>>(`${NAMESPACE}/pods`)).items;
      const happened = (name: string, event: string, times = 1): boolean =>
        eventsOf(kubelet.life, name).filter((each) => each === event).length >= times;
      try {
        kubelet.begin();
        const [first] = await pods();
        const firstName = first!.metadata.name;
        expect(eventsOf(kubelet.life, firstName)).toEqual([
          'created',
          'scheduled',
          'container-started',
          'model-ready',
          'running',
          'ready',
          'endpoint-ready',
        ]);
        expect(first?.status?.phase).toBe('Running');
        expect(first?.status?.conditions?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
          'ContainersReady True',
          'Initialized True',
          'PodReadyToStartContainers True',
          'PodScheduled True',
          'Ready True',
        ]);
        const slices =
          await api.get<KubeList<EndpointSlice & { readonly endpoints: { readonly addresses: string[] }[] }>>(SLICES);
        const [address] = slices.items[0]!.endpoints[0]!.addresses;
        expect(joined.get(0)).toBe(`http://${address!.replace(/^10\./, '127.')}:9090`);
        const answer = await fetch(`${joined.get(0)}/waves/v1/pulse/get_text`, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: Buffer.alloc(3200),
        });
        expect(answer.status).toBe(200);
        expect(await answer.json()).toMatchObject({ status: 'success' });

        await api.patch(`${DEPLOYMENT}/scale`, { spec: { replicas: 2 } });
        await until('a second pod serves', () => joined.has(1));
        const second = (await pods()).map(({ metadata }) => metadata.name).find((name) => name !== firstName)!;
        expect(eventsOf(kubelet.life, second)).toEqual([
          'created',
          'unschedulable',
          'scheduled',
          'container-started',
          ...eventsOf(kubelet.life, second).slice(4, -2).sort(),
          'ready',
          'endpoint-ready',
        ]);
        expect(eventsOf(kubelet.life, second).slice(4, -2).sort()).toEqual(['model-ready', 'running']);
        expect(eventsOf(kubelet.life, 'lightning-asr-gpu-1')).toEqual(['requested', 'added']);

        for (const crash of [1, 2]) {
          process.kill(kubelet.processId(1)!, 'SIGKILL');
          await until(`the crash is noticed ${crash}`, () => happened(second, 'not-ready', crash));
          await until(`serves after crash ${crash}`, () => happened(second, 'endpoint-ready', crash + 1));
        }
        const instants = (event: string): number[] =>
          kubelet.life.filter((each) => each.name === second && each.event === event).map(({ t }) => t);
        // The first restart follows at once, the second after the ten seconds of the kubelet's back-off.
        expect(instants('restarting')[1]! - instants('container-exited')[1]!).toBeGreaterThanOrEqual(10_000);
        const restarted = await api.get<PodObject & { status: { containerStatuses: { restartCount: number }[] } }>(
          `${NAMESPACE}/pods/${second}`,
        );
        expect(restarted.status.containerStatuses[0]?.restartCount).toBe(2);

        await api.patch(`${DEPLOYMENT}/scale`, { spec: { replicas: 1 } });
        await until('one pod is gone', () => happened(firstName, 'gone') || happened(second, 'gone'));
        const victim = happened(second, 'gone') ? second : firstName;
        // The balancer may hear of it before or after the drained process ended.
        expect(eventsOf(kubelet.life, victim).slice(-4).sort()).toEqual([
          'container-exited',
          'deleting',
          'endpoint-gone',
          'gone',
        ]);
        expect((await pods()).map(({ metadata }) => metadata.name)).not.toContain(victim);
        if (victim === second) {
          await until('the empty node is removed', () => happened('lightning-asr-gpu-1', 'removed'));
          await until(
            'its object is gone',
            async () => (await api.raw('GET', '/api/v1/nodes/lightning-asr-gpu-1')).status === 404,
          );
        }
        console.log(`victim: ${victim === second ? 'the pod on the new node' : 'the pod of the start'}`);
      } finally {
        await cluster.stop();
      }
      const alive = kubelet.processIds.filter((pid) => {
        try {
          process.kill(pid, 0);
          return true;
        } catch {
          return false;
        }
      });
      expect(alive).toEqual([]);
    },
  );
});
