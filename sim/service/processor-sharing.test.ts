import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICE_LAWS, secondsPerWeight } from '../../model/service-time.ts';
import type { BatchLaw } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import { ProcessorSharing } from './processor-sharing.ts';

const law = (a: number, b: number): BatchLaw => ({
  a: seconds(a),
  b: seconds(b),
  t0: seconds(0),
  t0Sigma: 0,
  referenceAudio: seconds(1),
  cap: Infinity,
});

/** [id, end in ms] of every request, in the order of their ends. Arrivals in order of time; completions go first at ties. */
const play = (of: BatchLaw, arrivals: readonly (readonly [at: number, weight: number])[]): [number, number][] => {
  const sharing = new ProcessorSharing(of);
  const ends: [number, number][] = [];
  const finishUntil = (until: number): void => {
    while (sharing.nextMillis() <= until) {
      const at = sharing.nextMillis();
      ends.push([sharing.finish(), at]);
    }
  };
  arrivals.forEach(([at, weight], id) => {
    finishUntil(at);
    sharing.admit(at, id, weight);
  });
  finishUntil(1e15);
  return ends;
};

/** The simple version: the rest of every request, reduced at every event. */
const playSimply = (of: BatchLaw, arrivals: readonly (readonly [at: number, weight: number])[]): [number, number][] => {
  const inside: { id: number; rest: number }[] = [];
  const ends: [number, number][] = [];
  let now = 0;
  const advanceTo = (until: number): void => {
    for (;;) {
      const least = inside.reduce((low, r) => Math.min(low, r.rest), Infinity);
      const per = 1000 * secondsPerWeight(of, inside.length);
      const end = inside.length === 0 ? Infinity : now + least * per;
      if (end > until) {
        if (until < Infinity) for (const r of inside) r.rest -= (until - now) / per;
        now = until;
        return;
      }
      for (const r of inside) r.rest -= least;
      now = end;
      const at = inside.findIndex((r) => r.rest <= 0);
      ends.push([inside[at]!.id, now]);
      inside.splice(at, 1);
    }
  };
  arrivals.forEach(([at, weight], id) => {
    advanceTo(at);
    inside.push({ id, rest: weight });
  });
  advanceTo(1e15);
  return ends;
};

describe('processor sharing', () => {
  it('follows the exact path of scoring.md 9.4: size 3 at 0 and size 1 at 1 s end at 4 and 3 s', () => {
    expect(
      play(law(0, 1), [
        [0, 3],
        [1000, 1],
      ]),
    ).toEqual([
      [1, 3000],
      [0, 4000],
    ]);
  });

  it('takes a + b for a lone request of weight 1', () => {
    expect(play(law(0.225, 0.05), [[0, 1]])[0]![1]).toBeCloseTo(275, 9);
  });

  it('ends equal requests at the same instant, in the order of admission', () => {
    expect(
      play(law(1, 1), [
        [0, 1],
        [0, 1],
        [0, 1],
      ]),
    ).toEqual([
      [0, 4000],
      [1, 4000],
      [2, 4000],
    ]);
  });

  it('goes on faster for the others when one gives up', () => {
    const sharing = new ProcessorSharing(law(0, 1));
    sharing.admit(0, 7, 1);
    sharing.admit(0, 8, 1);
    expect(sharing.nextMillis()).toBe(2000);
    expect([sharing.abandon(1000, 7), sharing.abandon(1000, 7)]).toEqual([true, false]);
    expect(sharing.nextMillis()).toBe(1500);
  });

  it('throws everybody out in the order of admission', () => {
    const sharing = new ProcessorSharing(law(0, 1));
    [5, 3, 4, 1, 2].forEach((weight, id) => sharing.admit(id, id, weight));
    expect(sharing.clear(10)).toEqual([0, 1, 2, 3, 4]);
    expect([sharing.count, sharing.nextMillis()]).toEqual([0, Infinity]);
  });

  it('agrees with the simple version on any arrivals', () => {
    const arrival = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 40 }), fc.constantFrom(0, 0.09, 0.225), (gaps, a) => {
        let at = 0;
        const arrivals = gaps.map(([gap, weight]) => [(at += gap), weight / 10] as const);
        const byId = (x: [number, number], y: [number, number]): number => x[0] - y[0];
        const got = play(law(a, 0.05), arrivals).sort(byId);
        const simple = playSimply(law(a, 0.05), arrivals).sort(byId);
        expect(got.map(([id]) => id)).toEqual(simple.map(([id]) => id));
        got.forEach(([, end], i) => expect(Math.abs(end - simple[i]![1])).toBeLessThan(1e-6));
      }),
    );
  });
});

/** Requests per second and mean stay in seconds with c always in service. */
const saturate = (of: BatchLaw, c: number): { perSecond: number; staySeconds: number } => {
  const sharing = new ProcessorSharing(of);
  const rounds = 50;
  const admitted: number[] = [];
  for (let id = 0; id < c; id++) sharing.admit((admitted[id] = 0), id, 1);
  let stays = 0;
  let now = 0;
  for (let id = c; id < c * rounds; id++) {
    now = sharing.nextMillis();
    stays += now - admitted[sharing.finish()]!;
    sharing.admit((admitted[id] = now), id, 1);
  }
  const finished = c * (rounds - 1);
  return { perSecond: (finished / now) * 1000, staySeconds: stays / finished / 1000 };
};

describe('calibration.md section 7', () => {
  it.each([
    [
      'whisper-24gb',
      [
        [1, 9.2],
        [2, 15.6],
        [4, 24.1],
        [8, 33.1],
        [16, 40.6],
        [32, 45.8],
        [64, 49.0],
      ],
    ],
    [
      'pulse-pro-l40s',
      [
        [1, 182 / 50],
        [32, 17.5],
        [128, 19.3],
      ],
    ],
    [
      'pulse-pro-l40s-words',
      [
        [1, 116 / 50],
        [32, 8.3],
      ],
    ],
    [
      'funasr-4090',
      [
        [1, 13.9],
        [2, 24.7],
        [4, 40.4],
        [8, 59.2],
      ],
    ],
  ] as const)('test 1: %s reproduces its check column within 1 %%', (name, column) => {
    for (const [c, expected] of column) {
      const { perSecond } = saturate(SERVICE_LAWS[name]!.batch, c);
      expect(Math.abs(perSecond / expected - 1), `c = ${c}: ${perSecond}`).toBeLessThan(0.01);
    }
  });

  it('test 2: saturated mean time is c/X(c) by Little’s law, within 1 %', () => {
    for (const c of [1, 4, 32, 128]) {
      const { perSecond, staySeconds } = saturate(SERVICE_LAWS['pulse-pro-l40s']!.batch, c);
      expect(Math.abs((staySeconds * perSecond) / c - 1), `c = ${c}`).toBeLessThan(0.01);
    }
  });
});
