// The figures of make test-kind: each with its bound, as a line for a person, and the last two runs kept on disk, from which
// docs/measurements.md has its table. A figure without a bound is told and judged by nobody.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface KindFigure {
  readonly what: string;
  readonly value: string;
  /** '' = told only. */
  readonly bound: string;
  readonly kept: boolean;
}

export interface KindRun {
  /** Processor, cores, the scenario's length, and what else the machine did. */
  readonly on: string;
  readonly figures: readonly KindFigure[];
}

export const KIND_RUNS = join(import.meta.dirname, '..', '..', '.cache', 'kind', 'measured.json');
const RUNS_KEPT = 2;

interface Measured {
  readonly value: number;
  readonly unit: string;
  readonly bound: number;
}

const valueText = (value: number, unit: string): string => `${value.toFixed(2)} ${unit}`;

export const atMost = (what: string, { value, unit, bound }: Measured): KindFigure => ({
  what,
  value: valueText(value, unit),
  bound: `≤ ${bound} ${unit}`,
  kept: value <= bound,
});

export const atLeast = (what: string, { value, unit, bound }: Measured): KindFigure => ({
  what,
  value: valueText(value, unit),
  bound: `≥ ${bound} ${unit}`,
  kept: value >= bound,
});

export const must = (what: string, holds: boolean, value: string): KindFigure => ({
  what,
  value,
  bound: 'must',
  kept: holds,
});

export const told = (what: string, value: string): KindFigure => ({ what, value, bound: '', kept: true });

export const figureLine = ({ what, value, bound, kept }: KindFigure): string =>
  `${what.padEnd(42)} ${value.padStart(16)}   ${bound.padEnd(12)} ${bound === '' ? '' : kept ? 'kept' : 'NOT KEPT'}`.trimEnd();

export const readKindRuns = (path: string = KIND_RUNS): readonly KindRun[] =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly KindRun[]) : [];

/** Behind the run before it, whose place it takes when there are more than two. */
export const keepKindRun = (run: KindRun, path: string = KIND_RUNS): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify([...readKindRuns(path), run].slice(-RUNS_KEPT), null, 1)}\n`);
};

const cell = (figure: KindFigure | undefined): string =>
  figure === undefined ? 'not measured' : figure.kept ? figure.value : `${figure.value}: **not kept**`;

/** A column per run, a row per figure of the last one. */
export const kindTable = (runs: readonly KindRun[]): readonly string[] => {
  const last = runs.at(-1);
  if (last === undefined) return ['Not run.'];
  return [
    `| figure | ${runs.map(({ on }) => on).join(' | ')} | bound |`,
    `| --- | ${runs.map(() => '---: |').join(' ')} --- |`,
    ...last.figures.map(({ what, bound }) => {
      const cells = runs.map(({ figures }) => cell(figures.find((each) => each.what === what)));
      return `| ${what} | ${cells.join(' | ')} | ${bound} |`;
    }),
  ];
};
