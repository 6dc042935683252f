// trace FILE: what a recorded trace holds: rate, burstiness, lengths, offered audio. Reads it as the compiler would.

import { resolve } from 'node:path';
import { BIN_SECONDS, traceStatistics } from '../../scenarios/traces/statistics.ts';
import { readTrace } from '../../scenarios/traces/read-trace.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { readText } from '../read-input.ts';
import type { CommandContext } from '../run-command.ts';

export interface TraceOptions {
  readonly file: string;
  readonly json?: boolean;
}

const figures = (n: number): string => String(+n.toPrecision(4));
const perBin = (values: Readonly<Record<number, number>>): string =>
  BIN_SECONDS.map((width) => `${figures(values[width]!)} in ${width} s`).join(', ');

export const run = (options: TraceOptions, context: CommandContext): Promise<number> => {
  const trace = readTrace(options.file, readText(resolve(options.file), 'the trace'));
  const s = traceStatistics(trace);
  if (options.json === true) context.print(JSON.stringify(s, null, 1));
  else {
    const [least, median, p95, p99, most] = s.audioQuantiles.map(figures);
    context.print(
      [
        `${s.rows} requests in ${figures(s.spanSeconds)} s, ${figures(s.meanRatePerSecond)} per second on average`,
        `  kinds: ${Object.entries(s.kinds)
          .map(([kind, count]) => `${count} ${kind}`)
          .join(', ')}`,
        `  audio: ${least} s to ${most} s, mean ${figures(s.meanAudioSeconds)}, median ${median}, p95 ${p95}, p99 ${p99}`,
        `  offered audio: ${figures(s.offeredMean)} seconds per second on average, ${figures(s.offeredPeakMinute)} in the busiest minute`,
        `  largest bin over mean bin: ${perBin(s.peakOverMean)}`,
        `  index of dispersion (Poisson: 1): ${perBin(s.idc)}`,
        `  gaps: coefficient of variation ${figures(s.interarrivalCv)}, longest ${figures(s.maxGapSeconds)} s`,
        `  played in real time, at most ${s.peakConcurrency} are open at once`,
      ].join('\n'),
    );
  }
  return Promise.resolve(OUTCOME_EXIT.ok.code);
};
