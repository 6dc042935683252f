// A figure of the load benchmark against its bound, as a line for a person and as JSON for docs/measurements.md. Nothing is
// asserted: the machine may be busy, and then the CPU figures beside the wall times say what is the engine's doing.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ascending, quantile } from '../../reports/stats/quantile.ts';

export interface Verdict {
  /** What was done, the same in all its figures: `1,000 live streams of 128 ms frames`. */
  readonly what: string;
  readonly figure: string;
  /** Median over the runs; null = not measured. */
  readonly value: number | null;
  readonly unit: string;
  /** null = for information. */
  readonly bound: { readonly op: '≤' | '<' | '≥'; readonly value: number } | null;
}

export const isKept = ({ value, bound }: Verdict): boolean | null => {
  if (bound === null) return null;
  if (value === null) return false;
  switch (bound.op) {
    case '≤':
      return value <= bound.value;
    case '<':
      return value < bound.value;
    case '≥':
      return value >= bound.value;
  }
};

const number = (value: number): string =>
  Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4);

export const valueText = ({ value, unit }: Verdict): string =>
  value === null ? 'not measured' : `${number(value)}${unit === '' ? '' : ` ${unit}`}`;

export const boundText = ({ bound, unit }: Verdict): string =>
  bound === null ? '' : `${bound.op} ${bound.value.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`;

const WORD = { true: 'kept', false: 'NOT KEPT', null: '' } as const;

export const verdictLine = (verdict: Verdict): string =>
  `  ${WORD[`${isKept(verdict)}`].padEnd(8)}  ${verdict.figure.padEnd(44)} ${valueText(verdict).padStart(18)}  ${boundText(verdict)}`;

/** Prints under one heading. */
export const sayVerdicts = (verdicts: readonly Verdict[]): void => {
  console.log(`\n${verdicts[0]?.what ?? ''}`);
  for (const verdict of verdicts) console.log(verdictLine(verdict));
};

export const median = (values: readonly number[]): number | null => quantile(ascending(values), 0.5, 'type-7');

export const LOAD_RESULTS = join(import.meta.dirname, '..', '..', '.cache', 'bench', 'load.json');

/** A figure and the machine that it was measured on. */
export interface LoadResult extends Verdict {
  readonly machine: string;
}

export const readResults = (): readonly LoadResult[] =>
  existsSync(LOAD_RESULTS) ? (JSON.parse(readFileSync(LOAD_RESULTS, 'utf8')) as readonly LoadResult[]) : [];

/** Keeps earlier figures of what was not measured now. */
export const writeResults = (now: readonly LoadResult[]): void => {
  const measured = new Set(now.map(({ what }) => what));
  const all = [...readResults().filter(({ what }) => !measured.has(what)), ...now];
  mkdirSync(dirname(LOAD_RESULTS), { recursive: true });
  writeFileSync(LOAD_RESULTS, `${JSON.stringify(all, null, 1)}\n`);
};
