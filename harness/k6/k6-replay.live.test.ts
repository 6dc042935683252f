import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { replayLocal } from '../replay/replay-local.ts';
import { replayTarget } from '../replay/replay-target.ts';
import { httpServer } from '../replay/servers.test-support.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { chooseEngine } from './choose-engine.ts';
import { k6Choice } from './k6-load.ts';
import { allOf, closeAll, constant, ends, k6, load, outcomes } from './k6-play.test-support.ts';
import { isAlive } from '../replay/is-alive.test-support.ts';
import { K6Process } from './k6-process.ts';
import { k6Files, writeK6Folder } from './plan.ts';
import { recordingServer } from './stand-in.test-support.ts';

afterAll(closeAll);

describe('a Surgelab that is gone', () => {
  it('takes k6 with it: the script ends when nobody answers at the address where it began', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-gone-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const begin = await httpServer((_, response) => {
      response.end(JSON.stringify({ originEpochMillis: Date.now() }), () => setTimeout(() => begin.close(), 200));
    });
    const schedule = constant(3000, 20, 'short', 1);
    const files = k6Files(schedule, {
      ...load(),
      service: load().front,
      scheduleHash: '',
      target: 'http://127.0.0.1:1',
      beginUrl: begin.origin,
      timeScale: 1,
      maxInFlight: 100,
      latestMillis: 60_000,
    });
    await writeK6Folder(folder, files, 1);
    const running = new K6Process(k6.found, folder, null);
    const pid = running.pid!;
    const { code, said } = await running.exit;
    expect([code, isAlive(pid)]).toEqual([108, false]);
    expect(said).toContain('Surgelab is gone');
  });
});

describe('replay on the local profile with k6', () => {
  const settings = (durationSeconds: number) => {
    const schedule = poissonSchedule(7, durationSeconds, 6, 50);
    return {
      schedule,
      scenario: smallScenario(7, durationSeconds),
      platform: smallPlatform(4),
      timeScale: 4,
      scheduleHash: scheduleHash(schedule),
      versions: { surgelab: '0' },
      capacity: null,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      engine: k6Choice(k6.found),
      notes: ['a note of the caller'],
    };
  };

  it('writes the same record as the Node engine, with who sent it; pods that join later get requests', async () => {
    const asked = settings(20);
    const { complete, record, processIds } = await replayLocal(asked);
    const { header, requests } = record;
    expect(complete).toBe(true);
    expect(new Set(outcomes(record))).toEqual(new Set(['ok']));
    expect(requests.intendedMillis).toEqual(asked.schedule.offsetMillis);
    expect(header.reality.load).toBe('k6 1.6.0, real HTTP');
    expect(header.versions).toEqual({ surgelab: '0', k6: 'k6 v1.6.0 (stand-in)' });
    expect(header.notes[0]).toBe('a note of the caller');
    expect(header.notes).toContain(
      `k6 played the schedule row by row: its arrivals have the hash ${asked.scheduleHash}`,
    );
    expect(record.decisions.some(({ scaled, desired }) => scaled && desired === 2)).toBe(true);
    expect(new Set(requests.pod).size).toBeGreaterThan(1);
    expect(record.signals.metrics).toContain('offered_weight');
    expect(processIds.filter(isAlive)).toEqual([]);
    const checks = header.validity!.checks.map(({ name, value }) => `${name} ${value?.toFixed(2) ?? 'none'}`);
    expect(checks.filter((check) => check.endsWith('none'))).toEqual([]);
    console.log(`generator: ${header.validity!.verdict}; ${checks.join(', ')}`);
  });

  it('gives what there is and leaves no process behind when it is aborted', async () => {
    const abort = new AbortController();
    const { complete, record, processIds } = await replayLocal({
      ...settings(60),
      signal: abort.signal,
      onProgress: (done) => {
        if (done > 0.05) abort.abort();
      },
    });
    expect(complete).toBe(false);
    expect(outcomes(record)).toContain('unfinished');
    expect(processIds.length).toBeGreaterThan(0);
    expect(processIds.filter(isAlive)).toEqual([]);
  });
});

describe('replay at a service behind one address with k6', () => {
  it('goes there without a front door: real audio, the key from us, never on disk', async () => {
    const server = await recordingServer();
    ends.push(server.close);
    const schedule = scheduleFromRows(
      (['short', 'stream', 'batch'] as const).map((kind, index) => ({
        index,
        offsetMillis: millis(100 * index),
        stream: 's',
        kind,
        audioSeconds: seconds(1),
        seed: index,
      })),
      millis(500),
    );
    const { complete, record } = await replayTarget({
      origin: server.origin,
      authorization: 'Bearer secret',
      dialect: 'stt',
      tell: () => undefined,
      schedule,
      scenario: smallScenario(7, 1),
      platform: smallPlatform(1),
      scheduleHash: scheduleHash(schedule),
      versions: {},
      signal: new AbortController().signal,
      onProgress: () => undefined,
      engine: k6Choice(k6.found),
    });
    expect([complete, outcomes(record), [...record.requests.pod]]).toEqual([true, allOf(3, 'ok'), [0, 0, 0]]);
    expect(
      server.heard.map(({ row, mode, audioSeconds, headers }) => [row, mode, audioSeconds, headers['authorization']]),
    ).toEqual([
      [0, 'batch', 1, 'Bearer secret'],
      [1, 'stream', 1, 'Bearer secret'],
      [2, 'batch', 1, 'Bearer secret'],
    ]);
    expect(record.header.reality.load).toBe('k6 1.6.0, real HTTP');
    expect(record.header.notes.join('\n')).toContain('its arrivals have the hash');
    expect(JSON.stringify(record.header)).not.toContain('secret');
  });
});

describe('the choice of the engine', () => {
  it('falls back to the Node engine without k6: the person is told what to do, the record what happened', async () => {
    const told: string[] = [];
    expect(await chooseEngine('k6', { PATH: '/nowhere' }, (text) => told.push(text))).toEqual({
      engine: null,
      notes: ['k6 was asked for, but there is no k6 on PATH: the Node engine sent the schedule'],
    });
    expect(told).toEqual([
      'surgelab: there is no k6 on PATH: the Node engine sends the same schedule instead\n' +
        '  try: install k6 1.6 or newer (grafana.com/docs/k6) and put it on PATH, or set K6_BIN to its file',
    ]);
    expect(await chooseEngine('node', {}, (text) => told.push(text))).toEqual({ engine: null, notes: [] });
  });

  it('takes the k6 that K6_BIN names', async () => {
    const { engine, notes } = await chooseEngine('k6', { K6_BIN: k6.found.path }, () => undefined);
    expect(notes).toEqual([]);
    expect(engine?.versions).toEqual({ k6: 'k6 v1.6.0 (a stand-in on Node for tests, not k6)' });
  });
});
