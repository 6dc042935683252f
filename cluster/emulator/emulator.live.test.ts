import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BatchLaw } from '../../model/service-time.ts';
import { SERVICE_LAWS, requestWeight } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import { Worker } from '../../sim/service/worker.ts';
import type { EmulatorConfig } from './config.ts';
import { EMULATOR_DEFAULTS } from './config.ts';
import { monotonicMillis, scaledClock } from './scaled-clock.ts';
import type { Emulator } from './server.ts';
import { startEmulator } from './server.ts';

const open: Emulator[] = [];
afterAll(() => Promise.all(open.map((emulator) => emulator.close())));

const emulate = async (
  change: Partial<EmulatorConfig> = {},
): Promise<{ emulator: Emulator; url: string; ws: string }> => {
  const config = { ...EMULATOR_DEFAULTS, port: 0, timeScale: 20, ...change };
  const emulator = await startEmulator(config, scaledClock(monotonicMillis(), config.timeScale));
  open.push(emulator);
  await emulator.pod.whenLoaded();
  return { emulator, url: `http://127.0.0.1:${emulator.port}`, ws: `ws://127.0.0.1:${emulator.port}` };
};

const post = async (
  url: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = { 'content-type': 'application/octet-stream' },
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> => {
  const answer = await fetch(url, { method: 'POST', body, headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

/** Two seconds of 16 kHz PCM16. */
const AUDIO = new Uint8Array(64_000);

describe('batch requests', () => {
  it('take a url where the dialect does: pulse-pro wants bytes', async () => {
    const { url } = await emulate();
    const ask = (path: string) =>
      post(`${url}${path}`, '{"url":"https://files.example.test/call.wav"}', { 'content-type': 'application/json' });
    const pulse = await ask('/waves/v1/stt/?model=pulse&language=en');
    expect([pulse.status, pulse.body['metadata']]).toEqual([200, { duration: 60, fileSize: 0, filename: 'call.wav' }]);
    const pro = await ask('/waves/v1/stt/?model=pulse-pro&language=en');
    expect([pro.status, pro.body['error']]).toEqual([400, 'model pulse-pro takes audio bytes, no url']);
  });

  it('are answered in each of the four dialects with the fields it documents', async () => {
    const { url } = await emulate();
    const a = new FormData();
    a.set('audio', new Blob([AUDIO]), 'clip.pcm');
    a.set('timestamps', 'true');
    const onprem = (await (await fetch(`${url}/v1/listen`, { method: 'POST', body: a })).json()) as Record<
      string,
      unknown
    >;
    expect(Object.keys(onprem)).toEqual(['request_id', 'text', 'confidence', 'duration', 'language', 'words']);
    expect(onprem['duration']).toBe(2);
    const b = await post(`${url}/api/v1/lightning/get_text?model=lightning&word_timestamps=true`, AUDIO);
    expect(Object.keys(b.body)).toEqual(['status', 'transcription', 'word_timestamps', 'metadata']);
    expect(b.body['metadata']).toEqual({ duration: 2 / 60, fileSize: 64_000 });
    const c = await post(`${url}/waves/v1/pulse/get_text`, AUDIO);
    expect(c.body).toMatchObject({
      status: 'success',
      words: [],
      utterances: [],
      metadata: { duration: 2, fileSize: 64_000 },
    });
    const d = await post(`${url}/waves/v1/stt/?model=pulse-pro&language=en`, AUDIO);
    expect(Object.keys(d.body)).toEqual([
      'status',
      'transcription',
      'words',
      'language',
      'request_id',
      'totalBytes',
      'metadata',
    ]);
    expect([onprem['text'], b.status, c.status, d.status]).toEqual([
      expect.stringMatching(/^\w+( \w+){4}$/),
      200,
      200,
      200,
    ]);
  });

  it('read the length of a WAV file from its header, wherever its data chunk begins', async () => {
    const { url } = await emulate();
    // RIFF size WAVE | LIST 4 'INFO' | fmt  16: PCM, mono, 8000 Hz, 16000 B/s, 2, 16 | data 16000
    const head = Buffer.from(
      '52494646a43e000057415645' +
        '4c49535404000000494e464f' +
        '666d7420100000000100' +
        '0100401f0000803e000002001000' +
        '64617461803e0000',
      'hex',
    );
    const { body } = await post(`${url}/waves/v1/pulse/get_text`, Buffer.concat([head, Buffer.alloc(16_000)]));
    expect(body['metadata']).toEqual({ duration: 1, fileSize: 16_000 + head.length });
  });

  it('are refused as each dialect words it: key, model, size, rate, full pod, no JSON', async () => {
    const { url } = await emulate({ auth: { scheme: 'any', key: 'k' }, maxUploadBytes: 70_000, rateLimitPerMinute: 2 });
    const key = { 'content-type': 'application/octet-stream', authorization: 'Bearer k' };
    const got = async (
      path: string,
      body: NonNullable<RequestInit['body']>,
      headers: Record<string, string>,
    ): Promise<unknown> => {
      const answer = await post(`${url}${path}`, body, headers);
      return [answer.status, answer.body];
    };
    expect(await got('/v1/listen', AUDIO, {})).toEqual([
      401,
      { error: 'Authorization header missing', code: 'INVALID_LICENSE' },
    ]);
    expect(await got('/waves/v1/pulse/get_text', AUDIO, { authorization: 'Token x' })).toEqual([
      401,
      { error: 'unauthorized' },
    ]);
    expect(await got('/waves/v1/stt/', AUDIO, key)).toMatchObject([400, { error: 'model must be pulse or pulse-pro' }]);
    expect(await got('/v1/listen', new Uint8Array(80_000), key)).toMatchObject([422, { code: 'FILE_TOO_LARGE' }]);
    expect(await got('/waves/v1/stt/?model=pulse', new Uint8Array(80_000), key)).toMatchObject([413, {}]);
    expect(
      await got('/waves/v1/pulse/get_text', '{"file":1}', { ...key, 'content-type': 'application/json' }),
    ).toMatchObject([400, {}]);
    expect(await got('/waves/v1/pulse/get_text', AUDIO, key)).toMatchObject([200, { status: 'success' }]);
    expect(await got('/v1/listen', AUDIO, key)).toEqual([
      429,
      { error: 'Rate limit exceeded', code: 'RATE_LIMIT_EXCEEDED', retry_after: 60 },
    ]);
  });

  it('are answered later at a webhook on a loopback address, and nowhere else', async () => {
    const { url } = await emulate();
    const received = Promise.withResolvers<unknown>();
    const receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        received.resolve(JSON.parse(Buffer.concat(pieces).toString()));
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;
    const now = await post(`${url}/v1/listen?callback_url=${encodeURIComponent(hook)}`, AUDIO);
    expect(now.body).toEqual({ job_id: expect.stringMatching(/-1$/), status: 'processing' });
    expect(await received.promise).toMatchObject({ status: 'completed', result: { duration: 2 } });
    receiver.close();
    const elsewhere = await post(`${url}/v1/listen?callback_url=${encodeURIComponent('http://example.com/')}`, AUDIO);
    expect(elsewhere.status).toBe(400);
  });

  it('meet injected faults: internal error, garbage, a broken answer', async () => {
    const whole = { from: seconds(0), until: seconds(1e6), share: 1 };
    const failing = await emulate({ faults: [{ kind: 'internal-error', ...whole }] });
    expect((await post(`${failing.url}/waves/v1/pulse/get_text`, AUDIO)).status).toBe(500);
    const garbage = await emulate({ faults: [{ kind: 'garbage', ...whole }] });
    await expect(post(`${garbage.url}/waves/v1/pulse/get_text`, AUDIO)).rejects.toThrow(SyntaxError);
    const cut = await emulate({ faults: [{ kind: 'cut-answer', ...whole }] });
    await expect(post(`${cut.url}/waves/v1/pulse/get_text`, AUDIO)).rejects.toThrow();
    const blind = await emulate({ faults: [{ kind: 'metrics-refused', ...whole }] });
    await expect(fetch(`${blind.url}/metrics`)).rejects.toThrow();
  });
});

describe('the service law (calibration.md 7.6)', () => {
  it('completes the same arrivals at the same instants as the simulated worker, up to the lateness of timers', async () => {
    const law = SERVICE_LAWS['pulse-pro-l40s']!;
    const { emulator, url } = await emulate({ timeScale: 4 });
    const sizes = [50, 20, 80, 5, 50, 30, 120, 10];
    const answers = await Promise.all(
      sizes.map(async (audio, i) => {
        await new Promise((resolve) => setTimeout(resolve, 20 * i));
        const { headers } = await post(`${url}/waves/v1/pulse/get_text`, 'x', {
          'x-testbed-audio-seconds': String(audio),
          'x-testbed-seed': String(i),
        });
        return {
          admitted: Number(headers.get('x-testbed-admitted-millis')),
          done: Number(headers.get('x-testbed-done-millis')),
        };
      }),
    );
    const done: number[] = [];
    const worker = new Worker(
      law,
      { started: () => undefined, done: (id, at) => (done[id] = at) },
      { countStreamsAsRequests: false },
    );
    const weight = (batch: BatchLaw, i: number): number => requestWeight(batch, sizes[i]!, i);
    const order = sizes.map((_, i) => i).sort((x, y) => answers[x]!.admitted - answers[y]!.admitted);
    for (const i of order) {
      worker.completeDue(answers[i]!.admitted);
      worker.arriveBatch(answers[i]!.admitted, i, weight(law.batch, i), true);
    }
    worker.completeDue(1e9);
    answers.forEach((answer, i) => expect(answer.done).toBeCloseTo(done[i]!, 6));
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('asr_total_requests 8\n');
    expect(text).toContain(
      '# HELP asr_active_requests Number of transcription requests being processed\n# TYPE asr_active_requests gauge\n',
    );
    expect(emulator.pod.batch.worker.batchInService).toBe(0);
  });
});

interface Heard {
  readonly messages: Record<string, unknown>[];
  readonly code: number;
}

/** Sends `frames` as fast as they are accepted, then the control messages. */
const talk = (url: string, frames: readonly Buffer[], controls: readonly string[]): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const messages: Record<string, unknown>[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Record<string, unknown>));
    socket.on('error', reject);
    socket.on('close', (code) => resolve({ messages, code }));
    socket.on('open', () => {
      for (const frame of frames) socket.send(frame);
      for (const control of controls) socket.send(control);
    });
  });

/** 128 ms of a loud square wave. */
const speech = Buffer.from(Int16Array.from({ length: 2048 }, (_, i) => (i % 2 === 0 ? 8000 : -8000)).buffer);
const silence = Buffer.alloc(4096);

describe('live streams', () => {
  it('give interim texts, finals of at most ten words, and is_last only after close_stream; then close 1000', async () => {
    const { ws } = await emulate();
    const frames = Array.from({ length: 40 }, () => speech);
    const { messages, code } = await talk(`${ws}/waves/v1/pulse/get_text?language=en`, frames, [
      '{"type":"close_stream"}',
    ]);
    const finals = messages.filter((m) => m['is_final'] === true);
    expect(code).toBe(1000);
    expect(messages.some((m) => m['is_final'] === false)).toBe(true);
    // 40 × 128 ms = 5.12 s of speech = 12 words
    expect(finals.map((m) => String(m['transcript']).split(' ').length)).toEqual([10, 2]);
    expect(messages.map((m) => m['is_last'])).toEqual([...messages.slice(1).map(() => false), true]);
    expect(finals[0]).toMatchObject({ type: 'transcription', status: 'success', language: 'en', languages: ['en'] });
    expect((finals[0]!['words'] as unknown[]).length).toBe(10);
  });

  it('end a segment on silence and on finalize, and tell speech from silence when asked', async () => {
    const { ws } = await emulate();
    const frames = [...Array.from({ length: 10 }, () => speech), ...Array.from({ length: 4 }, () => silence)];
    const { messages } = await talk(`${ws}/waves/v1/stt/live?model=pulse&vad_events=true`, frames, [
      '{"type":"finalize"}',
      '{"flag":"END"}',
      '{"type":"close_stream"}',
    ]);
    expect(messages.filter((m) => m['type'] !== 'transcription').map((m) => m['type'])).toEqual([
      'speech_started',
      'speech_ended',
    ]);
    expect(messages.filter((m) => m['is_final'] === true).map((m) => m['transcript'])).toEqual([
      expect.stringMatching(/\w/),
      '',
      '',
    ]);
    expect(
      messages.filter((m) => m['type'] === 'transcription').every((m) => m['transcription'] === m['transcript']),
    ).toBe(true);
  });

  it('are refused before the upgrade: wrong model 400, no key 401, full pod 503', async () => {
    const law = SERVICE_LAWS['pulse-pro-l40s']!;
    const { ws } = await emulate({
      auth: { scheme: 'Bearer', key: 'k' },
      streamFull: '503',
      law: { ...law, stream: { ...law.stream, cap: 0 } },
    });
    await expect(talk(`${ws}/waves/v1/stt/live?model=pulse-pro&token=k`, [], [])).rejects.toThrow('400');
    await expect(talk(`${ws}/waves/v1/stt/live?model=pulse`, [], [])).rejects.toThrow('401');
    await expect(talk(`${ws}/waves/v1/stt/live?model=pulse&token=k`, [], [])).rejects.toThrow('503');
  });

  it('wait with an open socket when the pod is full, or are closed with 1008 if it is set up so', async () => {
    const law = SERVICE_LAWS['pulse-pro-l40s']!;
    const one = { ...law, stream: { ...law.stream, cap: 1 } };
    const { emulator, ws } = await emulate({ law: one });
    const holder = new WebSocket(`${ws}/waves/v1/pulse/get_text`);
    await new Promise((resolve) => holder.once('open', resolve));
    const second = talk(`${ws}/waves/v1/pulse/get_text`, [speech], ['{"type":"close_stream"}']);
    await expect.poll(() => emulator.pod.streams.waiting()).toBe(1);
    holder.close();
    expect((await second).code).toBe(1000);
    const strict = await emulate({ law: { ...law, stream: { ...law.stream, cap: 0 } }, streamFull: '1008' });
    expect((await talk(`${strict.ws}/waves/v1/pulse/get_text`, [], [])).code).toBe(1008);
  });
});
