// Replays recorded instant queries of the real engine: data sets into a sample store, expressions through the
// evaluator, answers compared. Takes a folder with datasets.ndjson.gz and cases.ndjson.gz (format: the README beside
// them), gives one set per Prometheus version.

import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import type { Expr } from '../../sim/prometheus/promql/ast.ts';
import { compileQuery, evaluate, type CompiledQuery } from '../../sim/prometheus/promql/query.ts';
import type { QueryValue } from '../../sim/prometheus/promql/value.ts';
import type { PrometheusVersion } from '../../sim/prometheus/promql/version.ts';
import { labelsKey, SampleStore, type Labels } from '../../sim/prometheus/store.ts';
import { readNdjson } from './read-ndjson.ts';
import { conformResult, SetTally, type ConformMismatch, type ConformResult } from './result.ts';

export type GoldenValue = number | string | null;

/** Scrapes as the golden sets write them; times are milliseconds after `baseMs`. */
export interface GoldenData {
  readonly baseMs: number;
  readonly targets: readonly (readonly number[])[];
  readonly series: readonly {
    readonly labels: Labels;
    readonly target: number;
    readonly values: readonly GoldenValue[];
  }[];
}

interface DataSet extends GoldenData {
  readonly ds: string;
}

type Answer =
  | readonly (readonly [Labels, string])[]
  | { readonly s: string }
  | { readonly m: readonly (readonly [Labels, readonly (readonly [number, string])[]])[] }
  | { readonly e: string };

export interface PromqlCase {
  readonly id: string;
  readonly ds: string;
  readonly fam: string;
  readonly lookbackMs: number;
  readonly expr: string;
  readonly t: readonly number[];
  readonly r?: readonly Answer[];
  readonly r253?: readonly Answer[];
  readonly r3?: readonly Answer[];
}

const VERSIONS: readonly PrometheusVersion[] = ['2.53', '3'];
const TOLERANCE = 1e-12;
/** deriv and stddev lose digits by construction; the README of the set allows them this much. */
const LOOSE_TOLERANCE = 1e-9;

/** "NaN", "+Inf", "-Inf", "-0" or a decimal. */
export const goldenNumber = (text: string | number): number =>
  text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);

/** All samples of `data` in a store, series in the given order. */
export const storeOf = (data: GoldenData): SampleStore => {
  const store = new SampleStore();
  for (const { labels, target, values } of data.series) {
    const series = store.seriesFor(labels);
    const times = data.targets[target]!;
    for (const [i, value] of values.entries()) {
      if (value === 'stale') store.appendStale(series, data.baseMs + times[i]!);
      else if (value !== null) store.append(series, data.baseMs + times[i]!, goldenNumber(value));
    }
  }
  return store;
};

/** Equal, both NaN, or closer than `tolerance` relative to the larger one. */
export const sameNumber = (want: number, got: number, tolerance: number): boolean =>
  Object.is(want, got) || want === got || Math.abs(want - got) <= tolerance * Math.max(Math.abs(want), Math.abs(got));

/** Answers of these have no fixed order in the engine; the recordings sort them by labels. */
const hasNoOrder = (e: Expr): boolean => {
  switch (e.kind) {
    case 'subquery':
      return true;
    case 'call':
      return e.name === 'histogram_quantile' || e.args.some(hasNoOrder);
    case 'aggregate':
      return e.op === 'count_values' || hasNoOrder(e.expr);
    case 'binary':
      return hasNoOrder(e.left) || hasNoOrder(e.right);
    case 'unary':
      return hasNoOrder(e.expr);
    default:
      return false;
  }
};

const kindOf = (answer: Answer): QueryValue['kind'] =>
  'e' in answer ? 'error' : 's' in answer ? 'scalar' : 'm' in answer ? 'matrix' : 'vector';

interface Row {
  readonly key: string;
  readonly points: readonly (readonly [number, number])[];
}

