import { describe, expect, it } from 'vitest';
import { scheduleFromRows } from '../../model/schedule.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import type { SocketLimits } from './socket-limits.ts';
import { checkSockets, parseOpenFiles, peakConcurrency } from './socket-limits.ts';

const schedule = (rows: readonly (readonly [at: number, kind: RequestKind, audio: number])[]) =>
  scheduleFromRows(
    rows.map(([at, kind, audio], index) => ({
      index,
      offsetMillis: millis(at),
      stream: 's',
      kind,
      audioSeconds: seconds(audio),
      seed: index,
    })),
    millis(10_000),
  );

const bound = { batchMillis: (audio: number) => audio * 100, liveGraceMillis: 500, maxInFlight: 100 };
const limits: SocketLimits = { openFiles: 1024, hardOpenFiles: 4096, localPorts: 28_232 };

const refusal = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint: string };
    return [code, message, hint];
  }
  return 'passes';
};

describe('the sockets a schedule may need', () => {
  it('are the rows whose longest stays overlap', () => {
    // A session of 2 s ends at 2.5 s; batch rows of 1 s of audio stay 100 ms.
    const rows = schedule([
      [0, 'stream', 2],
      [10, 'short', 1],
      [60, 'short', 1],
      [110, 'short', 1],
      [2500, 'short', 1],
    ]);
    expect(peakConcurrency(rows, bound)).toBe(3);
    expect(peakConcurrency(rows, { ...bound, maxInFlight: 2 })).toBe(2);
  });

  it('are counted per worker: index mod workers', () => {
    const rows = schedule(Array.from({ length: 10 }, (_, i) => [i, 'stream', 5] as const));
    expect([0, 1, 2].map((worker) => peakConcurrency(rows, bound, worker, 3))).toEqual([4, 3, 3]);
  });
});

describe('the pre-flight check', () => {
  it('reads the limit of open files as /proc has it', () => {
    const text =
      'Max processes             7823                 7823                 processes \nMax open files            1024                 524288               files     \n';
    expect(parseOpenFiles(text)).toEqual({ openFiles: 1024, hardOpenFiles: 524_288 });
    expect(parseOpenFiles('Max open files  unlimited  unlimited  files')).toEqual({
      openFiles: Infinity,
      hardOpenFiles: Infinity,
    });
    expect(parseOpenFiles('')).toEqual({ openFiles: Infinity, hardOpenFiles: Infinity });
  });

  it('says how many are needed and how to get them', () => {
    expect(refusal(() => checkSockets(960, 960, limits))).toBe('passes');
    expect(refusal(() => checkSockets(961, 961, limits))).toEqual([
      'LIMIT_TOO_LOW',
      'the schedule may need 961 sockets at once in one process (1025 open files), the limit is 1024',
      'ulimit -n 1025, then the same command; or more --workers',
    ]);
    expect(String(refusal(() => checkSockets(9000, 9000, limits)))).toContain('as root: ulimit -Hn 9064');
    expect(refusal(() => checkSockets(10, 30_000, limits))).toEqual([
      'LIMIT_TOO_LOW',
      'the schedule may need 30000 connections to one address at once, this machine has 28232 local ports',
      'as root: sysctl net.ipv4.ip_local_port_range="30000 60999"; or spread the load over several addresses of the service',
    ]);
  });
});
