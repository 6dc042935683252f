import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { fullHostName, podHostName } from './host-name.ts';
import { checkPhases, knownScrapes, observedPhase, rulePhases, scrapedBetween } from './known-scrapes.ts';
import type { StoredJob } from './prometheus-cost.ts';
import type { StoredTarget } from './stored-series.ts';

const EPOCH = 1_795_820_000_000;
/** A target scraped at these milliseconds after EPOCH. */
const target = (pod: string, times: readonly number[], durations: readonly number[] = []): StoredTarget => ({
  labels: { job: 'asr', pod },
  pod,
  up: { labels: {}, times: times.map((t) => EPOCH + t), values: times.map(() => 1) },
  durationSeconds: new Map(durations.map((seconds, i) => [EPOCH + times[i]!, seconds])),
  series: [],
});

describe('scrapes that were stored', () => {
  it('tell the phase of a target by most of their stamps; late ones were stamped as they began', () => {
    const phase = (EPOCH + 1250) % 5000;
    expect(observedPhase(target('p', [1250, 6250, 11_290, 16_250]), 5000)).toBe(phase);
    // Around the end of the interval.
    const wraps = EPOCH % 5000;
    expect(observedPhase(target('p', [-1, 5000, 10_000]), 5000)).toBe(wraps);
    expect(observedPhase(target('p', []), 5000)).toBeNaN();
  });

  it('tell when the loop began and ended, and where its markers are', () => {
    const until = EPOCH + 60_000;
    expect(scrapedBetween(target('p', [-8000, 57_000]), 5000, EPOCH, until)).toEqual({
      foundMillis: -8500,
      lostMillis: null,
      markerUnix: null,
    });
    expect(scrapedBetween(target('p', [10_000, 40_000]), 5000, EPOCH, until)).toEqual({
      foundMillis: 9500,
      lostMillis: 40_500,
      markerUnix: EPOCH + 45_000,
    });
    // Gone, but its markers are not written yet.
    expect(scrapedBetween(target('p', [10_000, 50_000]), 5000, EPOCH, until)).toMatchObject({
      lostMillis: 50_500,
      markerUnix: null,
    });
  });

  it('are known by ordinal: a phase, instants, and a discovery that waited for the pod to run', () => {
    const job: StoredJob = {
      job: 'serviceMonitor/default/asr/0',
      intervalMillis: 5000,
      targets: [
        {
          target: target('b', [12_000, 17_000], [0.001, 0.041]),
          foundMillis: 11_500,
          lostMillis: 17_500,
          markerUnix: null,
        },
        { target: target('a', [-3000, 2000]), foundMillis: -3500, lostMillis: null, markerUnix: null },
        { target: target('stranger', [0]), foundMillis: -500, lostMillis: null, markerUnix: null },
      ],
    };
    const ordinals = new Map([
      ['a', 0],
      ['b', 1],
      ['never-scraped', 2],
    ]);
    expect(knownScrapes([job], ordinals, (pod) => (pod === 1 ? 11_700 : undefined), EPOCH)).toEqual({
      scrapePhaseMillis: [((EPOCH + 2000) % 5000) + 1.2, ((EPOCH + 2000) % 5000) + 1.2, undefined],
      scrapesMillis: [[2001.2], [12_001.2, 17_041.2], []],
      targets: [{}, { foundMillis: 11_701, lostMillis: 17_500 }, undefined],
    });
  });
});

describe('rule groups', () => {
  it('have the phase of their last evaluation; one that was never evaluated has none', () => {
    const state = { file: '/f', evaluationTime: 0.001, interval: 30 };
    const lastEvaluation = new Date(EPOCH + 4321).toISOString();
    expect(
      rulePhases(
        [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
        [
          { ...state, name: 'b', lastEvaluation: '0001-01-01T00:00:00Z' },
          { ...state, name: 'a', lastEvaluation },
        ],
      ),
    ).toEqual([(EPOCH + 4321) % 30_000, undefined, undefined]);
  });
});

describe('the hash rule', () => {
  // The example of golden/closed-loop, b01-raw: real labels, URL, server and the phase that Prometheus 3.16 had.
  const labels = {
    container: 'asr',
    endpoint: 'metrics',
    instance: '10.64.0.0:9090',
    job: 'lightning-asr-metrics',
    namespace: 'b01',
    pod: 'lightning-asr-584fd55f54-5k44b',
    service: 'lightning-asr-metrics',
  };
  const discovered = {
    ...labels,
    __address__: '127.0.0.1:29100',
    __metrics_path__: '/metrics/b01/lightning-asr-584fd55f54-5k44b',
    __scheme__: 'http',
    __scrape_interval__: '1s',
    __scrape_timeout__: '1s',
  };
  const scrapePool = 'serviceMonitor/b01/lightning-asr/0';
  const active = [{ discoveredLabels: discovered, labels, scrapePool, scrapeUrl: '' }];
  const config = { scrape_configs: [{ job_name: scrapePool, scrape_interval: '1s', scrape_timeout: '1s' }] };
  const prometheus = {
    version: '3',
    scrapeInterval: seconds(30),
    scrapeTimeout: seconds(10),
    evaluationInterval: seconds(30),
    retention: seconds(86_400),
    retentionSizeBytes: null,
    replicas: 1,
    hostName: 'localhost',
    externalLabels: {},
  } as const;
  const job = (phase: number): StoredJob => ({
    job: scrapePool,
    intervalMillis: 1000,
    targets: [
      {
        target: { ...target('x', [phase, phase + 1000]), labels },
        foundMillis: 0,
        lostMillis: null,
        markerUnix: null,
      },
    ],
  });

  it('gives the phase that a real Prometheus had, and tells a target that has another', () => {
    expect(checkPhases(active, config, [job(458)], prometheus)).toEqual({ targets: 1, differing: [] });
    expect(checkPhases(active, config, [job(470)], prometheus).differing).toEqual([]);
    expect(checkPhases(active, config, [job(600)], prometheus)).toEqual({
      targets: 1,
      differing: [{ target: 'x', expected: 458.524441, observed: 600 }],
    });
    expect(checkPhases([], config, [job(458)], prometheus)).toEqual({ targets: 0, differing: [] });
  });

  it('is seeded by the name that the server finds for itself', () => {
    expect(fullHostName('vm', '127.0.0.1 localhost\n127.0.0.1 runsc vm # this one')).toBe('localhost');
    expect(fullHostName('web-1', '127.0.0.1 localhost\n10.0.0.7 web-1.example.org web-1')).toBe('web-1.example.org.');
    expect(fullHostName('web-1', '127.0.0.1 localhost')).toBe('web-1');
    expect(podHostName('prometheus-0', undefined, 'monitoring')).toBe('prometheus-0');
  });
});
