import { describe, expect, it } from 'vitest';
import type { Decision, LifeEvent, RunRecord, SignalTable } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { agreement, boundedFigures, commonSamples } from './agreement.ts';
import { chainRoot } from './chain.ts';
import { divergenceSentence, firstDivergence } from './divergence.ts';
import { KNOWN_NOTE, agreementReport } from './text.ts';
import { trajectoryError, wantedEverySecond } from './trajectory.ts';

const run = exampleRun({ seed: 5 });
const scaledAt = run.decisions.findIndex(({ scaled }) => scaled);

/** The same run with one decision changed. */
const decided = (of: RunRecord, index: number, change: (decision: Decision) => Partial<Decision>): RunRecord => ({
  ...of,
  decisions: of.decisions.map((decision, i) => (i === index ? { ...decision, ...change(decision) } : decision)),
});

/** The same run in which one scrape before `beforeMillis` saw one more; the value of the sync that read it too. */
const seenOneMore = (of: RunRecord, beforeMillis: number): RunRecord => {
  const { signals } = of;
  const value = signals.value.slice();
  const last = Array.from(signals.observer).findLastIndex(
    (observer, i) => OBSERVERS[observer] === 'prometheus' && signals.atMillis[i]! < beforeMillis,
  );
  value[last]! += 1;
  const changed: SignalTable = { ...signals, value };
  return { ...of, signals: changed };
};

describe('replica counts each second', () => {
  it('differ on some seconds and in their sum', () => {
    expect(trajectoryError(Int32Array.of(2, 2, 4, 4), Int32Array.of(2, 3, 4, 3))).toEqual({
      seconds: 4,
      equal: 2,
      firstDifference: 1,
      replicaSecondsOff: 0,
    });
    expect(trajectoryError(Int32Array.of(2, 2), Int32Array.of(2, 3))).toMatchObject({ replicaSecondsOff: 0.25 });
  });

  it('are what the HPA wrote, from the second of the write on', () => {
    const wanted = wantedEverySecond(run);
    const { t, current, desired } = run.decisions[scaledAt]!;
    const second = Math.ceil(t / 1000);
    expect([wanted[second - 1], wanted[second]]).toEqual([current, desired]);
    expect(wanted).toHaveLength(run.header.durationMillis / 1000);
  });
});

describe('agreement', () => {
  it('of a run with itself keeps every bound', () => {
    expect(
      boundedFigures(agreement(run, run)).map(({ what, value, bound, kept }) => [what, value, bound, kept]),
    ).toEqual([
      ['seconds with equal replicas', 1, 0.97, true],
      ['replica-seconds off', 0, 0.005, true],
      ['latency p50 off', 0, 0.05, true],
      ['latency p95 off', 0, 0.05, true],
      ['stored samples off', 0, 0.01, true],
    ]);
  });

  it('does not keep what cannot be had, and has twice the room with faults', () => {
    const without = { ...run, storage: { ...run.storage, jobs: [] } };
    expect(boundedFigures(agreement(run, without)).filter(({ kept }) => !kept)).toMatchObject([
      { what: 'stored samples off', value: null },
    ]);
    expect(boundedFigures(agreement(run, run), 2).map(({ bound }) => bound)).toEqual([0.94, 0.01, 0.1, 0.1, 0.02]);
  });

  it('counts the samples of jobs that both runs have', () => {
    const [job] = run.storage.jobs;
    const other = {
      ...run.storage,
      jobs: [
        { ...job!, samples: 90 },
        { ...job!, job: 'another', samples: 1000 },
      ],
    };
    expect(commonSamples(run, { ...run, storage: other })).toEqual([job!.samples, 90]);
  });
});

describe('a chain of differences', () => {
  const link = (atMillis: number, what: string) => ({ atMillis, what, cause: null });

  it('begins with its first link; what is later than the divergence or long before the chain is not part of it', () => {
    const found = [link(500_000, 'later'), link(290_000, 'b'), link(250_000, 'a'), link(100_000, 'made good')];
    expect(chainRoot(found, 300_000).what).toBe('a');
    expect(chainRoot([], 300_000)).toEqual({ atMillis: 300_000, what: 'the HPA wrote another scale', cause: null });
  });
});

