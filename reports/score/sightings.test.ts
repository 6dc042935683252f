import { describe, expect, it } from 'vitest';
import type { Decision } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';
import { millis } from '../../model/units.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { askedBy, seenBy } from './sightings.ts';
import { stagesOf } from './stages.ts';

// Two pods scraped every 30 s, at 11 s and 25 s past; syncs at 7 s + 15 s·k; the load rises at 100 s, the gauges only later.
const SCRAPES: readonly (readonly [at: number, pod: 0 | 1, active: number])[] = [
  [71, 0, 2],
  [85, 1, 2],
  [101, 0, 2],
  [115, 1, 2],
  [131, 0, 6],
  [145, 1, 7],
];
const TARGET = 4;

const sync = (t: number, value: number, proposal: number, desired: number): Decision => ({
  t: millis(t * 1000),
  hpa: 'asr',
  current: 2,
  ready: 2,
  metrics: [
    { name: 'asr_active_requests', value, target: TARGET, proposal, error: null, oldestSampleAgeMillis: 25_000 },
  ],
  proposal,
  desired,
  limitedBy: null,
  scaled: desired > 2,
  why: '',
});

/** Mean 6.5 against 4: the first sync that asks for more than 2. 137 s reads 4, inside the tolerance. */
const SYNCS = [sync(107, 2, 1, 2), sync(122, 2, 1, 2), sync(137, 4, 2, 2)];
const AT_ONCE = [...SYNCS, sync(152, 6.5, 4, 4)];
const HELD = [...SYNCS, sync(152, 6.5, 4, 2), sync(167, 6.5, 4, 4)];

const runWith = (decisions: readonly Decision[], scraped = 'asr_active_requests') => ({
  ...exampleRun(),
  decisions,
  signals: {
    count: SCRAPES.length,
    atMillis: Float64Array.from(SCRAPES, ([at]) => at * 1000),
    observer: new Uint8Array(SCRAPES.length).fill(OBSERVERS.indexOf('prometheus')),
    subject: Uint32Array.from(SCRAPES, ([, pod]) => pod),
    subjects: ['asr-0', 'asr-1'],
    metric: new Uint16Array(SCRAPES.length),
    metrics: [scraped],
    value: Float64Array.from(SCRAPES, ([, , active]) => active),
    ageMillis: Float64Array.from(SCRAPES, () => 0),
  },
});

const asked = (decisions: readonly Decision[], scraped?: string) => {
  const run = runWith(decisions, scraped);
  return askedBy(run, decisions, decisions.length - 1, seenBy(run, decisions, 100_000), 100_000, 2);
};

const stages = (decisions: readonly Decision[], scraped?: string) => {
  const decision = decisions.at(-1)!;
  const first = { created: decision.t + 100, ready: decision.t + 100 };
  const pod = { first } as Parameters<typeof stagesOf>[0]['pod'];
  return stagesOf({ step: 100_000, asked: asked(decisions, scraped), decision, decided: decision.t, pod })
    .filter(({ seconds }) => seconds > 0)
    .map(({ name, seconds }) => [name, seconds]);
};

describe('what led to a scale-up', () => {
  it('is the scrape that lifted the mean of the samples above target and tolerance, not the first after the step', () => {
    expect(asked(AT_ONCE)).toEqual({ risen: 115_000, scraped: 145_000, sync: AT_ONCE[3], answered: 152_000 });
  });

  it('counts syncs on samples from before the load was high enough as no hold-back, and the scrape interval as scraping', () => {
    expect(stages(AT_ONCE)).toEqual([
      ['load', 15],
      ['scrape', 30],
      ['hpa-wait', 7],
      ['pod-creation', 0.1],
    ]);
  });

  it('counts a sync that asked for more and did not get it as held back', () => {
    expect(stages(HELD)).toEqual([
      ['load', 15],
      ['scrape', 30],
      ['hpa-wait', 7],
      ['window-policy', 15],
      ['pod-creation', 0.1],
    ]);
  });

  it('starts anew where the load was high enough for one sync and then not for the next', () => {
    const dip = [...SYNCS.slice(0, 1), sync(122, 6, 3, 2), ...SYNCS.slice(2), sync(152, 6.5, 4, 4)];
    expect(asked(dip)).toEqual({ risen: 115_000, scraped: 145_000, sync: dip[3], answered: 152_000 });
  });

  it('tells of a metric that no scrape carries under its name only up to the last sync that asked for no more', () => {
    expect(asked(AT_ONCE, 'asr_active_requests_total')).toEqual({
      risen: 137_000,
      scraped: null,
      sync: AT_ONCE[3],
      answered: 152_000,
    });
    expect(stages(AT_ONCE, 'asr_active_requests_total')).toEqual([
      ['load', 37],
      ['hpa-wait', 15],
      ['pod-creation', 0.1],
    ]);
  });
});
