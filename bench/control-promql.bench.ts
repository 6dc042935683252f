// Speed of the query evaluator against its two bounds, on 100 series scraped every 15 s for four hours. Gives rows of
// medians; prints them when run directly: npx node bench/control-promql.bench.ts

import { Bench } from 'tinybench';
import { compileQuery, evaluate } from '../sim/prometheus/promql/query.ts';
import { SampleStore } from '../sim/prometheus/store.ts';

export interface PromqlBenchRow {
  readonly name: string;
  /** Evaluations per second: median over the samples of one run. */
  readonly medianPerSecond: number;
  /** Relative difference between the 75th and the 50th percentile of the latency. */
  readonly spread: number;
  /** What this project promises on one core, evaluations per second. */
  readonly boundPerSecond: number;
}

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
export const promqlBench = async (millisPerQuery = 1000): Promise<readonly PromqlBenchRow[]> => {
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
  await bench.run();
  return bench.tasks.map((task, i) => {
    const { result } = task;
    if (!('latency' in result)) throw new Error(`${task.name} was not measured`, { cause: result });
    const { p50, p75 } = result.latency;
    return {
      name: task.name,
      medianPerSecond: 1000 / p50,
      spread: (p75 - p50) / p50,
      boundPerSecond: QUERIES[i]!.bound,
    };
  });
};

if (import.meta.main)
  for (const { name, medianPerSecond, spread, boundPerSecond } of await promqlBench())
    process.stdout.write(
      `${name}: ${Math.round(medianPerSecond)}/s, spread ${(spread * 100).toFixed(0)} %, bound ${boundPerSecond}/s\n`,
    );
