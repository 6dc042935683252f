import { describe, expect, it } from 'vitest';
import type { Conduct } from './conduct.ts';
import { departure } from './conduct.ts';

const seconds = (value: number) => ({ kind: 'fixed', value }) as const;
const IMPATIENT: Conduct = { hangup: { share: 1, after: seconds(20) }, cut: null };
const CUTS: Conduct = { hangup: null, cut: { share: 1, after: null } };

describe('departure', () => {
  it('is a function of the row’s seed: every engine that plays the row gets the same instants', () => {
    const conduct: Conduct = {
      hangup: { share: 0.5, after: { kind: 'exponential', mean: 20 } },
      cut: { share: 0.5, after: null },
    };
    const rows = [1, 2, 3, 4].map((seed) => departure(conduct, seed, 100, true));
    expect(rows.map(({ patienceMillis, cutMillis }) => [Math.round(patienceMillis), Math.round(cutMillis)])).toEqual([
      [Infinity, Infinity],
      [Infinity, 20_154],
      [Infinity, Infinity],
      [3151, Infinity],
    ]);
  });

  it('ends patience after its own time, and never cuts what is no live session', () => {
    expect(departure(IMPATIENT, 7, 5, false)).toEqual({ patienceMillis: 20_000, cutMillis: Infinity });
    expect(departure(CUTS, 7, 5, false)).toEqual({ patienceMillis: Infinity, cutMillis: Infinity });
  });

  it('cuts a session before the end of its audio, or not at all', () => {
    const after = (s: number): Conduct => ({ hangup: null, cut: { share: 1, after: seconds(s) } });
    expect([4.9, 5].map((s) => departure(after(s), 7, 5, true).cutMillis)).toEqual([4900, Infinity]);
  });

  it('takes the share of the callers and spreads cuts evenly over the audio', () => {
    const conduct: Conduct = { hangup: { share: 0.3, after: seconds(1) }, cut: { share: 1, after: null } };
    const rows = Array.from({ length: 20_000 }, (_, seed) => departure(conduct, seed, 10, true));
    const leaving = rows.filter(({ patienceMillis }) => patienceMillis < Infinity).length / rows.length;
    const meanCut = rows.reduce((sum, { cutMillis }) => sum + cutMillis, 0) / rows.length;
    // Five standard errors: 0.3 ± 0.016, 5000 ± 102 ms.
    expect(Math.abs(leaving - 0.3)).toBeLessThan(0.0163);
    expect(Math.abs(meanCut - 5000)).toBeLessThan(102);
  });

  it('draws hang-ups and cuts apart: adding cuts leaves every hang-up as it was', () => {
    const hangup = { share: 0.5, after: { kind: 'exponential', mean: 20 } } as const;
    const patience = (cut: Conduct['cut']): number[] =>
      [1, 2, 3, 4, 5].map((seed) => departure({ hangup, cut }, seed, 60, true).patienceMillis);
    expect(patience({ share: 0.7, after: null })).toEqual(patience(null));
  });
});
