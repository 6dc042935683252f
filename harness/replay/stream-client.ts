// Live sessions over WebSocket in the vendor's dialects: audio frames paced by the wheel, transcripts read, the end asked
// for with close_stream and awaited (wire-protocol.md section 4). Takes a row and a pod's address; gives the answer's
// class and moments. Frames are slices of shared clips.

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECTS, ROW_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { BatchRequest } from './batch-client.ts';
import type { LiveAudio } from './clip-folder.ts';
import { CLIP_SECONDS, syntheticPcm } from './clip.ts';
import type { Unanswered } from './failures.ts';
import { closeFailure, failed, networkFailure, upgradeFailure } from './failures.ts';
import type { FrameWheel } from './frame-wheel.ts';
import type { Abandon, Answer } from './attempt.ts';
import type { EndDialect, Message } from './stream-messages.ts';
import { END_MESSAGE, STREAM_QUERY, parseMessage } from './stream-messages.ts';

export interface StreamClientSettings {
  readonly clock: ScaledClock;
  readonly wheel: FrameWheel;
  readonly dialect: Dialect;
  readonly endDialect: EndDialect;
  readonly authorization: string | null;
  readonly runId: string;
  /** Audio of one frame; 128 ms = 4096 bytes of PCM16 at 16 kHz is what the vendor recommends. */
  readonly frameMillis: number;
  /** What the frames of a session are cut from. */
  readonly audioOf: (audioSeconds: number, seed: number) => LiveAudio;
}

/** What all sessions of a process measured together. */
export interface StreamFigures {
  framesDue: number;
  framesSent: number;
  maxBufferedBytes: number;
  unknownMessages: number;
}

/** Real time to connect, and virtual time for the last transcript after the end was asked for. */
const HANDSHAKE_REAL_MILLIS = 10_000;
const GRACE_MILLIS = 10_000;
/** A socket that holds back more than this does not take audio at its pace. */
const MOST_BUFFERED_BYTES = 1 << 20;

export const streamClip = (seed: number): Buffer => syntheticPcm(CLIP_SECONDS, seed);

export class StreamClient {
  readonly figures: StreamFigures = { framesDue: 0, framesSent: 0, maxBufferedBytes: 0, unknownMessages: 0 };
  private readonly settings: StreamClientSettings;
  private readonly origin: string;

  /** @param origin like http://127.0.0.1:40123 */
  constructor(origin: string, settings: StreamClientSettings) {
    this.origin = origin.replace(/^http/, 'ws');
    this.settings = settings;
  }

  /** Opens a session; `settle` is called once unless the returned function abandons it before. */
  send(request: BatchRequest, settle: (answer: Answer) => void): Abandon {
    const session = new Session(this.origin, this.settings, this.figures, request, settle);
    return () => session.abandon();
  }
}

/** States: connecting → talking → ending → over; every state may go to over. Frames due while connecting go out as catch-ups. */
class Session {
  private readonly settings: StreamClientSettings;
  private readonly figures: StreamFigures;
  private readonly settle: (answer: Answer) => void;
  private readonly socket: WebSocket;
  private readonly startedMillis: number;
  private readonly frames: number;
  private readonly totalBytes: number;
  private readonly frameBytes: number;
  private readonly pcm: Buffer;
  private readonly bytesPerSecond: number;
  private sentBytes = 0;
  private owed = 0;
  private over = false;
  private firstMillis = NaN;
  private lagSeconds = 0;
  private readonly stopFrames: () => void;
  private cancelGrace: () => void = () => undefined;
  /** The audio is over: the end is asked for as soon as all of it is sent. */
  private spoken = false;
  private readonly cancelSpoken: () => void;

