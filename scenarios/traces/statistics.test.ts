import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTrace } from './read-trace.ts';
import { traceStatistics } from './statistics.ts';

const FOLDER = process.env.SURGELAB_TRACES ?? resolve(import.meta.dirname, '../../../shared/traces');
const present = existsSync(join(FOLDER, 'expected.json'));
const FILES = [
  'azure_conv_2023.csv',
  'azure_code_2023.csv',
  'nasa_sts70_1995-07-13.csv.gz',
  'ami_turns.csv',
  'ami_streams.csv',
];

const rounded =
  (digits: number) =>
  (value: number): number =>
    Math.round(value * 10 ** digits) / 10 ** digits;
const each = (values: Readonly<Record<number, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([width, value]) => [width, rounded(2)(value)]));

/** The figures under the names and to the digits of expected.json. */
const printed = (file: string, bytes: Buffer, span: number): Record<string, unknown> => {
  const s = traceStatistics(readTrace(file, bytes.toString('utf8')), span);
  return {
    rows: s.rows,
    span_s: s.spanSeconds,
    first_offset_s: s.firstOffsetSeconds,
    last_offset_s: s.lastOffsetSeconds,
    sum_audio_s: rounded(2)(s.sumAudioSeconds),
    kinds: s.kinds,
    audio_s_p0_p50_p95_p99_p100: s.audioQuantiles.map(rounded(2)),
    mean_audio_s: rounded(3)(s.meanAudioSeconds),
    mean_rate_per_s: rounded(5)(s.meanRatePerSecond),
    interarrival_cv: rounded(3)(s.interarrivalCv),
    max_gap_s: rounded(3)(s.maxGapSeconds),
    peak_over_mean: each(s.peakOverMean),
    idc: each(s.idc),
    idc_local600: each(s.idcLocal600),
    empty_minutes: rounded(4)(s.emptyMinutes),
    offered_audio_s_per_s: { mean: rounded(2)(s.offeredMean), peak_minute: rounded(1)(s.offeredPeakMinute) },
    peak_concurrency_if_played_in_real_time: s.peakConcurrency,
    sha256_uncompressed: createHash('sha256').update(bytes).digest('hex'),
  };
};

describe(present ? 'recorded traces' : `recorded traces (skipped: no traces in ${FOLDER})`, () => {
  it.skipIf(!present).each(FILES)('%s has every figure of expected.json', (file) => {
    const all = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Record<
      string,
      Record<string, unknown>
    >;
    const { timestamp_resolution_s: _source, bytes: _size, ...want } = all[file]!;
    const raw = readFileSync(join(FOLDER, file));
    const bytes = file.endsWith('.gz') ? gunzipSync(raw) : raw;
    const got = printed(file, bytes, want.span_s as number);
    expect(got).toEqual(want);
    // The reader's own window agrees with the published one.
    expect(readTrace(file, bytes.toString('utf8')).spanSeconds).toBe(want.span_s);
  });
});
