import { describe, expect, it } from 'vitest';
import { readQuestion } from './question.ts';

describe('the overrides of the command line', () => {
  it('takes a length above the warm-up of the scenario', () => {
    expect(readQuestion({ scenario: 'bench', duration: '61s' }).scenario.duration).toBe(61);
  });

  it.each([
    ['60s', '--duration 60s: the first 60 s are warm-up, which nothing is counted of'],
    ['0s', '--duration 0s: expected a duration above 0 with its unit'],
    ['5', '--duration 5: expected a duration above 0 with its unit'],
  ])('refuses --duration %s', (duration, message) => {
    expect(() => readQuestion({ scenario: 'bench', duration })).toThrow(message);
  });

  it.each(['-1', '1.5', 'abc', ''])('refuses --seed %s', (seed) => {
    expect(() => readQuestion({ scenario: 'bench', seed })).toThrow(`--seed ${seed}: expected a whole number`);
  });

  it('refuses --set without a path or a value', () => {
    expect(() => readQuestion({ scenario: 'bench', set: ['asr.scrapeInterval'] })).toThrow('expected path=value');
  });
});
