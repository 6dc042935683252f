import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import type { TuneInput } from './answer.ts';
import { tuneAnswer } from './answer.ts';
import type { Outcome } from './outcome.ts';
import type { Space } from './space.ts';
import { sureness } from './sureness.ts';
import { scrapeSentence, tuneText } from './tune-text.ts';

const lever = (name: string, ...labels: readonly string[]) => ({
  name,
  levels: labels.map((label) => ({ label, set: { [name]: label } })),
  current: labels.length - 1,
});

const space: Space = [
  lever('scrape interval of the HPA metric', '2s', '30s'),
  lever('readiness probe period', '5s', '30s'),
];

const SEEDS = 6;

/** Each second of delay costs 10 missed calls per hour; scraping every 2 s saves 5 s, probing every 5 s saves 12 s. */
const outcome = ([scrape, probe]: readonly number[], seed: number): Outcome => {
  const toReadySeconds = 100 + (scrape === 0 ? 0 : 5) + (probe === 0 ? 0 : 12);
  return {
    hours: 2,
    arrived: 10_000,
    missed: 20 * (toReadySeconds - 90) + 7 * seed,
    kinds: [],
    gpus: 5,
    gpuMoneyPerHour: 4 + 0.01 * seed,
    metricMoneyPerMonth: scrape === 0 ? 0.02 : 0.01,
    toReadySeconds,
    stages: [
      { name: 'scrape', seconds: scrape === 0 ? 1 : 6 },
      { name: 'probe', seconds: probe === 0 ? 2 : 14 },
    ],
  };
};

const input: TuneInput = {
  scenario: 'example',
  space,
  absent: [{ name: 'rule evaluation interval', why: 'no rule' }],
  delayLevers: new Set(space.map(({ name }) => name)),
  tried: [
    [1, 1],
    [0, 1],
    [1, 0],
    [0, 0],
  ].map((point) => ({ point, outcomes: Array.from({ length: SEEDS }, (_, seed) => outcome(point, seed)) })),
  best: [0, 0],
  seeds: SEEDS,
  simulations: 24,
  gridPoints: 4,
  stopped: 'no lever helps',
  penaltyPerMiss: 0.01,
  floor: { costPerHour: 2, nodes: 2.5 },
};

const answer = tuneAnswer(input, stream(1, 'test'));

describe('tuneAnswer', () => {
  it('recommends the cheapest with its overrides, and is sure where the seeds agree', () => {
    expect(answer.recommendedSet).toEqual({
      'scrape interval of the HPA metric': '2s',
      'readiness probe period': '5s',
    });
    expect(answer.recommended).toMatchObject({ regret: 0, onFront: true, toReadySeconds: 100 });
    expect(answer.sureness).toMatchObject({ best: 1, within2Percent: 1 });
  });

  it('puts on the front what nothing beats in misses, GPU and metric money', () => {
    expect(answer.rows.map(({ changes, onFront }) => [changes.length, onFront])).toEqual([
      [2, true],
      [1, true],
      [1, false],
      [0, false],
    ]);
  });

  it('prices a second of delay by what the delay levers did', () => {
    expect(answer.delay!.missedPerHourPerSecond).toBeCloseTo(10, 9);
    expect(answer.delay!.moneyPerHourPerSecond).toBeCloseTo(0.1, 9);
  });

  it('tells where the time goes, now and as recommended', () => {
    expect(answer.stages).toEqual([
      { name: 'scrape', present: 6, recommended: 1 },
      { name: 'probe', present: 14, recommended: 2 },
    ]);
  });

  it('gives no time for a stage where the recommended settings brought no pod', () => {
    const still = (one: Outcome): Outcome => ({ ...one, stages: [], toReadySeconds: null });
    const tried = input.tried.map((one, i) => (i === 3 ? { ...one, outcomes: one.outcomes.map(still) } : one));
    const calm = tuneAnswer({ ...input, tried }, stream(1, 'test'));
    expect(calm.stages).toEqual([
      { name: 'scrape', present: 6, recommended: null },
      { name: 'probe', present: 14, recommended: null },
    ]);
    expect(tuneText(calm)).toContain('no new pod');
  });

  it('ranks levers by what they buy alone, against the present settings', () => {
    expect(answer.levers.map(({ lever: name, to, saves }) => [name, to, +saves.toFixed(3)])).toEqual([
      ['readiness probe period', '5s', 1.2],
      ['scrape interval of the HPA metric', '2s', 0.5],
    ]);
  });

  it('notes a scenario in which GPU money cannot change', () => {
    expect(answer.notes[0]).toMatch(/GPU money was the same/);
  });
});

describe('the floor and the race', () => {
  it('measure the recommendation against what a clairvoyant would pay', () => {
    expect(answer.regretToFloor).toBeCloseTo(answer.recommended.costPerHour / 2 - 1, 12);
    expect(tuneText(answer).replaceAll('\n', ' ')).toContain(
      'A scaler that knew the load beforehand and kept the promise would pay $2.00 per hour for 2.5 nodes; the recommended settings are ',
    );
    const unknown = tuneAnswer({ ...input, floor: null }, stream(1, 'test'));
    expect(unknown.regretToFloor).toBeNull();
    expect(tuneText(unknown)).not.toContain('beforehand');
  });

  it('say how many seeds the settings had', () => {
    const tried = input.tried.map((one, i) => (i === 1 ? { ...one, outcomes: one.outcomes.slice(0, 3) } : one));
    const raced = tuneAnswer({ ...input, tried }, stream(1, 'test'));
    expect(raced.race).toEqual([
      { seeds: 3, settings: 1 },
      { seeds: 6, settings: 3 },
    ]);
    expect(tuneText(raced)).toContain('24 simulations of 4 settings: 1 stopped after 3 seeds, 3 had all 6;');
  });
});

describe('the text', () => {
  it('says that the scrape interval is not what matters most, and what is', () => {
    expect(scrapeSentence(answer)).toBe(
      'The scrape interval is not what matters most: readiness probe period 30s → 5s saves $1.20 per hour, 2.4 times what scrape interval of the HPA metric 30s → 2s saves ($0.50).',
    );
  });
  it('does not write the same share twice as if it had changed, nor cuts the name of a lever', () => {
    const { recommended, present } = answer;
    const same = { ...answer, present: { ...present, missedShare: recommended.missedShare } };
    expect(tuneText(same)).toContain('% of calls missed as now (95 %:');
    expect(tuneText(answer)).toMatch(/^scrape interval of the HPA metric {2}/m);
    expect(tuneText(answer)).not.toContain('…');
  });
  it('is plain text without undefined or NaN', () => {
    expect(tuneText(answer)).not.toMatch(/undefined|NaN|null/);
  });
  it('says that a second of delay has no price where the runs do not tell', () => {
    const still = tuneAnswer({ ...input, delayLevers: new Set() }, stream(1, 'test'));
    expect(still.delay).toBeNull();
    expect(tuneText(still)).toContain('What a second of delay costs cannot be told from these runs');
  });
});

describe('sureness', () => {
  it('is about one half for two points that only noise tells apart', () => {
    const { uniform } = stream(3, 'noise');
    const costs = [0, 1].map(() => Array.from({ length: 200 }, () => 10 + uniform()));
    const sure = sureness(costs, 0, stream(1, 'resample'));
    expect(sure.best).toBeGreaterThan(0.02);
    expect(sure.best).toBeLessThan(0.98);
    expect(sure.within2Percent).toBe(1);
  });
});
