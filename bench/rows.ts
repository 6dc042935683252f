// Rows of a micro-benchmark, the same for all: median rate, spread, and the bound where an issue states one. Printed with
// the machine they were measured on; nothing is asserted.

import { availableParallelism, cpus } from 'node:os';
import type { Bench } from 'tinybench';

export interface BenchRow {
  readonly name: string;
  /** Median over the samples of one run. */
  readonly opsPerSecond: number;
  /** (p75 − p50)/p50 of the time per operation. */
  readonly spread: number;
  /** What the project promises on one core; null = nothing. */
  readonly bound: number | null;
}

export interface TaskFacts {
  /** Operations per call of the task. */
  readonly perCall: number;
  readonly bound: number | null;
}

/** Runs the bench and gives a row per task. */
export const rowsOf = async (bench: Bench, facts: (name: string) => TaskFacts): Promise<readonly BenchRow[]> => {
  await bench.run();
  return bench.tasks.map(({ name, result }) => {
    if (!('latency' in result)) throw new Error(`${name} was not measured`, { cause: result });
    const { p50, p75 } = result.latency;
    const { perCall, bound } = facts(name);
    return { name, opsPerSecond: (perCall * 1000) / p50, spread: (p75 - p50) / p50, bound };
  });
};

export const machineLine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}`;

export const rowLine = ({ name, opsPerSecond, spread, bound }: BenchRow): string =>
  `${name.padEnd(56)} ${Math.round(opsPerSecond).toLocaleString('en').padStart(11)} /s  ±${(100 * spread).toFixed(0).padStart(3)} %${bound === null ? '' : `  bound ${bound.toLocaleString('en')} /s`}`;
