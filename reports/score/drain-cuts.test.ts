import { describe, expect, it } from 'vitest';
import type { PodTransition, RunRecord } from '../../model/record.ts';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import { seconds } from '../../model/units.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { cutByDrain } from './drain-cuts.ts';
import type { PodLife } from './pods.ts';

const base = exampleRun({ durationSeconds: 60, stepAtSeconds: 50 });

/** [pod, admitted, done, outcome], seconds. */
type Row = readonly [number, number, number, (typeof OUTCOMES)[number]];

const runOf = (graceSeconds: number, rows: readonly Row[]): RunRecord => {
  const requests = emptyRequests(rows.length);
  rows.forEach(([pod, admitted, done, outcome], i) => {
    requests.pod[i] = pod;
    requests.admittedMillis[i] = admitted * 1000;
    requests.doneMillis[i] = done * 1000;
    requests.outcome[i] = OUTCOMES.indexOf(outcome);
  });
  const { platform } = base.header;
  const deployment = { ...platform.deployment, terminationGrace: seconds(graceSeconds) };
  return { ...base, header: { ...base.header, platform: { ...platform, deployment } }, requests };
};

const pod = (ordinal: number, first: Partial<Record<PodTransition, number>>): PodLife => ({
  ordinal,
  name: `asr-${ordinal}`,
  node: null,
  first,
  ready: [],
});
const pods = [pod(0, { created: 0 }), pod(1, { created: 0, deleting: 100_000 })];
const cut = (graceSeconds: number, rows: readonly Row[]): number[] =>
  cutByDrain(
    runOf(graceSeconds, rows),
    pods,
    rows.map((_, i) => i),
  );

describe('calls cut by drain', () => {
  it('were being served and failed when the grace period of their pod was over', () => {
    expect(
      cut(30, [
        [1, 50, 130, 'failed'],
        [1, 50, 129.5, 'failed'], // a deletion is told in whole seconds
        [1, 50, 120, 'ok'],
        [1, NaN, 130, 'failed'], // never served there
        [0, 50, 130, 'failed'], // its pod was not told to go
      ]),
    ).toEqual([0, 1]);
  });
  it('are none where the pod was killed before its grace period was over', () => {
    expect(cut(30, [[1, 50, 100, 'failed']])).toEqual([]);
  });
  it('are all of a deleted pod without a grace period', () => {
    expect(cut(0, [[1, 50, 100, 'failed']])).toEqual([0]);
  });
});
