import { describe, expect, it } from 'vitest';
import { emptySchedule } from '../../model/schedule.ts';
import { GPU_SPEED, SERVICE_LAWS, scaleLaw } from '../../model/service-time.ts';
import { millis } from '../../model/units.ts';
import { openSessions, sessionsPerReplica } from './sessions.ts';

describe('sessions per replica', () => {
  it('are those whose step still fits into a chunk of audio, by GPU', () => {
    const law = SERVICE_LAWS['pulse-pro-l40s']!;
    const of = (gpu: string): number => sessionsPerReplica(scaleLaw(law, GPU_SPEED[gpu]!.speed).stream);
    // (0.128 − 0.012)/0.0008 = 145 against a cap of 128; (0.128 − 0.048)/0.0032 = 25; (0.128 − 0.1)/0.0067 = 4.2.
    expect(['L40S', 'L4', 'T4'].map(of)).toEqual([128, 25, 4]);
    expect(sessionsPerReplica(scaleLaw(law, 0.09).stream)).toBe(0);
  });
});

describe('open sessions', () => {
  const schedule = (kinds: readonly number[]) => ({
    ...emptySchedule(4, millis(10_000), ['a']),
    offsetMillis: Float64Array.of(0, 1500, 2000, 8000),
    audioSeconds: Float64Array.of(2.5, 1, 4, 60),
    kind: Uint8Array.from(kinds),
  });

  it('are counted second by second, utterances and files left out', () => {
    expect(openSessions(schedule([2, 2, 0, 2]))).toEqual({
      at: [0, 1000, 3000, 8000],
      value: [1, 2, 0, 1],
    });
  });
  it('end with the cut of their caller, here after 600 ms', () => {
    const conduct = { a: { hangup: null, cut: { share: 1, after: { kind: 'fixed', value: 0.6 } } } } as const;
    expect(openSessions(schedule([2, 2, 0, 2]), conduct)).toEqual({
      at: [0, 3000, 8000, 9000],
      value: [1, 0, 1, 0],
    });
  });
  it('are none where there are no live sessions', () => {
    expect(openSessions(schedule([0, 1, 0, 1]))).toBeNull();
  });
});
