import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../local/small-world.test-support.ts';
import { podIp } from '../../sim/kubernetes/names.ts';
import { readScrapeConfig } from '../../sim/prometheus/scrape-config.ts';
import { targetBuilder } from '../../sim/prometheus/targets.ts';
import { ADDRESS_RULES, loopbackOf, podAddress, podDoors } from './pod-addresses.ts';

describe('addresses of pods that are processes', () => {
  it("are the simulator's in the first block, by creation order, and lead to loopback", () => {
    expect([0, 1, 255, 256, 65_535].map((ordinal) => podAddress(128, ordinal))).toEqual([
      '10.128.0.0',
      '10.128.0.1',
      '10.128.0.255',
      '10.128.1.0',
      '10.128.255.255',
    ]);
    expect([0, 1, 300].map((ordinal) => podAddress(128, ordinal))).toEqual([0, 1, 300].map(podIp));
    expect(loopbackOf('10.128.1.10')).toBe('127.128.1.10');
  });

  it('are scraped on loopback under the instance label that they would have, and nowhere else', () => {
    const config = readScrapeConfig({ job_name: 'asr', relabel_configs: ADDRESS_RULES });
    const found = (labels: Readonly<Record<string, string>>) => {
      const target = targetBuilder(config, '3')(labels);
      return target.kind === 'target' ? [target.url, target.labels['instance']] : [target.kind];
    };
    expect(found({ __address__: '10.128.0.7:9090' })).toEqual(['http://127.128.0.7:9090/metrics', '10.128.0.7:9090']);
    expect(found({ __address__: '10.128.0.7:9090', instance: 'set by a rule before' })).toEqual([
      'http://127.128.0.7:9090/metrics',
      'set by a rule before',
    ]);
    expect(found({ __address__: '192.0.2.1:9090' })).toEqual(['dropped']);
  });

  it('open the port that is scraped beside the one for callers', () => {
    const platform = smallPlatform(4);
    expect(podDoors(platform)).toEqual({ port: 9090, metricsPort: null });
    const { deployment } = platform;
    const ports = [
      { name: 'metrics', containerPort: 9090 },
      { name: 'http', containerPort: 2269 },
    ];
    expect(podDoors({ ...platform, deployment: { ...deployment, ports } })).toEqual({ port: 2269, metricsPort: 9090 });
    expect(podDoors({ ...platform, deployment: { ...deployment, ports: [] }, monitors: [] })).toEqual({
      port: 2269,
      metricsPort: null,
    });
  });
});
