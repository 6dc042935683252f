import { describe, expect, it } from 'vitest';
import { smallPlatform, smallScenario } from '../local/small-world.test-support.ts';
import { serverSeed, targetHash, targetPhaseNanos } from '../../sim/prometheus/target-hash.ts';
import { kindPool } from './pool.ts';

const figures = (maxReplicas: number, change: object, gpusPerPod = 1) => {
  const scenario = smallScenario(1, 60);
  const platform = smallPlatform(maxReplicas);
  const pool = kindPool(
    { ...scenario, nodes: { ...scenario.nodes, ...change } },
    { ...platform, deployment: { ...platform.deployment, gpusPerPod } },
  );
  const { gpusPerNode, warm, min, max } = pool.scenario.nodes;
  return [
    pool.workers,
    pool.warm,
    { gpusPerNode, warm, min, max },
    pool.platform.deployment.gpusPerPod,
    pool.notes.length,
  ];
};

describe('the GPU nodes of a scenario on kind', () => {
  it('are as many as the scenario has, if the HPA can fill them', () => {
    expect(figures(4, { warm: 2, min: 1, max: 4 })).toEqual([4, 2, { gpusPerNode: 1, warm: 2, min: 1, max: 4 }, 1, 0]);
  });

  it('are no more than the HPA can fill, and it says so', () => {
    expect(figures(3, { warm: 8, min: 8, max: 8 })).toEqual([3, 3, { gpusPerNode: 1, warm: 3, min: 3, max: 3 }, 1, 1]);
  });

  it('have one card each: a node that takes two pods becomes two', () => {
    expect(figures(8, { gpusPerNode: 2, warm: 1, min: 0, max: 3 })).toEqual([
      6,
      2,
      { gpusPerNode: 1, warm: 2, min: 0, max: 6 },
      1,
      2,
    ]);
  });

  it('are enough for the pods of the start; a pod that asks for no card asks for one', () => {
    expect(figures(4, { warm: 0, min: 0, max: 4 }, 0)).toEqual([
      4,
      1,
      { gpusPerNode: 1, warm: 1, min: 0, max: 4 },
      1,
      2,
    ]);
  });

  it('see a Prometheus that is called after its pod, in full and with a last dot', () => {
    const platform = smallPlatform(4);
    const called = (hostName: string) => {
      const { prometheus } = kindPool(smallScenario(1, 60), {
        ...platform,
        prometheus: { ...platform.prometheus, hostName },
      }).platform;
      return prometheus.hostName;
    };
    expect(called('prometheus-x-0.prometheus-operated.speech.svc.cluster.local')).toBe(
      'prometheus-x-0.prometheus-operated.monitoring.svc.cluster.local.',
    );
    expect(called('prometheus-x-0')).toBe('prometheus-x-0');

    // Of a run: it stamped this pod 2759 ms into each 5 s.
    const labels = {
      __address__: '10.244.2.3:9090',
      __always_scrape_classic_histograms__: 'false',
      __convert_classic_histograms_to_nhcb__: 'false',
      __metrics_path__: '/metrics',
      __scheme__: 'http',
      __scrape_interval__: '5s',
      __scrape_native_histograms__: 'false',
      __scrape_timeout__: '5s',
      __tmp_hash: '0',
      __tmp_prometheus_job_name: 'serviceMonitor/default/lightning-asr/0',
      container: 'lightning-asr',
      endpoint: 'metrics',
      instance: '10.244.2.3:9090',
      job: 'lightning-asr-metrics',
      namespace: 'default',
      pod: 'lightning-asr-7879886f48-jqmkq',
      service: 'lightning-asr-metrics',
    };
    const replica = 'prometheus-kube-prometheus-stack-prometheus-0';
    const seed = serverSeed(called(`${replica}.prometheus-operated.default.svc.cluster.local`), {
      prometheus: 'default/kube-prometheus-stack-prometheus',
      prometheus_replica: replica,
    });
    const hash = targetHash(labels, 'http://10.244.2.3:9090/metrics', '3');
    expect(targetPhaseNanos(hash, seed, 5_000_000_000n)).toBe(2_758_765_790n);
  });

  it('run the one minor that the node image has, and say so', () => {
    const platform = smallPlatform(4);
    const old = { ...platform, controller: { ...platform.controller, version: '1.34' } } as const;
    const { platform: ours, notes } = kindPool(smallScenario(1, 60), old);
    expect([ours.controller.version, notes]).toEqual([
      '1.37',
      ['the platform says Kubernetes 1.34; the kind profile runs 1.37'],
    ]);
  });
});
