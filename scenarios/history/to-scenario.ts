// A recorded history as a scenario file: rate curve, dispersion, length mix, and in its head what could not be known. Takes
// the history and what it was served by; gives YAML text that the scenario parser reads.

import { stringify } from 'yaml';
import { TestbedError } from '../../model/errors.ts';
import { GPU_SPEED, SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import type { TrafficHistory } from './estimate.ts';
import { audioBehind, bucketQuantile, concurrency, dispersion, rateBlocks } from './estimate.ts';

export interface ServedBy {
  readonly name: string;
  readonly calibration: string;
  readonly gpu: string;
  readonly manifests: readonly string[];
}

export interface ImportedScenario {
  readonly yaml: string;
  /** What was assumed or could not be known. */
  readonly notes: readonly string[];
}

/** The curve keeps at most this many points; between them the dispersion stands for what varies. */
const MOST_POINTS = 288;
const LEAST_BLOCK_STEPS = 5;
/** Longer audio is taken for a recorded file. */
const FILE_SECONDS = 30;
const QUANTILES = 21;

const rounded = (n: number): number => Number(n.toPrecision(4));

/** Quantiles of the lengths between the shares `from` and `to`, all inside one kind. */
const lengths = (of: (q: number) => number, from: number, to: number): readonly string[] =>
  Array.from({ length: QUANTILES }, (_, i) => `${rounded(of(from + ((to - from) * i) / (QUANTILES - 1)))}s`);

/** The share of requests whose audio is at most FILE_SECONDS long, to a thousandth. */
const shortShare = (of: (q: number) => number): number => {
  let [low, high] = [0, 1];
  while (high - low > 0.001) {
    const middle = (low + high) / 2;
    if (of(middle) <= FILE_SECONDS) low = middle;
    else high = middle;
  }
  return of(1) <= FILE_SECONDS ? 1 : low < 0.001 ? 0 : low;
};

const lawOf = ({ calibration, gpu }: ServedBy) => {
  const [law, speed] = [SERVICE_LAWS[calibration], GPU_SPEED[gpu]];
  if (law === undefined || speed === undefined)
    throw new TestbedError('USAGE', `calibration ${calibration} on ${gpu} is not known`, {
      hint: `calibrations: ${Object.keys(SERVICE_LAWS).join(', ')}; GPUs: ${Object.keys(GPU_SPEED).join(', ')}`,
    });
  return scaleLaw(law, speed.speed).batch;
};

/** Throws USAGE for an unknown calibration or GPU, TRACE_INVALID for a history without requests or without durations. */
export const historyScenario = (history: TrafficHistory, served: ServedBy): ImportedScenario => {
  const law = lawOf(served);
  const known = history.rate.filter((r) => r !== null);
  if (!known.some((r) => r > 0))
    throw new TestbedError('TRACE_INVALID', 'the history holds no request', {
      hint: 'check the time range and the selector',
    });
  const inProcess = concurrency(history);
  if (bucketQuantile(history.durations, 0.5) === null)
    throw new TestbedError('TRACE_INVALID', 'the history holds no asr_request_duration_seconds_bucket', {
      hint: 'without durations nothing is known about the lengths of the audio',
    });
  const lengthAt = (q: number): number => audioBehind(law, bucketQuantile(history.durations, q)!, inProcess);
  const steps = Math.max(LEAST_BLOCK_STEPS, Math.ceil(history.rate.length / MOST_POINTS));
  const blocks = rateBlocks(history, steps);
  const idc = dispersion(history);
  const cv = rounded(Math.min(8, Math.max(0.3, Math.sqrt(idc ?? 1))));
  const short = shortShare(lengthAt);
  const stream = (name: string, kind: string, share: number, from: number, to: number): readonly object[] =>
    share === 0
      ? []
      : [
          {
            name,
            kind,
            arrivals: {
              kind: 'gamma',
              cv,
              rate: { between: 'step', points: blocks.map(([at, rate]) => [`${at}s`, `${rounded(rate * share)}/s`]) },
            },
            audio: { kind: 'quantiles', values: lengths(lengthAt, from, to) },
          },
        ];
  const missing = history.rate.length - known.length;
  const notes = [
    `lengths of the audio are derived from latencies with the law ${served.calibration} on ${served.gpu} at ${rounded(inProcess)} requests in process per pod; waiting in queues makes them look longer`,
    `audio up to ${FILE_SECONDS} s is taken for utterances, longer for files; live sessions are not in these metrics`,
    `rates are means over ${steps * history.stepSeconds} s: faster changes are in the coefficient of variation ${cv} of the gaps${idc === null ? ' (assumed: too few steps to estimate it)' : ''}`,
    'refused calls, retries and callers who gave up before they were counted are not in the history',
    ...(missing > 0 ? [`${missing} of ${history.rate.length} steps had no value: the rate before them goes on`] : []),
  ];
  const first = history.pods.find((p) => p !== null) ?? 1;
  const scenario = {
    name: served.name,
    seed: 1,
    duration: `${history.rate.length * history.stepSeconds}s`,
    epoch: new Date(history.fromSeconds * 1000).toISOString(),
    traffic: [...stream('utterances', 'short', short, 0, short), ...stream('files', 'batch', 1 - short, short, 1)],
    platform: { manifests: served.manifests, set: { 'deployment.replicas': Math.max(1, first) } },
    service: { calibration: served.calibration, gpu: served.gpu },
    objectives: [`attainment{kind=${short > 0 ? 'short' : 'batch'},within=${short > 0 ? '2s' : '60s'}} >= 0.95`],
  };
  const head = ['Traffic of a recorded history. What could not be known:', ...notes.map((note) => `- ${note}`)];
  return { yaml: `${head.map((line) => `# ${line}`).join('\n')}\n${stringify(scenario, { lineWidth: 120 })}`, notes };
};