const rowsOfAnswer = (answer: Answer): Row[] => {
  if ('e' in answer) return [];
  if ('s' in answer) return [{ key: '', points: [[0, goldenNumber(answer.s)]] }];
  if ('m' in answer)
    return answer.m.map(([labels, points]) => ({
      key: labelsKey(labels),
      points: points.map(([time, value]) => [time, goldenNumber(value)]),
    }));
  return answer.map(([labels, value]) => ({ key: labelsKey(labels), points: [[0, goldenNumber(value)]] }));
};

const rowsOfValue = (value: QueryValue): Row[] => {
  switch (value.kind) {
    case 'vector':
      return value.elements.map((el) => ({ key: labelsKey(el.labels), points: [[0, el.value]] }));
    case 'scalar':
      return [{ key: '', points: [[0, value.value]] }];
    case 'matrix':
      return value.series.map((s) => ({ key: labelsKey(s.labels), points: s.points }));
    case 'string':
    case 'error':
      return [];
  }
};

const sameRows = (want: readonly Row[], got: readonly Row[], tolerance: number): boolean =>
  want.length === got.length &&
  want.every((row, i) => {
    const other = got[i]!;
    return (
      row.key === other.key &&
      row.points.length === other.points.length &&
      row.points.every(
        ([time, value], j) => time === other.points[j]![0] && sameNumber(value, other.points[j]![1], tolerance),
      )
    );
  });

const byKey = (a: Row, b: Row): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

const agrees = (answer: Answer, value: QueryValue, query: CompiledQuery | undefined, tolerance: number): boolean => {
  if (kindOf(answer) !== value.kind) return false;
  const [want, got] = [rowsOfAnswer(answer), rowsOfValue(value)];
  if (query !== undefined && hasNoOrder(query.expr)) return sameRows(want.sort(byKey), got.sort(byKey), tolerance);
  return sameRows(want, got, tolerance);
};

/** The differences of one case in one version. */
const replayCase = (
  golden: PromqlCase,
  store: SampleStore,
  baseMs: number,
  version: PrometheusVersion,
): ConformMismatch[] => {
  const answers = golden.r ?? (version === '2.53' ? golden.r253 : golden.r3) ?? [];
  const tolerance = /deriv|stddev|stdvar/.test(golden.expr) ? LOOSE_TOLERANCE : TOLERANCE;
  let query: CompiledQuery | undefined;
  let refused = '';
  try {
    query = compileQuery(golden.expr, version);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    refused = error.message;
  }
  const mismatches: ConformMismatch[] = [];
  for (const [i, answer] of answers.entries()) {
    const value: QueryValue =
      query === undefined
        ? { kind: 'error', message: refused }
        : evaluate(query, store, baseMs + golden.t[i]!, { lookbackMillis: golden.lookbackMs });
    if (!agrees(answer, value, query, tolerance))
      mismatches.push({
        id: golden.id,
        where: `${golden.expr} at ${golden.t[i]!} ms`,
        expected: JSON.stringify(answer),
        got: JSON.stringify(value),
      });
  }
  return mismatches;
};

/** Replays every case of `directory` against both versions. Throws INPUT_MISSING where the files cannot be read. */
export const conformPromql = async (directory: string): Promise<ConformResult> => {
  const dataSets = new Map<string, DataSet>();
  for await (const value of readNdjson(join(directory, 'datasets.ndjson.gz'))) {
    const dataSet = value as DataSet;
    dataSets.set(dataSet.ds, dataSet);
  }
  const tallies = VERSIONS.map((version) => new SetTally('promql', version));
  let name = '';
  let store = new SampleStore();
  for await (const value of readNdjson(join(directory, 'cases.ndjson.gz'))) {
    const golden = value as PromqlCase;
    const dataSet = dataSets.get(golden.ds);
    if (dataSet === undefined)
      throw new TestbedError('INPUT_MISSING', `case ${golden.id} names the data set ${golden.ds}, which is not there`, {
        hint: 'datasets.ndjson.gz and cases.ndjson.gz must be of the same recording',
      });
    if (golden.ds !== name) {
      name = golden.ds;
      store = storeOf(dataSet);
    }
    for (const [i, version] of VERSIONS.entries()) tallies[i]!.add(replayCase(golden, store, dataSet.baseMs, version));
  }
  return conformResult('promql', tallies);
};