describe('the first divergence', () => {
  it('is none where the wanted replicas are the same, whatever else differs', () => {
    expect(firstDivergence(run, seenOneMore(run, 60_000))).toBeNull();
    expect(divergenceSentence(null)).toBe('equal at every second');
  });

  it('is a decision of its own on equal answers, without a known cause', () => {
    const { t, desired } = run.decisions[scaledAt]!;
    const ours = decided(run, scaledAt, () => ({ desired: desired + 1 }));
    const divergence = firstDivergence(run, ours)!;
    expect(divergence.second).toBe(Math.ceil(t / 1000));
    expect(divergence.root).toMatchObject({ atMillis: t, cause: null });
    expect(divergence.root.what).toContain(`the HPA wanted ${desired}, ours ${desired + 1}`);
    expect(divergenceSentence(divergence)).toContain('no known cause');
  });

  it('goes back to the scrape that saw another value', () => {
    const { t, desired } = run.decisions[scaledAt]!;
    const ours = decided(seenOneMore(run, t), scaledAt, () => ({ desired: desired + 1 }));
    const { root } = firstDivergence(run, ours)!;
    expect(root.atMillis).toBeLessThan(t);
    expect(root.what).toMatch(/^a scrape saw .* ours at /);
  });

  it('names a pod whose delay was not the known one', () => {
    const joined = run.life.find((e) => e.subject === 'pod' && e.event === 'endpoint-ready' && e.t > 0)!;
    const late = run.life.map((e): LifeEvent => (e === joined ? { ...e, t: (e.t + 400) as typeof e.t } : e));
    const next = run.decisions.findIndex(({ t }) => t > joined.t + 400);
    const { root } = firstDivergence(
      run,
      decided({ ...run, life: late }, next, ({ desired }) => ({ desired: desired + 1, scaled: true })),
    )!;
    expect(root).toMatchObject({ atMillis: joined.t, cause: null });
    expect(root.what).toMatch(/^endpoint-ready of pod \d+ came -400 ms later than ours$/);
  });
});

describe('the report of an agreement', () => {
  const other = decided(run, scaledAt, ({ desired }) => ({ desired: desired + 1 }));
  const knowing = { ...other, header: { ...other.header, notes: [KNOWN_NOTE] } };

  it('fails a simulation that was told what is known, and not one that drew it', () => {
    expect(agreementReport(run, knowing).pass).toBe(false);
    expect(agreementReport(run, other).pass).toBe(true);
    expect(agreementReport(run, other).text).toContain('its bounds hold after `simulate RUN`');
  });

  it('calls two real runs first and second, and binds them to nothing', () => {
    const again = decided(run, scaledAt, ({ desired }) => ({ desired: desired + 1 }));
    const { pass, text } = agreementReport(run, { ...again, header: { ...again.header, profile: 'kind' } });
    const lines = text.split('\n');
    expect(pass).toBe(true);
    expect(
      lines.filter((line) => /^(scale events|storage)/.test(line)).map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['scale events, first', 'second', 'later by'],
      ['storage', 'first', 'second', 'error'],
    ]);
    expect(lines.at(-1)).toBe(
      'two real runs: names, phases and delays were drawn anew; the bounds are those of a run and its own simulation',
    );
  });

  it('shows scale events side by side: the same change in a line of its own, the others alone', () => {
    const { t, current, desired } = run.decisions[scaledAt]!;
    const at = (t / 1000).toFixed(3);
    const lines = agreementReport(run, knowing).text.split('\n');
    const same = agreementReport(run, run).text.split('\n');
    expect(same.find((line) => line.includes(`${current} → ${desired}`))).toMatch(
      new RegExp(`^${at} s  ${current} → ${desired} +${at} s  ${current} → ${desired} +0 ms$`),
    );
    expect(lines.find((line) => line.includes(`${current} → ${desired + 1}`))).toMatch(/^– +/);
  });
});
