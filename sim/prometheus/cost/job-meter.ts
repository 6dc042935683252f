// Adds up what one scrape job writes while a run goes on: hand `onAppend` to its targets. Exact chunk bytes per series,
// summed; index and log by the model.

import type { MetricStorage } from '../../../model/record.ts';
import type { Series } from '../store.ts';
import { ChunkCounter } from './chunk-counter.ts';
import { indexBlockBytes, indexSeriesBytes } from './index-model.ts';
import { walBytes } from './storage-model.ts';

export interface JobCost {
  readonly series: number;
  readonly samples: number;
  readonly chunks: number;
  readonly chunkBytes: number;
  /** Of the 2 h blocks, before compaction. */
  readonly indexBytes: number;
  readonly walBytes: number;
  /** The dearest first; they add up to the job's series, samples and chunk bytes. */
  readonly metrics: readonly MetricStorage[];
}

export class JobMeter {
  /** By the ordinal of the series, with holes; and the same without holes. */
  readonly #byOrdinal: (ChunkCounter | undefined)[] = [];
  readonly #counters: ChunkCounter[] = [];
  /** Metric name of each of #counters. */
  readonly #names: string[] = [];

  /** Counts a sample or marker that the store accepted. */
  readonly onAppend = (series: Series, timestampMillis: number, value: number, stale: boolean): void => {
    let counter = this.#byOrdinal[series.ordinal];
    if (counter === undefined) {
      counter = new ChunkCounter();
      this.#byOrdinal[series.ordinal] = counter;
      this.#counters.push(counter);
      this.#names.push(series.labels['__name__'] ?? '');
    }
    counter.add(timestampMillis, value, stale);
  };

  /** What was written so far; `scrapes` are those of all targets of the job. */
  cost(scrapes: number): JobCost {
    let [samples, chunks, chunkBytes, seriesInBlocks, blocks] = [0, 0, 0, 0, 0];
    for (const counter of this.#counters) {
      samples += counter.samples;
      chunks += counter.chunks;
      chunkBytes += counter.bytes;
      seriesInBlocks += counter.blocks;
      blocks = Math.max(blocks, counter.blocks);
    }
    const series = this.#counters.length;
    const metrics = this.#metrics(blocks === 0 ? 0 : seriesInBlocks / blocks);
    return {
      series,
      samples,
      chunks,
      chunkBytes,
      indexBytes: metrics.reduce((all, metric) => all + metric.indexBytes, indexBlockBytes(blocks)),
      walBytes: walBytes({ scrapes, samples, newSeries: series }),
      metrics,
    };
  }

  #metrics(seriesInBlock: number): readonly MetricStorage[] {
    const byName = Map.groupBy(this.#counters.keys(), (i) => this.#names[i]!);
    const sum = (of: readonly number[], what: (counter: ChunkCounter) => number): number =>
      of.reduce((all, i) => all + what(this.#counters[i]!), 0);
    return [...byName]
      .map(([metric, of]) => ({
        metric,
        series: of.length,
        samples: sum(of, (c) => c.samples),
        chunkBytes: sum(of, (c) => c.bytes),
        indexBytes: indexSeriesBytes(
          sum(of, (c) => c.blocks),
          sum(of, (c) => c.chunks),
          seriesInBlock,
        ),
      }))
      .sort((x, y) => y.chunkBytes + y.indexBytes - x.chunkBytes - x.indexBytes);
  }
}
