import { describe, expect, it } from 'vitest';
import type { RequestKind } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import type { PlanSettings } from './plan.ts';
import { k6Files } from './plan.ts';

const SETTINGS: PlanSettings = {
  service: { timeout: seconds(30), retries: { max: 2, backoff: seconds(0.5) } },
  scheduleHash: 'abc',
  target: 'http://127.0.0.1:7100',
  beginUrl: 'http://127.0.0.1:7000/surgelab/begin',
  timeScale: 4,
  maxInFlight: 100,
  latestMillis: 10_000,
  dialect: 'stt',
  connection: 'keepalive',
  bodies: 'declared',
  endDialect: 'end',
  frameMillis: 128,
  runId: 'r7',
  clipSeed: 7,
};

const schedule = (rows: readonly (readonly [offset: number, stream: string, kind: RequestKind, audio: number])[]) =>
  scheduleFromRows(
    rows.map(([offset, stream, kind, audio], index) => ({
      index,
      offsetMillis: millis(offset),
      stream,
      kind,
      audioSeconds: seconds(audio),
      seed: 100 + index,
    })),
    millis(1000),
  );

describe('the plan of a k6 run', () => {
  it('has one k6 scenario per stream with its own rows, and every word of the dialect', () => {
    const files = k6Files(
      schedule([
        [0, 'calls & more', 'short', 2.5],
        [10.25, 'captions', 'stream', 60],
        [20, 'calls & more', 'batch', 300],
      ]),
      SETTINGS,
    );
    expect([...files.rows]).toEqual([
      [
        'rows-0-0.json',
        [
          [0, 0, 0, 2.5, 100],
          [2, 20, 1, 300, 102],
        ],
      ],
      ['rows-1-0.json', [[1, 10.25, 2, 60, 101]]],
    ]);
    expect(files.plan).toEqual({
      schema: 'surgelab.k6-plan/1',
      scheduleHash: 'abc',
      target: 'http://127.0.0.1:7100',
      beginUrl: 'http://127.0.0.1:7000/surgelab/begin',
      timeScale: 4,
      kinds: ['short', 'batch', 'stream'],
      streams: [
        { scenario: '0-calls___more', stream: 'calls & more', rowsFiles: ['rows-0-0.json'], vus: 1 },
        { scenario: '1-captions', stream: 'captions', rowsFiles: ['rows-1-0.json'], vus: 1 },
      ],
      dialect: {
        batchPath: '/waves/v1/stt?model=pulse&language=en',
        batchContentType: 'application/octet-stream',
        streamPath: '/waves/v1/stt/live',
        streamQuery: 'model=pulse&language=en&word_timestamps=true',
        endMessage: '{"type":"end"}',
        headers: {
          row: 'x-testbed-row',
          attempt: 'x-testbed-attempt',
          seed: 'x-testbed-seed',
          audioSeconds: 'x-testbed-audio-seconds',
          pod: 'x-testbed-pod',
          admittedMillis: 'x-testbed-admitted-millis',
        },
      },
      connection: 'keepalive',
      bodies: 'declared',
      clipFiles: ['clip-0.pcm', 'clip-1.pcm', 'clip-2.pcm', 'clip-3.pcm', 'clip-4.pcm', 'clip-5.pcm', 'clip-6.pcm'],
      sampleRate: 16_000,
      frameMillis: 128,
      runId: 'r7',
      timeoutMillis: 30_000,
      retries: { max: 2, backoffMillis: 500 },
      maxInFlightPerVu: 50,
      promises: [],
      warmupMillis: 0,
      latestMillis: 10_000,
      maxDurationSeconds: 63,
    });
  });

  it('takes a VU per fifty sessions that are open at once, as the longest overlap has it', () => {
    // 2 per second, each 600 s: with 15 s to spare 1,230 are open at the end.
    const rows = Array.from({ length: 2400 }, (_, i) => [i * 500, 'captions', 'stream', 600] as const);
    expect(k6Files(schedule(rows), SETTINGS).plan.streams[0]!.vus).toBe(25);
  });

  it('has as many VUs for each of several instances, and rows in files that a ConfigMap can hold', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [i / 7, 'captions', 'stream', 600 / 7] as const);
    const asked = schedule(rows);
    const { plan, rows: files } = k6Files(asked, { ...SETTINGS, instances: 7 });
    expect(plan.streams).toEqual([
      {
        scenario: '0-captions',
        stream: 'captions',
        rowsFiles: ['rows-0-0.json', 'rows-0-1.json', 'rows-0-2.json'],
        vus: 105,
      },
    ]);
    expect([...files.values()].flat().map(([index]) => index)).toEqual(rows.map((_, i) => i));
    expect([...files.values()].map((own) => JSON.stringify(own).length).every((bytes) => bytes < 300_000)).toBe(true);
  });

  it('needs no clip for declared bodies, and writes when callers of the stream leave', () => {
    const files = k6Files(schedule([[5, 'calls', 'short', 2]]), {
      ...SETTINGS,
      conduct: { calls: { hangup: { share: 1, after: { kind: 'fixed', value: 9 } }, cut: null } },
    });
    expect(files.plan.clipFiles).toEqual([]);
    expect([...files.rows.values()]).toEqual([[[0, 5, 0, 2, 100, 9000, null]]]);
  });
});
