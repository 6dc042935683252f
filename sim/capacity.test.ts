import { describe, expect, it } from 'vitest';
import { scheduleFromRows } from '../model/schedule.ts';
import { SERVICE_LAWS } from '../model/service-time.ts';
import { millis, seconds } from '../model/units.ts';
import { capacityCurve } from './capacity.ts';
import type { FleetSettings } from './service/fleet.ts';
import { SETTINGS as ONE_AT_A_TIME } from './service/one-at-a-time.test-support.ts';

const SETTINGS: FleetSettings = { ...ONE_AT_A_TIME, law: SERVICE_LAWS['pulse-pro-l40s']! };

const clips = (audio: readonly number[], kind: 'short' | 'stream' = 'short') =>
  scheduleFromRows(
    audio.map((audioSeconds, index) => ({
      index,
      offsetMillis: millis(index),
      stream: 'all',
      kind,
      audioSeconds: seconds(audioSeconds),
      seed: index,
    })),
    millis(1000),
  );

const question = {
  kind: 'short' as const,
  within: seconds(2),
  attainment: 0.99,
  maxReplicas: 4,
  windowMillis: 30_000,
  seed: 1,
};

describe('capacity curve', () => {
  it('grows with every replica and stays below saturation', () => {
    const { capacity } = capacityCurve(clips([50]), SETTINGS, question)!;
    expect(capacity).toHaveLength(4);
    capacity.forEach((value, i) => {
      expect(value).toBeGreaterThan(capacity[i - 1] ?? 0);
      // 128/(0.225 + 0.05·128) = 19.3 weights per second and replica.
      expect(value).toBeLessThan(19.4 * (i + 1));
    });
    // A larger fleet pools its load: each replica carries more.
    expect(capacity[3]! / 4).toBeGreaterThan(capacity[0]!);
  });

  it('is zero where a lone request already misses the objective', () => {
    expect(capacityCurve(clips([50]), SETTINGS, { ...question, within: seconds(0.2) })!.capacity).toEqual([0, 0, 0, 0]);
  });

  it('does not exist for live sessions, nor for a kind that the schedule does not have', () => {
    expect(capacityCurve(clips([60], 'stream'), SETTINGS, question)).toBeNull();
    expect(capacityCurve(clips([60]), SETTINGS, { ...question, kind: 'batch' })).toBeNull();
  });

  it('never shrinks when the objective is relaxed', () => {
    const strict = capacityCurve(clips([10, 50, 90]), SETTINGS, question)!.capacity;
    const lax = capacityCurve(clips([10, 50, 90]), SETTINGS, { ...question, within: seconds(6) })!.capacity;
    lax.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(strict[i]!));
  });
});
