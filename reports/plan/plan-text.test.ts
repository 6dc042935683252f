import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { stepFunction } from '../stats/step-function.ts';
import type { PlanAnswer, TargetTrial } from './answer.ts';
import { attainmentOf, chooseTarget, drainedOf, furthest, isKeptAt } from './answer.ts';
import { planCsv, planText } from './plan-text.ts';
import { planOf } from './plan.ts';

const interval = (mean: number) =>
  ({ mean, low: mean - 0.01, high: mean, confidence: 0.95, count: 5, method: 'bootstrap' }) as const;

const answer: PlanAnswer = {
  ...planOf(
    {
      load: stepFunction([[0, 15]]),
      sessions: null,
      fromMillis: 0,
      toMillis: 60_000,
      callsPerWeight: 1,
      offers: [
        {
          gpu: 'L4',
          basis: 'guess',
          curves: [
            [10, 20],
            [10, 20],
          ],
          sessionsPerReplica: 25,
          instance: 'g6.xlarge',
          pricePerHour: 1,
          source: '',
        },
      ],
      gpu: 'L4',
      cases: [{ name: 'forecast, "spring"', factor: 1 }],
      loseNodes: 0,
      replicasPerNode: 1,
      leadSeconds: 60,
      maxFactor: 2,
    },
    stream(1, 'plan'),
  ),
  schema: 'surgelab.plan/1',
  scenario: 'example',
  objective: 'short calls within 2 s for 95 %',
  gpu: 'L4',
  seeds: 5,
  scenarioHours: 1,
  targets: [],
  binding: null,
  target: 4,
  graceSeconds: null,
  grace: null,
  checks: [
    {
      name: 'forecast',
      factor: 1,
      settings: 'advised',
      attainment: interval(0.97),
      live: null,
      liveCut: null,
      kept: true,
      gpuHoursPerDay: 48,
      moneyPerDay: 48,
    },
    {
      name: 'forecast',
      factor: 1,
      settings: 'present',
      attainment: null,
      live: null,
      liveCut: null,
      kept: false,
      gpuHoursPerDay: 48,
      moneyPerDay: 48,
    },
  ],
  keep: false,
  notes: ['a note'],
};

