// What the samples of a run cost to keep: index, write-ahead log, retained disk, memory, CPU (metrics-path.md section 2,
// measured in golden/storage with the real database of 2.53.0). Chunk bytes come from ChunkCounter; money from prices.ts.

import { indexBytes } from './index-model.ts';

/** Snappy-compressed WAL: about 25 B per scrape of a target, 7.4 B per sample, 36 B once per new series. */
const WAL_SCRAPE_BYTES = 25;
const WAL_SAMPLE_BYTES = 7.4;
const WAL_SERIES_BYTES = 36;
/** The log holds about this much: head span of up to 3 h. */
const WAL_SECONDS = 3 * 3600;

/** A dead series leaves the head 1.1 to 3.1 h after its last sample (gold). */
const HEAD_GRACE_HOURS = { min: 1.1, mean: 2.1, max: 3.1 } as const;

const MEMORY_BASE_BYTES = 50e6;
/** Resident bytes per head series: the database alone, with usual queries, with many rules and dashboards. */
const MEMORY_SERIES_BYTES = { floor: 2300, typical: 4000, pessimistic: 8000 } as const;

/** Measured fit: 1.0 ms per scrape and 3 µs per sample. */
const CPU_SCRAPE_SECONDS = 1.0e-3;
const CPU_SAMPLE_SECONDS = 3e-6;

const BLOCK_SECONDS = 7200;
const MAX_BLOCK_SECONDS = 31 * 86_400;

/** Bytes appended to the write-ahead log. */
export const walBytes = (of: {
  readonly scrapes: number;
  readonly samples: number;
  readonly newSeries: number;
}): number => WAL_SCRAPE_BYTES * of.scrapes + WAL_SAMPLE_BYTES * of.samples + WAL_SERIES_BYTES * of.newSeries;

/** Longest block for this retention: 2 h times a power of three, at most a tenth of the retention and 31 days. */
export const largestBlockSeconds = (retentionSeconds: number): number => {
  const limit = Math.min(retentionSeconds / 10, MAX_BLOCK_SECONDS);
  let block = BLOCK_SECONDS;
  while (block * 3 <= limit) block *= 3;
  return block;
};

/** What a run writes per second, averaged over it. */
export interface WriteRate {
  readonly chunkBytesPerSecond: number;
  readonly scrapesPerSecond: number;
  readonly samplesPerSecond: number;
  readonly newSeriesPerSecond: number;
  /** Series that are written at a time. */
  readonly activeSeries: number;
  /** Chunks of one series in 2 h. */
  readonly chunksPerSeriesBlock: number;
}

/** Chunks of a series scraped every `intervalSeconds` in a 2 h block (1 at 60 s, 30 at 2 s). */
export const chunksPerBlock = (intervalSeconds: number): number =>
  Math.max(1, Math.round(BLOCK_SECONDS / intervalSeconds / 120));

/**
 * Disk for the whole retention at this rate (2.5): chunks and index of the retention, one largest block for compaction,
 * and the log. Blocks are taken as compacted to the largest range, where a living series has one index entry per block.
 */
export const retainedBytes = (rate: WriteRate, retentionSeconds: number): number => {
  const block = largestBlockSeconds(retentionSeconds);
  const perBlock = block / BLOCK_SECONDS;
  const seriesPerBlock = rate.activeSeries + rate.newSeriesPerSecond * block;
  const chunks = rate.activeSeries * rate.chunksPerSeriesBlock * perBlock + rate.newSeriesPerSecond * block;
  const oneBlock = rate.chunkBytesPerSecond * block + indexBytes(1, seriesPerBlock, chunks, block);
  const log = walBytes({
    scrapes: rate.scrapesPerSecond * WAL_SECONDS,
    samples: rate.samplesPerSecond * WAL_SECONDS,
    newSeries: rate.newSeriesPerSecond * WAL_SECONDS,
  });
  return oneBlock * (retentionSeconds / block + 1) + log;
};

/** Series in the head when `diedPerHour` series stop each hour: the living ones and those not yet freed. */
export const headSeries = (active: number, diedPerHour: number, graceHours: number = HEAD_GRACE_HOURS.mean): number =>
  active + diedPerHour * graceHours;

/** Resident memory. `perSeries` is a knob: see MEMORY_SERIES_BYTES. It does not depend on the scrape interval. */
export const memoryBytes = (series: number, perSeries: number = MEMORY_SERIES_BYTES.floor): number =>
  MEMORY_BASE_BYTES + perSeries * series;

/** Cores that scraping takes. */
export const scrapeCores = (scrapesPerSecond: number, samplesPerSecond: number): number =>
  CPU_SCRAPE_SECONDS * scrapesPerSecond + CPU_SAMPLE_SECONDS * samplesPerSecond;
