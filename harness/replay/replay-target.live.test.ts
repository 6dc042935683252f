import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { EmulatorConfig } from '../../cluster/emulator/config.ts';
import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import type { RunRecord } from '../../model/record.ts';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import type { RequestKind, ScheduleRow } from '../../model/schedule.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { score } from '../../reports/score/score.ts';
import { wavHeader } from './clip.ts';
import type { TargetSettings } from './replay-target.ts';
import { replayTarget } from './replay-target.ts';
import { httpServer } from './servers.test-support.ts';
import { smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends) await end();
});

const emulate = async (change: Partial<EmulatorConfig> = {}): Promise<string> => {
  const clock = scaledClock(monotonicMillis(), 1);
  const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0, ...change }, clock);
  ends.push(() => emulator.close());
  await emulator.pod.whenLoaded();
  return `http://127.0.0.1:${emulator.port}`;
};

const row = (index: number, offset: number, kind: RequestKind, audio: number): ScheduleRow => ({
  index,
  offsetMillis: millis(offset),
  stream: kind,
  kind,
  audioSeconds: seconds(audio),
  seed: index + 1,
});

/** Ten utterances, a file that is sent in pieces, two live sessions. */
const mixed = scheduleFromRows(
  [
    row(0, 0, 'stream', 0.6),
    row(1, 20, 'batch', 140),
    row(2, 40, 'stream', 0.6),
    ...Array.from({ length: 10 }, (_, i) => row(3 + i, 50 + 40 * i, 'short', 1 + i / 10)),
  ],
  millis(1000),
);

const settings = (origin: string, change: Partial<TargetSettings> = {}): TargetSettings => ({
  origin,
  authorization: null,
  dialect: null,
  tell: () => undefined,
  schedule: mixed,
  scenario: { ...smallScenario(5, 1), service: { ...smallScenario(5, 1).service, timeout: seconds(10) } },
  platform: smallPlatform(2),
  scheduleHash: 'not hashed here',
  versions: {},
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...change,
});

const met = ({ requests }: RunRecord): string[] =>
  Array.from(requests.outcome, (code, i) => `${OUTCOMES[code]!} ${FAILURES[requests.failure[i]!]!}`.trim());

const code = async (run: Promise<unknown>): Promise<unknown> => {
  try {
    await run;
    return 'no error';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('replay at an address', () => {
  it('finds the dialect, sends every row as real audio with the key, and says that nothing else was observed', async () => {
    const origin = await emulate({ dialects: ['onprem-v1'], auth: { scheme: 'Token', key: 'secret' } });
    const told: string[] = [];
    const { complete, record } = await replayTarget(
      settings(origin, { authorization: 'Token secret', tell: (text) => told.push(text) }),
    );
    expect(complete).toBe(true);
    expect(met(record)).toEqual(Array.from({ length: mixed.count }, () => 'ok'));
    expect(told.join('\n')).toContain('batch dialect: onprem-v1');
    const { header } = record;
    expect(header).toMatchObject({ profile: 'existing', timeScale: 1 });
    expect(header.reality.hpa).toContain('not observed');
    expect(header.notes.slice(0, 2)).toEqual([
      `the record holds requests only: pods, decisions and metrics behind ${origin} were not observed, and the platform of the scenario was not used`,
      'probe: batch onprem-v1, live onprem-v1, live sessions end by close_stream',
    ]);
    expect(JSON.stringify(header)).not.toContain('secret');
    expect(score(record).cost.gpuHours).toMatchObject({ kind: 'no-data' });
  });

  it('sends the clips of the user: the service hears their length', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-target-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    for (const length of [1, 2])
      writeFileSync(
        join(folder, `${length}.wav`),
        Buffer.concat([wavHeader(32_000 * length), Buffer.alloc(32_000 * length)]),
      );
    const { record } = await replayTarget(settings(await emulate(), { clipFolder: folder }));
    expect(met(record)).toEqual(Array.from({ length: mixed.count }, () => 'ok'));
  });

  it('keeps a class per failure when the dialect is given and is not the one spoken', async () => {
    const origin = await emulate({ dialects: ['pulse-v1'] });
    const { record } = await replayTarget(settings(origin, { dialect: 'stt' }));
    expect(new Set(met(record))).toEqual(new Set(['failed wrong-dialect']));
    expect(record.header.notes).toContain('11 attempts were not answered: HTTP 404');
  });

  it('refuses before the first row: nobody there, no dialect, clips that are none', async () => {
    const front = await httpServer((_, response) => response.end('<html></html>'));
    ends.push(front.close);
    expect(await code(replayTarget(settings('http://127.0.0.1:1')))).toBe('TARGET_UNREACHABLE');
    expect(await code(replayTarget(settings(front.origin)))).toBe('DIALECT_UNKNOWN');
    expect(await code(replayTarget(settings(front.origin, { clipFolder: '/no/such/folder' })))).toBe('INPUT_MISSING');
  });

  it('marks a closed loop in the header, the notes and the verdict', async () => {
    const { record } = await replayTarget(settings(await emulate(), { closedLoopUsers: 3 }));
    const { reality, notes, validity } = record.header;
    expect(reality.load).toContain('closed loop: latency understated under overload');
    expect(notes[0]).toBe('closed loop: latency understated under overload: 3 users, each waiting for its answer');
    expect(validity!.verdict).toBe('generator-limited');
    expect(record.requests.intendedMillis).toEqual(record.requests.sentMillis);
  });
});
