// Speed of the query evaluator against its two bounds, on 100 series scraped every 15 s for four hours. Gives rows of
// medians; prints them when run directly: npx node bench/control-promql.bench.ts

import { Bench } from 'tinybench';
import type { BenchRow } from './rows.ts';
import { rowLine, rowsOf } from './rows.ts';
import { compileQuery, evaluate } from '../sim/prometheus/promql/query.ts';
import { SampleStore } from '../sim/prometheus/store.ts';

const SERIES = 100;
const SCRAPE_MILLIS = 15_000;
const SCRAPES = 960;

const filledStore = (): SampleStore => {
  const store = new SampleStore();
  for (let pod = 0; pod < SERIES; pod++) {
    const series = store.seriesFor({ __name__: 'x', namespace: 'asr', pod: `pod-${pod}`, job: 'asr' });
    for (let i = 0; i < SCRAPES; i++) store.append(series, i * SCRAPE_MILLIS + pod * 100, i * 3 + pod);
  }
  return store;
};

const QUERIES = [
  { name: 'instant selector x, newest samples', text: 'x', newest: true, bound: 100_000 },
  { name: 'instant selector x, any past time', text: 'x', newest: false, bound: 100_000 },
  { name: 'sum(rate(x[5m])), newest samples', text: 'sum(rate(x[5m]))', newest: true, bound: 5_000 },
  { name: 'sum(rate(x[5m])), any past time', text: 'sum(rate(x[5m]))', newest: false, bound: 5_000 },
] as const;

/** Measures each query for `millisPerQuery` of wall time, in version 3 arithmetic (the slower one). */
export const promqlBench = async (millisPerQuery = 1000): Promise<readonly BenchRow[]> => {
  const store = filledStore();
  const bench = new Bench({ time: millisPerQuery, warmupTime: millisPerQuery / 4 });
  const end = SCRAPES * SCRAPE_MILLIS;
  for (const { name, text, newest } of QUERIES) {
    const query = compileQuery(text, '3');
    let turn = 0;
    bench.add(name, () => {
      turn += 1;
      evaluate(query, store, newest ? end : 600_000 + ((turn * 7919) % 1800) * 7000);
    });
  }
  return rowsOf(bench, (name) => ({ perCall: 1, bound: QUERIES.find((query) => query.name === name)!.bound }));
};

if (import.meta.main) for (const row of await promqlBench()) console.log(rowLine(row));
