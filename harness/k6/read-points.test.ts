import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { scheduleHash } from '../schedule-hash.ts';
import type { DoorLog } from './door-log.ts';
import { arrivalsOf, framesOf, readK6Points, tableOf, unansweredOf } from './read-points.ts';
import type { ScriptPoint } from './script-data.ts';

const schedule = scheduleFromRows(
  (['short', 'stream', 'batch', 'short'] as const).map((kind, index) => ({
    index,
    offsetMillis: millis(index * 10.5),
    stream: kind === 'stream' ? 'captions' : 'calls',
    kind,
    audioSeconds: seconds(2 + index),
    seed: 4_000_000_000 + index,
  })),
  millis(1000),
);

const POINT: ScriptPoint = {
  row: 0,
  offsetMillis: 0,
  kind: 0,
  stream: 'calls',
  audioSeconds: 2,
  seed: 4_000_000_000,
  sentMillis: 0.25,
  admittedMillis: 1,
  firstResultMillis: 300,
  doneMillis: 301,
  outcome: 'ok',
  attempts: 1,
  pod: 3,
  lagSeconds: null,
  causes: [],
  frames: null,
};
const STREAM: ScriptPoint = {
  ...POINT,
  row: 1,
  offsetMillis: 10.5,
  kind: 1 + 1,
  stream: 'captions',
  audioSeconds: 3,
  seed: 4_000_000_001,
  outcome: 'unanswered',
  admittedMillis: null,
  firstResultMillis: null,
  doneMillis: 99,
  attempts: 2,
  pod: null,
  causes: [
    { kind: 'socket', text: 'websocket: bad handshake' },
    { kind: 'close', code: 1008 },
  ],
  frames: {
    due: 4,
    sent: 3,
    catchUps: 1,
    maxBufferedBytes: 640,
    unknownMessages: 2,
    lateness: [
      [3, 3],
      [120, 1],
    ],
  },
};
const BATCH: ScriptPoint = {
  ...POINT,
  row: 2,
  offsetMillis: 21,
  kind: 1,
  audioSeconds: 4,
  seed: 4_000_000_002,
  outcome: 'timeout',
  firstResultMillis: null,
};
const DROPPED: ScriptPoint = {
  ...POINT,
  row: 3,
  offsetMillis: 31.5,
  audioSeconds: 5,
  seed: 4_000_000_003,
  outcome: 'dropped',
  sentMillis: null,
  admittedMillis: null,
  firstResultMillis: null,
  doneMillis: null,
  attempts: 0,
};

/** As k6's JSON output has it: a declaration, points of its own metrics, and ours with the row in the metadata. */
const line = (metric: string, value: number, metadata?: object): string =>
  JSON.stringify({
    metric,
    type: 'Point',
    data: {
      time: '2026-11-27T22:46:15.625742514Z',
      value,
      tags: { scenario: '0-calls' },
      ...(metadata === undefined ? {} : { metadata }),
    },
  });
const OUTPUT = [
  '{"type":"Metric","data":{"name":"surgelab_request","type":"trend","contains":"time","thresholds":[],"submetrics":null},"metric":"surgelab_request"}',
  line('http_reqs', 1),
  line('surgelab_request', 301, { surgelab: JSON.stringify(POINT) }),
  line('surgelab_ok', 1),
  line('surgelab_request', 88.5, { surgelab: JSON.stringify(STREAM) }),
  line('surgelab_in_flight_integral', 300.75),
  line('surgelab_in_flight_integral', 88.5),
  '',
].join('\n');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surgelab-points-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, bytes: string | Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

describe('the output of k6', () => {
  it('is read plain and gzipped: the points of the script and the integrals of its VUs', async () => {
    const expected = { points: [POINT, STREAM], inFlightMillis: 389.25, isCut: false };
    expect(await readK6Points(written('a.json', OUTPUT))).toEqual(expected);
    expect(await readK6Points(written('b.json.gz', gzipSync(OUTPUT)))).toEqual(expected);
  });

  it('gives what there is when it was cut off, and says so', async () => {
    const cutLine = OUTPUT.slice(0, OUTPUT.indexOf('"surgelab_in_flight_integral"') - 40);
    expect(await readK6Points(written('c.json', cutLine))).toEqual({ points: [POINT], inFlightMillis: 0, isCut: true });
    const padded = `${OUTPUT}${Array.from({ length: 5000 }, (_, i) => line('http_reqs', i)).join('\n')}`;
    const bytes = gzipSync(padded);
    const half = await readK6Points(written('d.json.gz', bytes.subarray(0, bytes.length / 2)));
    expect(half).toEqual({ points: [POINT, STREAM], inFlightMillis: 389.25, isCut: true });
    expect(await readK6Points(join(folder, 'nothing.json.gz'))).toEqual({ points: [], inFlightMillis: 0, isCut: true });
  });
});

