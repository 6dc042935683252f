import { describe, expect, it } from 'vitest';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { scoredCalls } from './calls.ts';
import type { Promised } from './promise.ts';
import { mostLetDown } from './promise.ts';
import { arrivalsOf, letDown } from './recovery.ts';

const run = exampleRun({ seed: 5 });
const kinds = Uint8Array.from(run.schedule.kind, (_, i) => REQUEST_KINDS.indexOf(i % 10 === 0 ? 'batch' : 'short'));
const mixed = { ...run, schedule: { ...run.schedule, kind: kinds } };
const promise = (kind: Promised['kind'], withinSeconds: number): Promised => ({
  kind,
  withinSeconds,
  target: 0.9,
  from: 'default',
});

const warmup = run.header.warmupMillis;

describe('the kind that is let down most often', () => {
  it('is named even if most calls are of another kind', () => {
    const files = scoredCalls(mixed).filter((i) => i % 10 === 0).length;
    expect(
      mostLetDown(letDown(arrivalsOf(mixed, [promise('short', 1e6), promise('batch', 0)]), warmup, Infinity)),
    ).toEqual({
      kind: 'batch',
      arrived: files,
      missed: files,
    });
  });

  it('is the first promised if none is let down, and unknown without calls', () => {
    const arrivals = arrivalsOf(mixed, [promise('short', 1e6), promise('batch', 1e6)]);
    expect(mostLetDown(letDown(arrivals, 0, mixed.requests.intendedMillis[3]!))).toEqual({
      kind: 'short',
      arrived: 2,
      missed: 0,
    });
    expect(mostLetDown(letDown(arrivals, 0, 0))).toBeNull();
  });
});
