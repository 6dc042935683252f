// Instant queries for the adapter: compiled once per text, evaluated at the adapter's own clock.

import { TestbedError } from '../../model/errors.ts';
import type { CompiledQuery } from '../prometheus/promql/query.ts';
import { compileQuery, evaluate } from '../prometheus/promql/query.ts';
import type { PrometheusVersion } from '../prometheus/promql/version.ts';
import type { SampleStore } from '../prometheus/store.ts';
import type { QueryAnswer } from './answers.ts';

/** Texts differ with every set of pods, so the cache is bounded. */
const CACHED = 1000;

/** A query function over `store`. What Prometheus refuses to parse is an answer of its own. */
export const instantQueries = (
  store: SampleStore,
  version: PrometheusVersion,
): ((text: string, atMillis: number) => QueryAnswer) => {
  const compiled = new Map<string, CompiledQuery | string>();
  const compile = (text: string): CompiledQuery | string => {
    try {
      return compileQuery(text, version);
    } catch (error) {
      if (error instanceof TestbedError && error.code === 'QUERY_INVALID') {
        return `bad_data: invalid parameter "query": ${error.message}`;
      }
      throw error;
    }
  };
  return (text, atMillis) => {
    let query = compiled.get(text);
    if (query === undefined) {
      if (compiled.size >= CACHED) compiled.clear();
      query = compile(text);
      compiled.set(text, query);
    }
    return typeof query === 'string' ? { kind: 'failed', message: query } : evaluate(query, store, atMillis);
  };
};