const door: DoorLog = {
  arrivedEpochMillis: new Float64Array(4),
  pod: Int32Array.of(5, 6, 7, -1),
  attempts: new Uint32Array(4),
  refusedUpgrade: Uint16Array.of(0, 503, 0, 0),
  turnedAway: new Uint8Array(4),
  strangers: 0,
};

describe('the request table', () => {
  it('has one row per point; what the door saw completes what k6 hides', () => {
    const { requests, causes, strangers, missing } = tableOf(schedule, [STREAM, POINT, BATCH, DROPPED], door);
    expect([...requests.outcome].map((code) => OUTCOMES[code])).toEqual(['ok', 'refused', 'timeout', 'dropped']);
    expect([...requests.failure].map((code) => FAILURES[code])).toEqual(['', 'ws-policy-1008', 'no-answer', '']);
    expect([...requests.intendedMillis]).toEqual([0, 10.5, 21, 31.5]);
    expect([...requests.sentMillis]).toEqual([0.25, 0.25, 0.25, NaN]);
    expect([...requests.doneMillis]).toEqual([301, 99, 301, NaN]);
    expect([...requests.pod]).toEqual([5, 6, 7, -1]);
    expect([...requests.attempts]).toEqual([1, 2, 1, 0]);
    expect([causes, strangers, missing]).toEqual([
      [
        ['HTTP 503 before the upgrade', 1],
        ['close 1008', 1],
      ],
      0,
      [],
    ]);
  });

  it('names rows that are missing, and counts those that came twice or from nowhere', () => {
    const { strangers, missing, requests } = tableOf(schedule, [POINT, POINT, { ...POINT, row: 9 }], null);
    expect([strangers, missing, requests.pod[0]]).toEqual([2, [1, 2, 3], 3]);
  });

  it('holds the arrivals of the schedule, in whatever order the points came; one wrong row shows', () => {
    const points = [DROPPED, BATCH, POINT, STREAM];
    expect(scheduleHash(arrivalsOf(points, schedule))).toBe(scheduleHash(schedule));
    expect(scheduleHash(arrivalsOf([...points.slice(1), { ...DROPPED, audioSeconds: 5.5 }], schedule))).not.toBe(
      scheduleHash(schedule),
    );
  });
});

describe('the frames of all sessions', () => {
  it('are added up; latenesses keep their quantiles', () => {
    expect(framesOf([POINT, STREAM, STREAM])).toEqual({
      framesDue: 8,
      framesSent: 6,
      catchUpFrames: 2,
      unknownMessages: 4,
      maxBufferedBytes: 640,
      latenessP50Millis: 0.4,
      latenessP99Millis: 12,
      latenessMaxMillis: 12,
    });
    expect(framesOf([POINT])).toBeNull();
  });
});

describe('why an attempt was not answered', () => {
  it.each([
    [{ kind: 'status', status: 429 }, 'refused rejected-429 HTTP 429'],
    [{ kind: 'network', code: 1212, text: 'dial: connection refused' }, 'failed unreachable dial: connection refused'],
    [{ kind: 'network', code: 1101, text: 'lookup: no such host' }, 'failed dns lookup: no such host'],
    [{ kind: 'network', code: 1310, text: 'x509: unknown authority' }, 'failed tls x509: unknown authority'],
    [{ kind: 'network', code: 1220, text: '' }, 'failed reset k6 error 1220'],
    [
      { kind: 'network', code: 1210, text: 'socket: too many open files' },
      'failed local-limit socket: too many open files',
    ],
    [{ kind: 'socket', text: 'websocket: bad handshake' }, 'failed reset websocket: bad handshake'],
    [{ kind: 'close', code: 1011 }, 'failed ws-abnormal close 1011'],
    [{ kind: 'garbage' }, 'failed garbage answer is no JSON'],
    [{ kind: 'error-message', text: 'no' }, 'failed error-message error message: no'],
    [{ kind: 'wrong-end' }, 'failed wrong-end no is_last after the end of the audio: wrong endDialect?'],
    [{ kind: 'back-pressure' }, 'failed back-pressure the server does not take the audio at its pace'],
  ] as const)('%j', (cause, expected) => {
    const { kind, failure, cause: text } = unansweredOf(cause, 0);
    expect(`${kind} ${failure} ${text}`).toBe(expected);
  });
});
