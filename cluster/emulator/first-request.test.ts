import { describe, expect, it } from 'vitest';
import { millis, seconds } from '../../model/units.ts';
import { EMULATOR_DEFAULTS } from './config.ts';
import { EmulatedPod } from './pod.ts';
import type { ScaledClock } from './scaled-clock.ts';

/** Stands still at this instant; nothing is ever due. */
const standingAt = (now: number): ScaledClock => ({
  timeScale: 1,
  originMonotonicMillis: 0,
  now: () => millis(now),
  at: () => () => undefined,
  real: (virtual) => virtual,
});

/** When a request of weight 1 would end on a pod that starts now, milliseconds after. */
const firstTakes = (now: number): number => {
  const { law } = EMULATOR_DEFAULTS;
  const batch = { ...law.batch, a: seconds(0.9), b: seconds(0.1), firstRequest: seconds(5) };
  const pod = new EmulatedPod({ ...EMULATOR_DEFAULTS, law: { ...law, batch } }, standingAt(now));
  pod.batch.submit(1, () => undefined);
  return pod.batch.worker.nextCompletionMillis() - now;
};

describe('the first request of an emulated pod', () => {
  it('takes longer on a pod that starts during the run', () => {
    expect(firstTakes(60_000)).toBeCloseTo(6000, 6);
  });
  it('was long ago on a pod that is there before the origin, as in the simulator', () => {
    expect(firstTakes(-3000)).toBeCloseTo(1000, 6);
  });
});
