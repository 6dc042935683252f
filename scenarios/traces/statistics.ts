// What a trace is like, by the definitions of traces/README ("How the figures are computed"): bins [k·w, (k+1)·w) for whole
// bins of the window, population variance, index of dispersion = variance/mean of the counts (1 = Poisson).

import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { Trace } from './read-trace.ts';

/** Bin widths of the figures, seconds. */
export const BIN_SECONDS = [1, 10, 60] as const;

export interface TraceStatistics {
  readonly rows: number;
  readonly spanSeconds: number;
  readonly firstOffsetSeconds: number;
  readonly lastOffsetSeconds: number;
  readonly sumAudioSeconds: number;
  readonly kinds: Partial<Record<RequestKind, number>>;
  /** q = 0, 0.5, 0.95, 0.99, 1, linear interpolation between order statistics (type 7). */
  readonly audioQuantiles: readonly number[];
  readonly meanAudioSeconds: number;
  readonly meanRatePerSecond: number;
  /** Population standard deviation / mean of the gaps. */
  readonly interarrivalCv: number;
  readonly maxGapSeconds: number;
  /** Largest bin / mean bin, per width. */
  readonly peakOverMean: Readonly<Record<number, number>>;
  readonly idc: Readonly<Record<number, number>>;
  /** The same inside each 600 s stretch (sample variance), weighted by the stretches' counts: slow trends drop out. */
  readonly idcLocal600: Readonly<Record<number, number>>;
  /** Share of minutes without a row. */
  readonly emptyMinutes: number;
  readonly offeredMean: number;
  readonly offeredPeakMinute: number;
  /** Most rows open at once if each lasts its audio from its offset; ends count before starts at the same instant. */
  readonly peakConcurrency: number;
}

const STRETCH_SECONDS = 600;

const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
};

/** Sum of squared distances from the mean / (n − ddof). */
const variance = (values: ArrayLike<number>, ddof: 0 | 1): number => {
  const middle = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - middle) ** 2;
  return sum / (values.length - ddof);
};

const max = (values: ArrayLike<number>): number => {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!);
  return most;
};

/** Sum of `weight` per bin of `width` seconds; rows after the last whole bin are left out. */
const binned = (trace: Trace, span: number, width: number, weight: (row: number) => number): Float64Array => {
  const bins = new Float64Array(Math.floor(span / width));
  for (let i = 0; i < trace.count; i++) {
    const bin = Math.floor(trace.offsetSeconds[i]! / width);
    if (bin < bins.length) bins[bin]! += weight(i);
  }
  return bins;
};

const localDispersion = (bins: Float64Array, width: number): number => {
  const perStretch = STRETCH_SECONDS / width;
  let [weighted, weights] = [0, 0];
  for (let start = 0; start + perStretch <= bins.length; start += perStretch) {
    const stretch = bins.subarray(start, start + perStretch);
    const average = mean(stretch);
    if (average === 0) continue;
    const count = average * stretch.length;
    weighted += (count * variance(stretch, 1)) / average;
    weights += count;
  }
  return weighted / weights;
};

const quantile = (sorted: Float64Array, q: number): number => {
  const position = q * (sorted.length - 1);
  const i = Math.min(Math.floor(position), sorted.length - 1);
  const next = sorted[Math.min(i + 1, sorted.length - 1)]!;
  return sorted[i]! + (position - i) * (next - sorted[i]!);
};

const peakConcurrency = (trace: Trace): number => {
  const ends = Float64Array.from(trace.offsetSeconds, (at, i) => at + trace.audioSeconds[i]!).sort();
  let [open, most, ended] = [0, 0, 0];
  for (let i = 0; i < trace.count; i++) {
    while (ended < ends.length && ends[ended]! <= trace.offsetSeconds[i]!) {
      ended++;
      open--;
    }
    most = Math.max(most, ++open);
  }
  return most;
};

const perWidth = (figure: (width: number) => number): Readonly<Record<number, number>> =>
  Object.fromEntries(BIN_SECONDS.map((width) => [width, figure(width)]));

/** All figures of a trace; `spanSeconds` is its observation window where it is known better than by its last row. */
export const traceStatistics = (trace: Trace, spanSeconds: number = trace.spanSeconds): TraceStatistics => {
  const counts = new Map(BIN_SECONDS.map((width) => [width as number, binned(trace, spanSeconds, width, () => 1)]));
  const minutes = counts.get(60)!;
  const gaps = trace.offsetSeconds.slice(1).map((at, i) => at - trace.offsetSeconds[i]!);
  const sorted = trace.audioSeconds.slice().sort();
  const sumAudioSeconds = trace.audioSeconds.reduce((sum, length) => sum + length, 0);
  const kinds = REQUEST_KINDS.map(
    (kind, k) => [kind, trace.kind.reduce((n, one) => n + (one === k ? 1 : 0), 0)] as const,
  );
  return {
    rows: trace.count,
    spanSeconds,
    firstOffsetSeconds: trace.offsetSeconds[0]!,
    lastOffsetSeconds: trace.offsetSeconds[trace.count - 1]!,
    sumAudioSeconds,
    kinds: Object.fromEntries(kinds.filter(([, rows]) => rows > 0)),
    audioQuantiles: [0, 0.5, 0.95, 0.99, 1].map((q) => quantile(sorted, q)),
    meanAudioSeconds: sumAudioSeconds / trace.count,
    meanRatePerSecond: trace.count / spanSeconds,
    interarrivalCv: Math.sqrt(variance(gaps, 0)) / mean(gaps),
    maxGapSeconds: max(gaps),
    peakOverMean: perWidth((width) => max(counts.get(width)!) / mean(counts.get(width)!)),
    idc: perWidth((width) => variance(counts.get(width)!, 0) / mean(counts.get(width)!)),
    idcLocal600: perWidth((width) => localDispersion(counts.get(width)!, width)),
    emptyMinutes: minutes.filter((rows) => rows === 0).length / minutes.length,
    offeredMean: sumAudioSeconds / spanSeconds,
    offeredPeakMinute: max(binned(trace, spanSeconds, 60, (i) => trace.audioSeconds[i]!)) / 60,
    peakConcurrency: peakConcurrency(trace),
  };
};
