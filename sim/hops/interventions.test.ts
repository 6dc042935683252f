import { describe, expect, it } from 'vitest';
import { simulate } from '../simulate.ts';
import type { RunRecord } from '../../model/record.ts';
import type { Intervention } from '../known-inputs.ts';
import { smallPlatform, smallScenario, stretches } from '../small-world.test-support.ts';

/** One pod, never more than half busy. */
const CALM = stretches(300, [[0, 300, 4]]);

const run = (...interventions: readonly Intervention[]): RunRecord =>
  simulate(CALM, smallScenario(), smallPlatform('5s'), {
    scheduleHash: '',
    versions: {},
    capacity: null,
    known: { interventions, syncs: [{ startMillis: 1000 }] },
  });

const errorsOf = (record: RunRecord): (string | null)[] =>
  record.decisions.map(({ metrics }) => metrics[0]?.error ?? null);

describe('an intervention', () => {
  it('takes place at its own instant: somebody scales, and the pods follow at once', () => {
    const record = run({ atMillis: 100_000, kind: 'cluster', input: { kind: 'scale', replicas: 3, by: 'somebody' } });
    const created = record.life.filter((e) => e.event === 'created' && e.t > 0);
    expect(created.map(({ t }) => Math.floor(t / 1000))).toEqual([100, 100]);
  });

  it('edits the HPA from its next sync on', () => {
    const record = run({ atMillis: 100_000, kind: 'hpa-edited', spec: { minReplicas: 2 } });
    expect(record.decisions.filter(({ desired }) => desired >= 2).map(({ t }) => Number(t) > 100_000)).not.toContain(
      false,
    );
    expect(record.decisions.some(({ scaled, desired }) => scaled && desired === 2)).toBe(true);
  });

  it('takes the adapter, or Prometheus behind it, away and brings it back', () => {
    for (const kind of ['adapter', 'prometheus'] as const) {
      const errors = errorsOf(run({ atMillis: 100_000, kind, down: true }, { atMillis: 150_000, kind, down: false }));
      expect(errors.slice(0, 6).every((error) => error === null)).toBe(true);
      expect(errors.slice(7, 9).every((error) => error !== null)).toBe(true);
      expect(errors.at(-1)).toBeNull();
    }
  });

  it('lets scrapes meet a refusal or silence, and answers again', () => {
    const failed = (...acts: readonly Intervention[]): number => run(...acts).storage.jobs[0]!.failedScrapes;
    const stretch = (meet: 'a refusal' | 'silence'): number =>
      failed(
        { atMillis: 100_000, kind: 'scrapes', pod: 0, meet },
        { atMillis: 150_000, kind: 'scrapes', pod: 0, meet: 'an answer' },
      );
    expect([failed(), stretch('a refusal'), stretch('silence')]).toEqual([0, 10, 10]);
  });

  it('makes another controller of it, which starts its window with the replicas it finds', () => {
    const raised = {
      atMillis: 30_000,
      kind: 'cluster',
      input: { kind: 'scale', replicas: 3, by: 'somebody' },
    } as const;
    const down = (record: RunRecord): number => Math.round(record.decisions.find(({ scaled }) => scaled)!.t / 1000);
    // One replica was recommended before: down at the next sync. A new controller holds the three for its 60 s,
    // and once more for the pods that had no sample yet.
    expect(down(run(raised))).toBe(31);
    expect(down(run(raised, { atMillis: 30_500, kind: 'controller-restarted' }))).toBe(121);
  });
});
