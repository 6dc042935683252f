import { describe, expect, it } from 'vitest';
import { conforms } from './result.ts';
import { QUICK_THEORY, conformTheory, jobsNeeded } from './theory.ts';

describe('theory', () => {
  it('agrees with every oracle up to ρ = 0.8 on the production service code', () => {
    const result = conformTheory(QUICK_THEORY);
    expect(result.mismatches).toEqual([]);
    expect(result.sets.map(({ name, cases }) => [name, cases])).toEqual([
      ['exact paths', 6],
      ['M/M/c', 16],
      ['Erlang B', 3],
      ['M/M/c/K', 9],
      ['M/G/1', 4],
      ['M/G/1-PS', 12],
      ["Little's law", 4],
    ]);
    expect(conforms(result)).toBe(true);
  });

  it('asks for as many jobs as the table of scoring.md 9.7', () => {
    const table = [
      [0.5, 45e3, 1.1e6],
      [0.7, 95e3, 2.4e6],
      [0.8, 190e3, 4.7e6],
      [0.9, 680e3, 17e6],
      [0.95, 2.6e6, 65e6],
    ] as const;
    for (const [rho, five, one] of table) {
      expect(Math.abs(jobsNeeded(rho, 0.05) / five - 1), `ρ = ${rho}`).toBeLessThan(0.05);
      expect(Math.abs(jobsNeeded(rho, 0.01) / one - 1), `ρ = ${rho}`).toBeLessThan(0.05);
    }
  });
});
