// How many bytes the index of a block takes, from its layout (tsdb/docs/format/index.md) with the mean sizes of its parts:
// one entry per series, padded to 16 bytes, with its labels and its chunks; four bytes per series in the postings of each of
// its labels and in the list of all; symbols and tables. Golden: metrics-path.md 2.3, within 4 % there (docs/storage-cost.md).

import { uvarintBytes } from './chunk-counter.ts';

/** Symbols, label tables and the table of contents that a block of one job has by itself. */
const BLOCK_BYTES = 2108;
/** Labels of a series: 8, and `le` on every other one. */
const LABELS = 8.5;
/** Symbols and posting tables of a pod's own label values, per series of the pod. */
const OWN_VALUES_BYTES = 6;
const BLOCK_SECONDS = 7200;
const ALIGNMENT_BYTES = 16;
const POSTING_BYTES = 4;
const SAMPLES_PER_CHUNK = 120;
/** Length and number of labels; checksum. */
const FRAME_BYTES = 2 + 4;
/** First chunk: start time, and its place in the chunk files. */
const FIRST_CHUNK_BYTES = 6 + 3;
/** Later chunks: their place as a difference, one byte below 64 B of chunk and two above. */
const PLACE_BYTES = 1.6;
/** Label values of a pod: two of its own among the series that it has. */
const SERIES_PER_POD = 25;
const OWN_SYMBOLS = 2;
/** Above this many symbols of pods nearly every reference to a symbol takes two bytes. */
const SHORT_SYMBOLS = 150;

/** Entry of a series with `chunks` ≥ 1 whole chunks in a block. */
const entryBytes = (chunks: number, blockMillis: number, referenceBytes: number): number => {
  const duration = uvarintBytes(Math.floor(blockMillis / chunks));
  const gap = uvarintBytes(Math.floor(blockMillis / chunks / SAMPLES_PER_CHUNK));
  const labels = 2 * LABELS * referenceBytes;
  const first = uvarintBytes(chunks) + FIRST_CHUNK_BYTES + duration;
  const raw = FRAME_BYTES + labels + first + (chunks - 1) * (gap + duration + PLACE_BYTES);
  return ALIGNMENT_BYTES * Math.ceil(raw / ALIGNMENT_BYTES);
};

/** What series add to the index of their blocks. @param series a series counts in each block; @param chunks of all of them */
export const indexSeriesBytes = (
  series: number,
  chunks: number,
  seriesInBlock: number,
  blockSeconds = BLOCK_SECONDS,
): number => {
  if (series === 0) return 0;
  const each = Math.max(1, chunks / series);
  const referenceBytes = (OWN_SYMBOLS * seriesInBlock) / SERIES_PER_POD > SHORT_SYMBOLS ? 2 : 1;
  const entry = (n: number): number => entryBytes(n, 1000 * blockSeconds, referenceBytes);
  const [low, high] = [Math.floor(each), Math.ceil(each)];
  const mean = low === high ? entry(low) : (high - each) * entry(low) + (each - low) * entry(high);
  return series * (mean + POSTING_BYTES * (LABELS + 1) + OWN_VALUES_BYTES);
};

/** Index of `blocks` blocks that hold `seriesInBlocks` series (a series counts in each) with `chunks` chunks. */
export const indexBytes = (
  blocks: number,
  seriesInBlocks: number,
  chunks: number,
  blockSeconds = BLOCK_SECONDS,
): number =>
  BLOCK_BYTES * blocks +
  indexSeriesBytes(seriesInBlocks, chunks, blocks === 0 ? 0 : seriesInBlocks / blocks, blockSeconds);

/** What blocks cost in the index by themselves. */
export const indexBlockBytes = (blocks: number): number => BLOCK_BYTES * blocks;
