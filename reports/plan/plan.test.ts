import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { stepFunction } from '../stats/step-function.ts';
import type { PlanInput } from './plan.ts';
import { planOf } from './plan.ts';

const curve = [10, 20, 30, 40];
const input: PlanInput = {
  load: stepFunction([
    [0, 8],
    [1_800_000, 28],
  ]),
  sessions: null,
  fromMillis: 0,
  toMillis: 3_600_000,
  callsPerWeight: 0.5,
  offers: [
    {
      gpu: 'L4',
      basis: 'guess',
      curves: [curve, curve],
      sessionsPerReplica: 25,
      instance: 'g6.xlarge',
      pricePerHour: 0.8,
      source: 's',
    },
    {
      gpu: 'L40S',
      basis: 'published',
      curves: [
        [40, 80],
        [40, 80],
      ],
      sessionsPerReplica: 128,
      instance: null,
      pricePerHour: null,
      source: 's',
    },
    {
      gpu: 'T4',
      basis: 'guess',
      curves: [
        [0, 0],
        [0, 0],
      ],
      sessionsPerReplica: 0,
      instance: 'g4dn.xlarge',
      pricePerHour: 0.5,
      source: 's',
    },
  ],
  gpu: 'L4',
  cases: [
    { name: 'forecast', factor: 1 },
    { name: '2 × forecast', factor: 2 },
  ],
  loseNodes: 1,
  replicasPerNode: 1,
  leadSeconds: 300,
  maxFactor: 2,
};

describe('planOf', () => {
  const plan = planOf(input, stream(1, 'plan'));

  it('needs what the capacity curve says, case by case', () => {
    expect(plan.cases.map(({ name, needs }) => [name, needs.trough, needs.peak, needs.mean])).toEqual([
      ['forecast', 1, 3, 2],
      ['2 × forecast', 2, 6, 4],
    ]);
  });

  it('advises minimum and maximum with a lost node, and the nodes that cannot come in time', () => {
    expect(plan.hpa).toEqual({
      min: 2,
      max: 7,
      warmSpareNodes: 2,
      why: [
        'minimum: 1 at the quietest moment + 1 for 1 lost node',
        'maximum: 6 at the peak of 2 times the forecast + 1',
        'warm spare: the need rises by up to 2 within the 300 s that a pod on a new node takes',
      ],
    });
  });

  it('keeps a higher minimum where simulations ask for it, and less warm: what is there need not come', () => {
    expect(planOf(input, stream(1, 'plan'), 3).hpa).toEqual({
      min: 3,
      max: 7,
      warmSpareNodes: 1,
      why: [
        'minimum: 3, the least that was simulated to keep the promise; the quietest moment needs 2',
        'maximum: 6 at the peak of 2 times the forecast + 1',
        'warm spare: the need rises by up to 1 within the 300 s that a pod on a new node takes',
      ],
    });
  });

  it('prices each GPU by its own need; no price and no capacity are said, not guessed', () => {
    // (mean 2 + lost 1 + spare 2) · 24 h · 0.8
    expect(plan.gpus[0]).toMatchObject({ gpuHoursPerDay: 120, moneyPerDay: 96 });
    expect(plan.gpus[0]!.moneyPerMonth).toBeCloseTo((96 * 730) / 24, 9);
    expect(plan.gpus[1]).toMatchObject({ needs: { peak: 1 }, gpuHoursPerDay: 48, moneyPerDay: null });
    expect(plan.gpus[2]).toMatchObject({ needs: null, gpuHoursPerDay: null });
  });

  it('tells capacity in calls per second of the mix', () => {
    expect(plan.capacity.map(({ replicas, callsPerSecond }) => [replicas, callsPerSecond])).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
      [4, 20],
    ]);
  });
});

describe('live sessions', () => {
  const sessions = stepFunction([
    [0, 20],
    [1_800_000, 110],
  ]);
  const rng = () => stream(1, 'plan');

  it('need what the law says, and a mix the more of both', () => {
    const mixed = planOf({ ...input, sessions }, rng());
    // 20 sessions fit on one replica, 110 need five; the calls need one, then three.
    expect(mixed.cases[0]!.needs).toMatchObject({ trough: 1, peak: 5, mean: 3 });
    expect(mixed.cases[1]!.needs).toMatchObject({ trough: 2, peak: 9 });
    expect(mixed.sessions).toEqual({ perReplica: 25, peak: 110 });
    expect(mixed.hpa).toMatchObject({ min: 2, max: 10, warmSpareNodes: 4 });
  });

  it('alone need no capacity curve', () => {
    const offers = input.offers.map((offer) => ({ ...offer, curves: [] }));
    const alone = planOf({ ...input, load: stepFunction([[0, 0]]), sessions, offers }, rng());
    expect(alone.capacity).toEqual([]);
    expect(alone.cases[0]!.needs).toMatchObject({ trough: 1, peak: 5 });
    expect(alone.gpus.map(({ gpu, needs }) => [gpu, needs?.peak ?? null])).toEqual([
      ['L4', 5],
      ['L40S', 1],
      ['T4', null],
    ]);
  });

  it('cannot be carried by a GPU on which one alone falls behind', () => {
    const offers = input.offers.map((offer) => (offer.gpu === 'L40S' ? { ...offer, sessionsPerReplica: 0 } : offer));
    expect(planOf({ ...input, sessions, offers }, rng()).gpus[1]).toMatchObject({ needs: null, moneyPerDay: null });
  });
});
