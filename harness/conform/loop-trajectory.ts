// Replica counts over time, recorded and ours, second by second, and the response times of both.

import { OUTCOMES } from '../../model/record.ts';
import type { RequestTable } from '../../model/record.ts';
import type { World } from '../../sim/world.ts';
import type { LoopFolder } from './closed-loop-types.ts';

interface ScaleWrite {
  readonly atMillis: number;
  readonly replicas: number;
}

/** Accepted writes of the Deployment's scale in the recording. */
const recordedWrites = (folder: LoopFolder): readonly ScaleWrite[] =>
  folder.hpa
    .flatMap((line): ScaleWrite[] => {
      if (line.ev === 'manual-scale') return [{ atMillis: line.t, replicas: line.replicas }];
      if (line.ev !== 'sync') return [];
      return (line.put ?? []).flatMap(({ t, ms, code, replicas }) =>
        code === 200 ? [{ atMillis: t + ms, replicas }] : [],
      );
    })
    .sort((a, b) => a.atMillis - b.atMillis);

/** Replicas wanted at every whole second of the recording. */
const everySecond = ({ config }: LoopFolder, writes: readonly ScaleWrite[]): Int32Array => {
  const counts = new Int32Array(Math.floor(config.durationMs / 1000));
  let next = 0;
  let replicas = config.initialPods;
  for (let s = 0; s < counts.length; s++) {
    while (next < writes.length && writes[next]!.atMillis <= s * 1000) replicas = writes[next++]!.replicas;
    counts[s] = replicas;
  }
  return counts;
};

export const recordedTrajectory = (folder: LoopFolder): Int32Array => everySecond(folder, recordedWrites(folder));
export const ownTrajectory = (folder: LoopFolder, { cluster }: World): Int32Array =>
  everySecond(folder, cluster.scaleWrites);

const LATENCY_QUANTILES = [0.5, 0.95, 0.99] as const;

const quantiles = (values: Float64Array): readonly number[] => {
  const sorted = values.sort();
  return LATENCY_QUANTILES.map((q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN);
};

/** Response times of what was answered, ms. */
export const recordedLatency = ({ requests }: LoopFolder): readonly number[] => {
  const total = requests.waitMillis.map((wait, i) =>
    requests.failed[i] === 1 ? NaN : wait + requests.serviceMillis[i]!,
  );
  return quantiles(total.filter((ms) => !Number.isNaN(ms)));
};

export const ownLatency = (requests: RequestTable): readonly number[] => {
  const ok = OUTCOMES.indexOf('ok');
  const total = requests.doneMillis.map((done, i) =>
    requests.outcome[i] === ok ? done - requests.intendedMillis[i]! : NaN,
  );
  return quantiles(total.filter((ms) => !Number.isNaN(ms)));
};
