// The scores of one seed of a sweep as a Parquet file: one row per setting, with the headline figures as columns for
// whoever reads it elsewhere, and the whole score as JSON. The file names the plan that it belongs to.

import { TestbedError } from '../model/errors.ts';
import { numberOf } from '../reports/score/figure.ts';
import type { Score } from '../reports/score/score.ts';
import { readColumns, writeColumns } from './parquet.ts';

export interface SeedResult {
  readonly plan: string;
  readonly seed: number;
  /** By setting. */
  readonly scores: readonly Score[];
}

const SCHEMA = 'surgelab-sweep-1';

const numbers = (scores: readonly Score[], of: (score: Score) => number | null): Float64Array =>
  Float64Array.from(scores, (score) => of(score) ?? NaN);

export const resultBytes = ({ plan, seed, scores }: SeedResult): Uint8Array =>
  writeColumns(
    [
      { name: 'seed', type: 'INT32', data: Int32Array.from(scores, () => seed) },
      { name: 'setting', type: 'INT32', data: Int32Array.from(scores, (_, i) => i) },
      { name: 'arrived', type: 'DOUBLE', data: numbers(scores, ({ service }) => service.arrived) },
      { name: 'missed', type: 'DOUBLE', data: numbers(scores, ({ service }) => service.missed) },
      { name: 'gpuMoneyPerHour', type: 'DOUBLE', data: numbers(scores, ({ cost }) => numberOf(cost.moneyPerHour)) },
      { name: 'metricMoneyPerMonth', type: 'DOUBLE', data: numbers(scores, ({ metrics }) => metrics.moneyPerMonth) },
      { name: 'score', type: 'STRING', data: scores.map((score) => JSON.stringify(score)) },
    ],
    { schema: SCHEMA, plan },
  );

/** Throws SCHEMA_MISMATCH. */
export const readResult = async (bytes: Uint8Array): Promise<SeedResult> => {
  const { metadata, numbers: column, names } = await readColumns(bytes);
  if (metadata['schema'] !== SCHEMA)
    throw new TestbedError(
      'SCHEMA_MISMATCH',
      `a sweep result of schema ${metadata['schema'] ?? 'none'}, not ${SCHEMA}`,
    );
  return {
    plan: metadata['plan'] ?? '',
    seed: column('seed')[0] ?? NaN,
    scores: names('score').map((text) => JSON.parse(text) as Score),
  };
};
