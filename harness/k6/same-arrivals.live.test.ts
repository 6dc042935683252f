// One schedule, three engines. The arrivals are read back from what each engine did: the requests that reached a server,
// the points that k6 wrote, the outcomes that the simulation computed. The hash of the schedule itself must come out.

import { afterAll, describe, expect, it } from 'vitest';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECT_IDS } from '../../cluster/emulator/dialects.ts';
import type { RequestKind, Schedule, ScheduleRow } from '../../model/schedule.ts';
import { REQUEST_KINDS, scheduleFromRows, scheduleRow } from '../../model/schedule.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import { simulate } from '../../sim/simulate.ts';
import { LoadEngine } from '../replay/load-engine.ts';
import type { LoadSettings } from '../replay/load-engine.ts';
import { testLoad } from '../replay/load-settings.test-support.ts';
import { smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { K6Load } from './k6-load.ts';
import type { Heard, RecordingServer } from './stand-in.test-support.ts';
import { k6StandIn, recordingServer } from './stand-in.test-support.ts';

const LAW = SERVICE_LAWS['pulse-pro-l40s']!;
const k6 = k6StandIn();
const servers: RecordingServer[] = [];
afterAll(() => {
  k6.remove();
  for (const server of servers) server.close();
});

const LOAD = testLoad({ runId: 'same' });

/** Audio in sixteenths of a second, which PCM16 at 16 kHz and a double both hold exactly. */
const SIXTEENTH = 1 / 16;
const KINDS: readonly (readonly [stream: string, kind: RequestKind, audio: number])[] = [
  ['calls', 'short', 2.5],
  ['captions', 'stream', 1.0625],
  ['files', 'batch', 61.25],
  ['calls', 'short', 0.5625],
  ['captions', 'stream', 3],
];

/** Rows far enough apart that a batch request has its pod for itself; offsets with many digits. */
const SCHEDULE: Schedule = scheduleFromRows(
  Array.from({ length: 25 }, (_, index): ScheduleRow => {
    const [stream, kind, audio] = KINDS[index % KINDS.length]!;
    return {
      index,
      offsetMillis: millis(450 * (index + 1) + 40 * Math.sin(index)),
      stream,
      kind,
      audioSeconds: seconds(audio + SIXTEENTH * index),
      seed: 3_000_000_000 + index * 7919,
    };
  }),
  millis(12_000),
);

/** Plays rows with one engine against a server that records; gives what reached it and when the engine meant to send. */
const viaNode = async (schedule: Schedule, load: LoadSettings, timeScale: number) => {
  const server = await recordingServer();
  servers.push(server);
  const engine = new LoadEngine(
    schedule,
    Array.from({ length: schedule.count }, (_, row) => row),
    load,
    scaledClock(monotonicMillis() + 100, timeScale),
  );
  engine.join(0, server.origin);
  await engine.run();
  const { requests } = engine.stop();
  return { heard: server.heard, requests };
};

const viaK6 = async (schedule: Schedule, load: LoadSettings, timeScale: number) => {
  const server = await recordingServer();
  servers.push(server);
  const { signal } = new AbortController();
  const latestMillis = schedule.durationMillis + 60_000;
  const running = await K6Load.start(k6.found, schedule, load, {
    timeScale,
    scheduleHash: scheduleHash(schedule),
    latestMillis,
    signal,
  });
  running.join(0, server.origin);
  running.begin(scaledClock(monotonicMillis() + 100, timeScale));
  await running.run();
  const report = await running.stop(schedule.durationMillis);
  return { heard: server.heard, ...report };
};

const byRow = (heard: readonly Heard[]): readonly Heard[] => heard.toSorted((a, b) => a.row - b.row);

/**
 * Arrivals from requests on the wire. A label that an engine does not act on and does not send (the name of the traffic
 * stream, short or batch, the seed of a live session) is taken from the row that the request names.
 */
const arrivalsOnWire = (heard: readonly Heard[], intended: Float64Array): Schedule =>
  scheduleFromRows(
    byRow(heard).map(({ row, mode, audioSeconds, seed }): ScheduleRow => {
      const label = scheduleRow(SCHEDULE, row);
      const kind = mode === 'stream' ? 'stream' : label.kind === 'stream' ? 'short' : label.kind;
      return {
        index: row,
        offsetMillis: millis(intended[row]!),
        stream: label.stream,
        kind,
        audioSeconds: seconds(audioSeconds),
        seed: seed ?? label.seed,
      };
    }),
    SCHEDULE.durationMillis,
  );

/** A lone batch request of length L takes t0 + L/ref·(a + b − t0) seconds (model/service-time.ts). */
const audioOfService = (served: number): number => {
  const { a, b, t0, referenceAudio } = LAW.batch;
  return ((served - t0) / (a + b - t0)) * referenceAudio;
};

const rounded = (audio: number, round: (n: number) => number): number => round(audio / SIXTEENTH) * SIXTEENTH;

describe('one schedule, three engines', () => {
  const expected = scheduleHash(SCHEDULE);

  it('the simulation: arrivals recovered from when each request was served, for how long, and as what', () => {
    const { requests } = simulate(SCHEDULE, smallScenario(1, 12), smallPlatform(1), {
      scheduleHash: '',
      versions: {},
      capacity: null,
    });
    const rows = Array.from({ length: requests.count }, (_, index): ScheduleRow => {
      const label = scheduleRow(SCHEDULE, index);
      const isLive = !Number.isNaN(requests.lagSeconds[index]!);
      const served = (requests.doneMillis[index]! - requests.admittedMillis[index]!) / 1000;
      // A live session ends with its audio and the last step of the GPU, far less than a sixteenth of a second.
      const audio = isLive ? rounded(served, Math.floor) : rounded(audioOfService(served), Math.round);
      return {
        index,
        // Nobody waits in this run: a request is served from its arrival on.
        offsetMillis: millis(requests.admittedMillis[index]!),
        stream: label.stream,
        kind: isLive ? 'stream' : label.kind === 'stream' ? 'short' : label.kind,
        audioSeconds: seconds(audio),
        seed: label.seed,
      };
    });
    expect(scheduleHash(scheduleFromRows(rows, SCHEDULE.durationMillis))).toBe(expected);
  });

  it('the Node engine: arrivals read from the requests that reached a server', async () => {
    const { heard, requests } = await viaNode(SCHEDULE, LOAD, 8);
    expect(heard.length).toBe(SCHEDULE.count);
    expect(scheduleHash(arrivalsOnWire(heard, requests.intendedMillis))).toBe(expected);
    for (let row = 0; row < SCHEDULE.count; row++)
      expect(requests.sentMillis[row]).toBeGreaterThanOrEqual(SCHEDULE.offsetMillis[row]!);
  });

  it('the k6 script: arrivals read from the requests that reached a server, and from the points that it wrote', async () => {
    const { heard, requests, lostRows, notes } = await viaK6(SCHEDULE, LOAD, 8);
    expect(heard.length).toBe(SCHEDULE.count);
    expect(lostRows).toBe(0);
    expect(scheduleHash(arrivalsOnWire(heard, requests.intendedMillis))).toBe(expected);
    for (let row = 0; row < SCHEDULE.count; row++)
      expect(requests.sentMillis[row]).toBeGreaterThanOrEqual(SCHEDULE.offsetMillis[row]!);
    expect(notes).toContain(`k6 played the schedule row by row: its arrivals have the hash ${expected}`);
  });

  it('shows a row that is missing, doubled, of another length or another kind', () => {
    const whole = SCHEDULE.offsetMillis;
    const all = Array.from({ length: SCHEDULE.count }, (_, row): Heard => {
      const { kind, audioSeconds, seed } = scheduleRow(SCHEDULE, row);
      const mode = kind === 'stream' ? 'stream' : 'batch';
      return { row, attempt: 1, mode, address: '', headers: {}, seed, audioSeconds, bodyBytes: 0, frames: [] };
    });
    const hash = (heard: readonly Heard[]) => scheduleHash(arrivalsOnWire(heard, whole));
    expect(hash(all)).toBe(expected);
    for (const wrong of [
      all.slice(1),
      [...all, all[3]!],
      [{ ...all[0]!, audioSeconds: 2.5625 }, ...all.slice(1)],
      [{ ...all[0]!, mode: 'stream' } as const, ...all.slice(1)],
    ])
      expect(hash(wrong)).not.toBe(expected);
  });
});

describe('the wire of both engines', () => {
  const rows = (['short', 'stream', 'batch'] as const).map((kind, index): ScheduleRow => ({
    index,
    offsetMillis: millis(50 * index),
    stream: 's',
    kind,
    audioSeconds: seconds(REQUEST_KINDS.indexOf(kind) + 0.4),
    seed: index,
  }));
  const schedule = scheduleFromRows(rows, millis(200));

  it.each(DIALECT_IDS)('is the same in %s: addresses, headers, lengths, frames, the end', async (dialect: Dialect) => {
    const load: LoadSettings = {
      ...LOAD,
      dialect,
      bodies: 'wav',
      endDialect: dialect === 'stt' ? 'end' : 'close_stream',
    };
    const [node, script] = [await viaNode(schedule, load, 4), await viaK6(schedule, load, 4)];
    // What the front door's own connection says about itself is not the script's.
    const words = (heard: readonly Heard[]) =>
      byRow(heard).map(({ headers, ...rest }) => ({
        ...rest,
        type: headers['content-type'],
        key: headers['authorization'],
      }));
    expect(words(script.heard)).toEqual(words(node.heard));
    expect(words(script.heard).map(({ frames }) => frames.length)).toEqual([0, 20, 0]);
    expect([...script.requests.outcome]).toEqual([...node.requests.outcome]);
  });
});
