import { describe, expect, it } from 'vitest';
import { prometheusDuration, readScrapeConfig } from './scrape-config.ts';

describe('a scrape configuration', () => {
  it('has interval 1m and timeout 10s where nothing is said', () => {
    expect(readScrapeConfig({ job_name: 'a' })).toMatchObject({
      interval: '1m',
      timeout: '10s',
      metricsPath: '/metrics',
      scheme: 'http',
    });
  });

  it('takes min(global timeout, interval) for an unset timeout: the vendor job gets 2s and 2s', () => {
    expect(readScrapeConfig({ job_name: 'a', scrape_interval: '2s' })).toMatchObject({ interval: '2s', timeout: '2s' });
    expect(
      readScrapeConfig({ job_name: 'a', scrape_interval: '1m' }, { interval: '30s', timeout: '5s' }),
    ).toMatchObject({ timeout: '5s' });
  });

  it('refuses a timeout above the interval, an unknown action, a bad duration and an unknown relabel key', () => {
    expect(() => readScrapeConfig({ job_name: 'a', scrape_interval: '2s', scrape_timeout: '3s' })).toThrow(
      'greater than scrape interval',
    );
    expect(() => readScrapeConfig({ job_name: 'a', relabel_configs: [{ action: 'explode' }] })).toThrow(
      'unknown relabel action',
    );
    expect(() => readScrapeConfig({ job_name: 'a', scrape_interval: '0.5s' })).toThrow('not a valid duration');
    expect(() => readScrapeConfig({ job_name: 'a', relabel_configs: [{ sourceLabels: [] }] })).toThrow('unknown key');
  });

  it('reads sizes in powers of 1024 and names the keys that it does not read', () => {
    const config = readScrapeConfig({ job_name: 'a', body_size_limit: '1KiB', static_configs: [], sample_limit: 5 });
    expect(config).toMatchObject({ bodySizeLimit: 1024, sampleLimit: 5, unread: ['static_configs'] });
    expect(readScrapeConfig({ job_name: 'a', body_size_limit: '2MB' }).bodySizeLimit).toBe(2 * 1024 ** 2);
  });

  it('prints durations as Prometheus: they are part of the phase', () => {
    expect([90_000, 604_800_000, 86_400_000 * 8, 500, 0, 3_600_000].map(prometheusDuration)).toEqual([
      '1m30s',
      '1w',
      '8d',
      '500ms',
      '0s',
      '1h',
    ]);
  });
});
