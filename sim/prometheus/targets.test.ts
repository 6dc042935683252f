import { describe, expect, it } from 'vitest';
import { readScrapeConfig } from './scrape-config.ts';
import { targetBuilder } from './targets.ts';

const build = (
  discovered: Record<string, string>,
  version: '2.53' | '3' = '2.53',
  extra: Record<string, unknown> = {},
) => targetBuilder(readScrapeConfig({ job_name: 'j', scrape_interval: '2s', ...extra }), version)(discovered);

describe('a target', () => {
  it('carries the internal labels in what is hashed, and only the public ones on samples', () => {
    expect(build({ __address__: '10.0.0.1:9090', __meta_kubernetes_pod_name: 'a' })).toEqual({
      kind: 'target',
      labels: { instance: '10.0.0.1:9090', job: 'j' },
      allLabels: {
        __address__: '10.0.0.1:9090',
        __metrics_path__: '/metrics',
        __scheme__: 'http',
        __scrape_interval__: '2s',
        __scrape_timeout__: '2s',
        instance: '10.0.0.1:9090',
        job: 'j',
      },
      url: 'http://10.0.0.1:9090/metrics',
      intervalSeconds: 2,
      timeoutSeconds: 2,
    });
  });

  it('has three more internal labels in 3.x, so an upgrade draws every phase anew', () => {
    const target = build({ __address__: 'a:1' }, '3');
    expect(
      target.kind === 'target' && Object.keys(target.allLabels).filter((name) => name.includes('histogram')),
    ).toHaveLength(3);
  });

  it('gets the port of its scheme in 2.53 and none in 3.x', () => {
    expect(build({ __address__: 'host', __scheme__: 'https' })).toMatchObject({ url: 'https://host:443/metrics' });
    expect(build({ __address__: '[::1]' })).toMatchObject({ url: 'http://[::1]:80/metrics' });
    expect(build({ __address__: 'host' }, '3')).toMatchObject({
      url: 'http://host/metrics',
      labels: { instance: 'host' },
    });
  });

  it('encodes parameters; a __param_ label replaces the first value', () => {
    const target = build({ __address__: 'a:1', __param_module: 'asr b' }, '2.53', { params: { x: ['1', '2'] } });
    expect(target).toMatchObject({ url: 'http://a:1/metrics?module=asr+b&x=1&x=2' });
  });

  it.each([
    [{ __address__: '' }, 'no address'],
    [{ __address__: 'a:1', __scrape_interval__: '0s' }, 'scrape interval cannot be 0'],
    [
      { __address__: 'a:1', __scrape_interval__: 'x' },
      'error parsing scrape interval: not a valid duration string: "x"',
    ],
    [
      { __address__: 'a:1', __scrape_timeout__: '10m' },
      'scrape timeout cannot be greater than scrape interval ("10m" > "2s")',
    ],
    [{ __address__: 'a/b' }, '"a/b:80" is not a valid hostname'],
    [{ __address__: 'a', __scheme__: 'ftp' }, 'invalid scheme: "http"'],
  ])('%j is an error: %s', (discovered, error) => {
    expect(build(discovered as unknown as Record<string, string>)).toEqual({ kind: 'error', error });
  });
});
