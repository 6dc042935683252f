import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { changeJunit, changeMarkdown, changeSentence } from './change-report.ts';
import { compareSets } from './regression.ts';

const pairs = Array.from({ length: 10 }, (_, i) => i);
const change = compareSets(
  [
    {
      name: 'latency{kind=short} p95',
      dimension: 'seconds',
      lowerIsBetter: true,
      gated: true,
      before: pairs.map((i) => 10 + 0.1 * i),
      after: pairs.map((i) => 5.9 + 0.1 * i + 0.01 * (i % 2)),
    },
    {
      name: 'reaction.toReady p95',
      dimension: 'seconds',
      lowerIsBetter: true,
      gated: true,
      before: pairs.map(() => null),
      after: pairs.map(() => 90),
    },
    {
      name: 'storage.moneyPerMonth',
      dimension: 'money',
      lowerIsBetter: true,
      gated: false,
      before: pairs.map(() => 0.22),
      after: pairs.map(() => 0.44),
    },
  ],
  stream(1, 'gate'),
);

describe('the report on a change', () => {
  it('says in a sentence what was changed and what it did', () => {
    expect(changeSentence(change, ['scrape interval 30s → 15s'])).toBe(
      'scrape interval 30s → 15s: latency{kind=short} p95 4.1 s less (4.1 s to 4.1 s), storage.moneyPerMonth $0.22 more ($0.22 to $0.22).',
    );
  });

  it('does not claim that nothing changed where too few pairs were there to tell', () => {
    const [first] = change.figures;
    const one = compareSets([{ ...first!, before: [10], after: [20] }], stream(1, 'gate'));
    expect([changeSentence(one, []), one.figures[0]!.why]).toEqual([
      'No setting differs: nothing could be compared.',
      '1 of 1 pair has this figure, 5 are needed',
    ]);
  });

  it('is Markdown for a pull request', () => {
    const text = changeMarkdown(change, [], 'bench, 10 seeds, against main');
    expect(text.split('\n')[0]).toBe('### Surgelab gate: NOT ENOUGH DATA');
    expect(text).toContain('| latency{kind=short} p95 | 10.4 s | 6.4 s | −4.1 s |');
    expect(text).toContain('nothing can be said of reaction.toReady p95. bench, 10 seeds, against main.');
    expect(text).not.toMatch(/undefined|NaN/);
  });

  it('is JUnit XML: no data is an error, not a pass', () => {
    const text = changeJunit(change);
    expect(text).toContain('tests="3" failures="0" errors="1" skipped="1"');
    expect(text.match(/<testcase /g)).toHaveLength(3);
    expect(text).toContain('name="reaction.toReady p95"><error message="no data to 90 s');
  });
});