describe('the plan as text and CSV', () => {
  it('opens with what to set', () => {
    expect(planText(answer).split('\n')[0]).toBe('Set HPA minimum 2, maximum 3, target 4; keep 0 warm spare nodes.');
    expect(planText(answer)).not.toMatch(/undefined|NaN|null/);
  });
  it('says so where the advised settings miss the promise', () => {
    const checks = answer.checks.map((check) => ({ ...check, kept: false }));
    expect(planText({ ...answer, checks }).split('\n')[1]).toBe(
      'Even these settings miss the promise at the forecast: of what was simulated they come closest.',
    );
  });
  const at = (name: string, settings: 'present' | 'advised', mean: number, kept: boolean, moneyPerDay: number) => ({
    ...answer.checks[0]!,
    ...{ name, settings, attainment: interval(mean), kept, moneyPerDay },
  });
  const checks = (mean: number, kept: boolean) => [
    at('forecast', 'present', 0.999, true, 144),
    at('forecast', 'advised', 0.998, true, 155),
    at('forecast, 1 node lost', 'present', mean, kept, 144),
    at('forecast, 1 node lost', 'advised', 0.998, true, 155),
  ];
  it('opens with keeping what there is where nothing is bought by changing it', () => {
    const text = planText({ ...answer, keep: true, checks: checks(0.999, true) });
    expect(text.split('\n').slice(0, 3)).toEqual([
      'Keep what you have: it keeps the promise in all 2 cases simulated, for $144 a day at the forecast.',
      'What the load would be sized for, HPA minimum 2, maximum 3, target 4 and 0 warm spare nodes, costs $155 and',
      'keeps it in no other case.',
    ]);
  });
  it('says what the money buys where only the advised settings keep the promise', () => {
    const text = planText({ ...answer, checks: checks(0.9, false) });
    expect(text.split('\n').slice(0, 3)).toEqual([
      'Set HPA minimum 2, maximum 3, target 4; keep 0 warm spare nodes.',
      'That costs $11.00 a day more at the forecast than the present settings and keeps the promise where those miss',
      'it (forecast, 1 node lost: at least 98.80 % in time against 89.00 %).',
    ]);
  });
  it('says that cheaper settings are cheaper, and at what else they miss the promise', () => {
    const cheaper = [
      at('forecast', 'present', 0.999, true, 155),
      at('forecast', 'advised', 0.998, true, 144),
      at('2 × forecast', 'advised', 0.8, false, 155),
      at('forecast, 1 node lost', 'advised', 0.9, false, 155),
    ];
    expect(
      planText({ ...answer, checks: cheaper })
        .split('\n')
        .slice(1, 3),
    ).toEqual([
      'That costs $11.00 a day less at the forecast than the present settings.',
      'The promise is not kept at: 2 × forecast; forecast, 1 node lost.',
    ]);
  });
  it('says what binds where no target keeps the promise', () => {
    expect(planText({ ...answer, binding: 'What binds is the minimum.' }).split('\n')[1]).toBe(
      'What binds is the minimum.',
    );
  });
  it('says what the grace period cuts, which is the least that cuts nobody, and what that costs', () => {
    const grace = {
      presentSeconds: 120,
      leastSeconds: 1680,
      cut: 34,
      sessions: 2959,
      moneyPerDay: { present: 142, least: 144 },
    };
    const longer = { ...answer, graceSeconds: 1680, grace };
    expect(planText(longer).split('\n').slice(0, 4)).toEqual([
      'Set HPA minimum 2, maximum 3, target 4, terminationGracePeriodSeconds 1680; keep 0 warm spare nodes.',
      'What binds when pods go is the grace period: with 120 s, 34 of 2\u202f959 live sessions in 5 runs are cut by pods',
      'that are told to go. 1\u202f680 s is the least, in steps of 30 s, that cut none; GPU money goes from $142 to $144 a',
      'day.',
    ]);
    expect(planCsv(longer).split('\n')).toContain('advice,deployment,,terminationGracePeriodSeconds,1680,,');
    const none = { ...grace, leastSeconds: null, moneyPerDay: { present: 142, least: null } };
    expect(planText({ ...answer, grace: none })).toContain('Not even twice the longest session is long');
  });
  it('has one figure per CSV line, quotes where needed, and leaves a cell empty where there is no data', () => {
    const lines = planCsv(answer).split('\n');
    expect(lines[0]).toBe('table,name,settings,quantity,value,low,high');
    expect(lines).toContain('replicas,"forecast, ""spring""",,peak,2,,');
    expect(lines).toContain('check,forecast,present,attainment,,,');
    expect(lines.slice(0, -1).every((line) => line.replaceAll(/"[^"]*"/g, '').split(',').length >= 7)).toBe(true);
  });
});

describe('a plan with live sessions', () => {
  const withLive: PlanAnswer = {
    ...answer,
    sessions: { perReplica: 25, peak: 110 },
    checks: answer.checks.map((check) => ({ ...check, live: interval(0.96), liveCut: 0.039 })),
  };
  it('says how many a replica keeps up with, and whether they kept up', () => {
    expect(planText(withLive)).toContain(
      'live sessions: one replica keeps up with 25 on L4 (a step fits into its audio); up to 110 are open at once',
    );
    expect(planText(withLive)).toMatch(/live in time  live cut/);
    const lines = planCsv(withLive).split('\n');
    expect(lines).toContain('capacity,1,,liveSessions,25,,');
    expect(lines).toContain('load,today,,peakLiveSessions,110,,');
    expect(lines).toContain('check,forecast,advised,liveAttainment,0.96,0.95,0.96');
    expect(lines).toContain('check,forecast,advised,liveCut,0.039,,');
  });
});

describe('the target', () => {
  const trial = (target: number, attainment: number | null, moneyPerDay: number): TargetTrial => ({
    target,
    attainment: attainment === null ? null : interval(attainment),
    kept: isKeptAt(attainment === null ? null : interval(attainment), 0.95),
    moneyPerDay,
  });
  it('is the cheapest that keeps the promise at the low end of its interval', () => {
    expect(chooseTarget([trial(2, 0.99, 9), trial(4, 0.965, 7), trial(6, 0.955, 5)])).toBe(4);
  });
  it('is the closest to the promise where none keeps it, and none where there is none', () => {
    expect(chooseTarget([trial(2, 0.9, 9), trial(4, 0.8, 7), trial(6, null, 5)])).toBe(2);
    expect(chooseTarget([])).toBeNull();
  });
  it('is judged by the kind that is furthest from its promise', () => {
    const [calls, sessions] = [interval(1), interval(0.83)];
    const shares = [
      [calls, 0.99],
      [sessions, 0.95],
    ] as const;
    expect(furthest(shares)).toBe(sessions);
    expect(
      furthest([
        [null, 0.99],
        [sessions, 0.95],
      ]),
    ).toBe(sessions);
    expect(furthest([[null, 0.99]])).toBeNull();
  });
  it('is judged by the promised kind alone', () => {
    const run = {
      hours: 1,
      arrived: 20,
      missed: 9,
      gpus: 1,
      gpuMoneyPerHour: 1,
      metricMoneyPerMonth: 0,
      toReadySeconds: null,
      stages: [],
    };
    const kinds = [
      { kind: 'short', arrived: 10, kept: 10, cutByDrain: 0 },
      { kind: 'batch', arrived: 10, kept: 1, cutByDrain: 0 },
    ] as const;
    expect(
      attainmentOf(
        [
          { ...run, kinds },
          { ...run, kinds },
        ],
        'short',
        stream(1, 'a'),
      )!.mean,
    ).toBe(1);
    expect(attainmentOf([{ ...run, kinds: [] }], 'short', stream(1, 'a'))).toBeNull();
    const live = (cutByDrain: number) => ({ kind: 'stream', arrived: 30, kept: 20, cutByDrain }) as const;
    expect(
      drainedOf([
        { ...run, kinds: [...kinds, live(2)] },
        { ...run, kinds: [live(5)] },
      ]),
    ).toEqual({ sessions: 60, cut: 7 });
  });
});
