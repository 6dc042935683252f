import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { requestWeight, SERVICE_LAWS } from '../../model/service-time.ts';
import { parseScenario } from '../parse.ts';
import type { TrafficHistory } from './estimate.ts';
import { audioBehind, bucketQuantile, concurrency, dispersion, rateBlocks } from './estimate.ts';
import { historyScenario } from './to-scenario.ts';

const law = SERVICE_LAWS['pulse-pro-l40s']!.batch;

/** Poisson counts at a rate that drifts from 5 to 10 per second over a day of minutes. */
const counts = (clump: number): number[] => {
  const { uniform } = stream(1, 'history');
  return Array.from({ length: 1440 }, (_, i) => {
    const mean = (60 * (5 + (5 * i) / 1440)) / clump;
    let [n, at] = [0, -Math.log(1 - uniform())];
    while (at < mean) {
      n += 1;
      at -= Math.log(1 - uniform());
    }
    return (clump * n) / 60;
  });
};

const history: TrafficHistory = {
  stepSeconds: 60,
  fromSeconds: 1_767_600_000,
  rate: counts(1),
  active: Array.from({ length: 1440 }, () => 8),
  pods: Array.from({ length: 1440 }, () => 4),
  durations: [
    [0.25, 100],
    [1, 800],
    [4, 900],
    [Infinity, 1000],
  ],
};

describe('estimates from a history', () => {
  it('find dispersion 1 for Poisson counts at a drifting rate, and 4 where calls come in fours', () => {
    expect(dispersion(history)).toBeGreaterThan(0.9);
    expect(dispersion(history)).toBeLessThan(1.1);
    expect(dispersion({ ...history, rate: counts(4) })).toBeGreaterThan(3.5);
    expect(dispersion({ ...history, rate: counts(4) })).toBeLessThan(4.5);
    expect(dispersion({ ...history, rate: [1, 2, null] })).toBeNull();
  });

  it('take quantiles of the histogram as Prometheus does', () => {
    expect([0.1, 0.45, 0.85, 0.99].map((q) => bucketQuantile(history.durations, q))).toEqual([0.25, 0.625, 2.5, 4]);
    expect(bucketQuantile([[Infinity, 0]], 0.5)).toBeNull();
  });

  it('find the length whose request takes that long', () => {
    for (const length of [5, 60, 600]) {
      const latency = requestWeight(law, length, 1) * (law.a + law.b * 3);
      expect(audioBehind(law, latency, 3)).toBeCloseTo(length, 9);
    }
    expect(audioBehind(law, 0, 3)).toBe(0.5);
  });

  it('carry the rate over a hole and mean it in blocks', () => {
    expect(rateBlocks({ ...history, rate: [1, 3, null, null, 5, 7] }, 2)).toEqual([
      [0, 2],
      [120, 2],
      [240, 6],
    ]);
  });

  it('count requests in process per pod while there are any', () => {
    expect(concurrency(history)).toBe(2);
    expect(concurrency({ ...history, active: [0, null, 9], pods: [1, 1, 3] })).toBe(3);
    expect(concurrency({ ...history, active: [], pods: [] })).toBe(1);
  });
});

describe('a history as a scenario', () => {
  const served = { name: 'mine', calibration: 'pulse-pro-l40s', gpu: 'L4', manifests: ['vendor-0.2.2'] };
  const { yaml, notes } = historyScenario(history, served);
  const scenario = parseScenario('mine.yaml', yaml);

  it('is read by the scenario parser, with the recorded rate', () => {
    expect(scenario).toMatchObject({ name: 'mine', duration: 86_400, epochMillis: 1_767_600_000_000 });
    const total = scenario.traffic.reduce((sum, { arrivals }) => {
      const points = arrivals.kind === 'gamma' ? arrivals.rate.points : [];
      return sum + points.reduce((all, [, rate]) => all + rate, 0) / points.length;
    }, 0);
    expect(total).toBeCloseTo(history.rate.reduce<number>((sum, r) => sum + r!, 0) / 1440, 1);
  });

  it('says in its head what could not be known', () => {
    expect(notes).toHaveLength(4);
    for (const note of notes) expect(yaml).toContain(`# - ${note}`);
  });

  it('refuses a history without requests or durations, and an unknown calibration', () => {
    expect(() => historyScenario({ ...history, rate: [0, null] }, served)).toThrow(/no request/);
    expect(() => historyScenario({ ...history, durations: [] }, served)).toThrow(/asr_request_duration/);
    expect(() => historyScenario(history, { ...served, gpu: 'X' })).toThrow(/not known/);
  });
});