  constructor(
    origin: string,
    settings: StreamClientSettings,
    figures: StreamFigures,
    request: BatchRequest,
    settle: (answer: Answer) => void,
  ) {
    this.settings = settings;
    this.figures = figures;
    this.settle = settle;
    const { clock, wheel, dialect, frameMillis, runId, authorization } = settings;
    this.startedMillis = clock.now();
    const { pcm, sampleRate } = settings.audioOf(request.audioSeconds, request.seed);
    this.pcm = pcm;
    this.bytesPerSecond = 2 * sampleRate;
    this.frameBytes = 2 * Math.round((frameMillis * sampleRate) / 1000);
    this.totalBytes = 2 * Math.round(request.audioSeconds * sampleRate);
    this.frames = Math.max(1, Math.ceil(this.totalBytes / this.frameBytes));
    const query = `${STREAM_QUERY[dialect]}&encoding=linear16&sample_rate=${sampleRate}&external_session_id=${runId}-${request.row}-${request.attempt}`;
    this.socket = new WebSocket(`${origin}${DIALECTS[dialect].streamPath}?${query}`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      // Masked with zeros, which is a mask on the wire and neither copies nor changes 4 KB per frame: a fifth of the CPU. That
      // masks be unpredictable protects proxies from hostile pages, which a load generator is not.
      generateMask: (mask) => mask.fill(0),
      handshakeTimeout: HANDSHAKE_REAL_MILLIS,
      headers: {
        [ROW_HEADERS.row]: String(request.row),
        [ROW_HEADERS.attempt]: String(request.attempt),
        ...(authorization === null ? {} : { authorization }),
      },
    });
    this.socket.on('open', () => this.sendOwed());
    this.socket.on('message', (data) => this.hear(parseMessage(data)));
    this.socket.on('unexpected-response', (_, answer: IncomingMessage) => this.rejected(answer.statusCode ?? 0));
    this.socket.on('error', (error) => this.fail(networkFailure(error)));
    this.socket.on('close', (code) => this.end(closeFailure(code)));
    this.stopFrames = wheel.add(this.startedMillis, frameMillis, {
      frame: (k) => {
        figures.framesDue += 1;
        this.owed += 1;
        if (this.socket.readyState === WebSocket.OPEN) this.sendOwed();
        return !this.over && k + 1 < this.frames;
      },
    });
    // The session lasts as long as its audio, not until the next turn of the wheel.
    this.cancelSpoken = clock.at(this.startedMillis + request.audioSeconds * 1000, () => {
      this.spoken = true;
      if (this.socket.readyState === WebSocket.OPEN) this.sendOwed();
    });
  }

  abandon(): number {
    if (this.over) return NaN;
    this.over = true;
    this.release();
    this.socket.terminate();
    return Number.isNaN(this.firstMillis) ? NaN : this.lagSeconds;
  }

  /** Sends every frame whose turn has come, and the end message once all are sent and the audio is over. */
  private sendOwed(): void {
    const { pcm } = this;
    for (; this.owed > 0 && !this.over; this.owed--) {
      const length = Math.min(this.frameBytes, this.totalBytes - this.sentBytes);
      const from = this.sentBytes % (pcm.length - this.frameBytes);
      this.socket.send(pcm.subarray(from - (from % 2), from - (from % 2) + length));
      this.sentBytes += length;
      this.figures.framesSent += 1;
      const buffered = this.socket.bufferedAmount;
      if (buffered > this.figures.maxBufferedBytes) this.figures.maxBufferedBytes = buffered;
      if (buffered > MOST_BUFFERED_BYTES)
        this.fail(failed('back-pressure', 'the server does not take the audio at its pace'));
    }
    if (this.spoken && !this.over && this.sentBytes >= this.totalBytes) this.askForEnd();
  }

  private askForEnd(): void {
    this.spoken = false;
    const { clock, endDialect } = this.settings;
    this.socket.send(END_MESSAGE[endDialect]);
    this.cancelGrace = clock.at(clock.now() + GRACE_MILLIS, () =>
      this.fail(failed('wrong-end', `no is_last within ${GRACE_MILLIS / 1000} s of ${endDialect}: wrong endDialect?`)),
    );
  }

  private hear(message: Message | null): void {
    if (this.over) return;
    if (message === null) {
      this.fail(failed('garbage', 'answer is no JSON'));
      return;
    }
    const { clock } = this.settings;
    const now = clock.now();
    switch (message.type) {
      case 'transcription':
        if (message.text !== '' && Number.isNaN(this.firstMillis)) this.firstMillis = now;
        this.lagSeconds = Math.max(this.lagSeconds, this.lagOf(message));
        if (message.isLast) this.finish(message, now);
        return;
      case 'speech_started':
      case 'speech_ended':
        return;
      case 'error':
        this.fail(failed('error-message', `error message: ${message.errorText}`));
        return;
      default:
        this.figures.unknownMessages += 1;
    }
  }

  /** Audio sent so far that the newest words do not cover; a final of ten words trails by up to the cadence of finals. */
  private lagOf({ heardSeconds }: Message): number {
    return Number.isNaN(heardSeconds) ? 0 : this.sentBytes / this.bytesPerSecond - heardSeconds;
  }

  private finish({ admittedMillis, serverLagSeconds }: Message, now: number): void {
    this.end({
      kind: 'ok',
      admittedMillis,
      firstResultMillis: Number.isNaN(this.firstMillis) ? now : this.firstMillis,
      doneMillis: now,
      lagSeconds: Number.isNaN(serverLagSeconds) ? this.lagSeconds : serverLagSeconds,
    });
    this.socket.close(1000);
  }

  private rejected(status: number): void {
    this.end(upgradeFailure(status));
    this.socket.terminate();
  }

  private fail(unanswered: Unanswered): void {
    if (this.over) return;
    this.end(unanswered);
    this.socket.terminate();
  }

  private end(answer: Answer): void {
    if (this.over) return;
    this.over = true;
    this.release();
    this.settle(answer);
  }

  private release(): void {
    this.stopFrames();
    this.cancelSpoken();
    this.cancelGrace();
  }
}
