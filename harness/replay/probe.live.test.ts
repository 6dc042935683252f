import { afterAll, describe, expect, it } from 'vitest';
import type { EmulatorConfig } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECT_IDS } from '../../cluster/emulator/dialects.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { seconds } from '../../model/units.ts';
import type { ProbeReport } from './probe.ts';
import { probe, probeText } from './probe.ts';
import type { TestServer } from './servers.test-support.ts';
import { httpServer, selfSignedServer, tcpServer } from './servers.test-support.ts';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

const emulate = async (change: Partial<EmulatorConfig>): Promise<string> => {
  const clock = scaledClock(monotonicMillis(), 1);
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};

const serve = async (server: Promise<TestServer>): Promise<string> => {
  const { origin, close } = await server;
  ends.push(close);
  return origin;
};

const ask = (origin: string, authorization: string | null = null, patienceMillis = 1000): Promise<ProbeReport> =>
  probe({ origin, authorization, patienceMillis });

const verdicts = ({ tried }: ProbeReport): string[] =>
  tried.map(({ mode, dialect, verdict }) => `${mode} ${dialect} ${verdict}`);

describe('the probe', () => {
  it.each(DIALECT_IDS)('finds %s and nothing else on a server that speaks only it', async (dialect: Dialect) => {
    const report = await ask(await emulate({ dialects: [dialect] }));
    expect(report).toMatchObject({ batch: dialect, live: dialect, endDialect: 'close_stream', needsKey: false });
    const expected = ['batch', 'live'].flatMap((mode) =>
      ['pulse-v1', 'lightning', 'onprem-v1', 'stt'].map(
        (id) => `${mode} ${id} ${id === dialect ? 'present' : 'absent'}`,
      ),
    );
    expect(verdicts(report)).toEqual(expected);
  });

  it('finds what ends a live session', async () => {
    expect(await ask(await emulate({ endDialect: 'end' }), null, 400)).toMatchObject({ endDialect: 'end' });
    expect(await ask(await emulate({ endDialect: 'finalize-ends' }), null, 400)).toMatchObject({
      endDialect: 'finalize-ends',
    });
  });

  it('says that a key is wanted, and takes it', async () => {
    const origin = await emulate({ auth: { scheme: 'Bearer', key: 'secret' }, dialects: ['pulse-v1'] });
    const without = await ask(origin);
    expect(without).toMatchObject({ batch: 'pulse-v1', live: 'pulse-v1', endDialect: null, needsKey: true });
    expect(probeText(origin, without)).toContain('--auth-env');
    expect(await ask(origin, 'Bearer secret')).toMatchObject({ needsKey: false, endDialect: 'close_stream' });
  });

  it('is not deceived by a web front that answers 200 to everything', async () => {
    const report = await ask(await serve(httpServer((_, response) => response.end('<html>hello</html>'))));
    expect(report).toMatchObject({ batch: null, live: null });
    expect(report.tried[0]!.saw).toBe('HTTP 200, but no transcript: "<html>hello</html>"');
    expect(report.tried[4]!.saw).toBe('HTTP 200 before the upgrade');
  });

  it('leaves a 503 open: the model may still load', async () => {
    const clock = scaledClock(monotonicMillis(), 1);
    const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, modelLoad: seconds(60) }, clock);
    ends.push(() => emulator.close());
    const report = await ask(`http://127.0.0.1:${emulator.port}`);
    expect(report).toMatchObject({ batch: null, live: null });
    expect(new Set(report.tried.map(({ verdict }) => verdict))).toEqual(new Set(['inconclusive']));
  });

  it('names what keeps it from a server: nobody there, no such name, a certificate, silence', async () => {
    const messageOf = async (origin: string): Promise<unknown> => {
      try {
        return await ask(origin, null, 300);
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return [code, /\((.*?)\)/.exec(message)?.[1]];
      }
    };
    expect(await messageOf('http://127.0.0.1:1')).toEqual(['TARGET_UNREACHABLE', 'unreachable']);
    expect(await messageOf(await serve(selfSignedServer()))).toEqual(['TARGET_UNREACHABLE', 'tls']);
    expect(await messageOf(await serve(tcpServer(() => undefined)))).toEqual(['TARGET_UNREACHABLE', 'no-answer']);
  });
});
