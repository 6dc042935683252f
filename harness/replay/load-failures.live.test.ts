import { afterAll, describe, expect, it } from 'vitest';
import type { EmulatorConfig, EmulatorFault } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import { LoadEngine } from './load-engine.ts';
import type { LoadSettings } from './load-engine.ts';
import type { TestServer } from './servers.test-support.ts';
import { httpServer, selfSignedServer, tcpServer } from './servers.test-support.ts';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

const serve = async (server: Promise<TestServer>): Promise<string> => {
  const { origin, close } = await server;
  ends.push(close);
  return origin;
};

const always = { from: seconds(-1e6), until: seconds(1e6), share: 1 };

/** A pod whose clock runs ten times as fast as the engine's: virtual waits are short. */
const emulate = async (change: Partial<EmulatorConfig>): Promise<string> => {
  const clock = scaledClock(monotonicMillis(), 10);
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, timeScale: 10, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};

const withFault = (fault: EmulatorFault): Promise<string> => emulate({ faults: [fault] });

/** Virtual seconds, ten of them a real one: short where the time-out is what is asked, long where it is not. */
const SHORT = 1.5;
const LONG = 300;

/** One row at this address: its outcome, its class, and what was seen. */
const meet = async (origin: string, kind: RequestKind, timeout = LONG): Promise<readonly [string, string, string]> => {
  const clock = scaledClock(monotonicMillis() + 20, 10);
  const settings: LoadSettings = {
    front: {
      law: SERVICE_LAWS['pulse-pro-l40s']!,
      balancer: 'least-requests',
      queueAt: 'front',
      queueLimit: null,
      timeout: seconds(timeout),
      retries: null,
      balancerSeed: 1,
      maxInFlight: 10,
    },
    dialect: 'pulse-v1',
    connection: 'keepalive',
    authorization: null,
    bodies: 'wav',
    clipSeed: 1,
    endDialect: 'close_stream',
    frameMillis: 128,
    runId: 'test',
  };
  const row = { index: 0, offsetMillis: millis(1), stream: 's', kind, audioSeconds: seconds(0.5), seed: 1 };
  const engine = new LoadEngine(scheduleFromRows([row], millis(10)), [0], settings, clock);
  engine.join(0, origin);
  await engine.run();
  const { requests, causes } = engine.stop();
  return [OUTCOMES[requests.outcome[0]!]!, FAILURES[requests.failure[0]!]!, causes[0]?.[0] ?? ''];
};

describe('a target that is not what it should be has a class of its own in the record, and nothing hangs', () => {
  it('nobody listens', async () => {
    for (const kind of ['short', 'stream'] as const)
      expect(await meet('http://127.0.0.1:1', kind)).toEqual(['failed', 'unreachable', 'ECONNREFUSED']);
  });

  it('a name without an address; .invalid never leaves the resolver', async () => {
    for (const kind of ['short', 'stream'] as const)
      expect((await meet('http://asr.invalid:7100', kind)).slice(0, 2)).toEqual(['failed', 'dns']);
  });

  it('a certificate nobody signed, and a server that speaks no TLS', async () => {
    const origin = await serve(selfSignedServer());
    const plain = (await serve(httpServer((_, response) => response.end('{}')))).replace('http:', 'https:');
    for (const kind of ['short', 'stream'] as const) {
      expect(await meet(origin, kind)).toEqual(['failed', 'tls', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
      expect((await meet(plain, kind)).slice(0, 2)).toEqual(['failed', 'tls']);
    }
  });

  it('a server that takes the request and never answers', async () => {
    const origin = await serve(tcpServer(() => undefined));
    expect(await meet(origin, 'short', SHORT)).toEqual(['timeout', 'no-answer', '']);
    expect(await meet(await withFault({ kind: 'stall', ...always }), 'short', SHORT)).toEqual([
      'timeout',
      'no-answer',
      '',
    ]);
  });

  it('a server that answers garbage: no HTTP, no JSON, no WebSocket frames', async () => {
    const noHttp = await serve(tcpServer((socket) => socket.end('\u0001\u0002 hello \r\n\r\n')));
    for (const kind of ['short', 'stream'] as const)
      expect((await meet(noHttp, kind)).slice(0, 2)).toEqual(['failed', 'garbage']);
    const noJson = await withFault({ kind: 'garbage', ...always });
    expect(await meet(noJson, 'short')).toEqual(['failed', 'garbage', 'answer is no JSON']);
  });

  it('a connection that breaks: before the answer, within it, within a live session', async () => {
    const reset = await serve(tcpServer((socket) => socket.resetAndDestroy()));
    for (const kind of ['short', 'stream'] as const)
      expect((await meet(reset, kind)).slice(0, 2)).toEqual(['failed', 'reset']);
    expect((await meet(await withFault({ kind: 'cut-answer', ...always }), 'short')).slice(0, 2)).toEqual([
      'failed',
      'reset',
    ]);
    const cut = await withFault({ kind: 'cut-stream', after: seconds(0.2), ...always });
    expect(await meet(cut, 'stream')).toEqual(['failed', 'ws-abnormal', 'close 1006']);
  });

  it('another dialect than the one spoken, and another end of a live session', async () => {
    const other = await emulate({ dialects: ['onprem-v1'] });
    expect(await meet(other, 'short')).toEqual(['failed', 'wrong-dialect', 'HTTP 404']);
    expect(await meet(other, 'stream')).toEqual(['failed', 'wrong-dialect', 'HTTP 404 before the upgrade']);
    const end = await meet(await emulate({ endDialect: 'end' }), 'stream');
    expect(end).toEqual(['failed', 'wrong-end', 'no is_last within 10 s of close_stream: wrong endDialect?']);
  });

  it('a service that says no: no key, too many, not now, an account full, an error of its own', async () => {
    const locked = await emulate({ auth: { scheme: 'Bearer', key: 'k' } });
    expect(await meet(locked, 'short')).toEqual(['failed', 'rejected-4xx', 'HTTP 401']);
    expect(await meet(locked, 'stream')).toEqual(['failed', 'rejected-4xx', 'HTTP 401 before the upgrade']);
    const limited = await withFault({ kind: 'rate-limit', retryAfter: seconds(1), ...always });
    expect(await meet(limited, 'short')).toEqual(['refused', 'rejected-429', 'HTTP 429']);
    const broken = await withFault({ kind: 'internal-error', ...always });
    expect(await meet(broken, 'short')).toEqual(['failed', 'server-error', 'HTTP 500']);
    const full = await emulate({ streamsPerAccount: 0 });
    expect(await meet(full, 'stream')).toEqual(['refused', 'ws-policy-1008', 'close 1008']);
    const loading = await emulate({ streamFull: '503', law: capless() });
    expect(await meet(loading, 'stream')).toEqual(['refused', 'rejected-503', 'HTTP 503 before the upgrade']);
  });

  const capless = () => {
    const law = SERVICE_LAWS['pulse-pro-l40s']!;
    return { ...law, stream: { ...law.stream, cap: 0 } };
  };
});
