// One live session on an emulated pod: audio frames in, interim and final transcripts out (wire-protocol.md sections 4
// and 5). Decides when a final is due; when audio is understood is the GPU's business (stream-gpu.ts).

import type { WebSocket } from 'ws';
import { BYTES_PER_SAMPLE, isEncoding } from './audio.ts';
import type { StreamFault } from './config.ts';
import type { Dialect } from './dialects.ts';
import type { EmulatedPod } from './pod.ts';
import { StreamSession } from './stream-gpu.ts';
import { asBuffer, controlType, finalFacts } from './stream-messages.ts';
import type { ServedRow } from './served.ts';
import { SpeechTrack, isSilent } from './speech-track.ts';
import type { SpokenWord } from './transcript.ts';
import { textOf, wordCount, wordsBetween } from './transcript.ts';

export interface TalkSettings {
  readonly dialect: Dialect;
  readonly sessionId: string;
  readonly seed: number;
  readonly query: URLSearchParams;
  /** The caller sent a row header: say when the session was admitted and how far the GPU lagged. */
  readonly isTestbed: boolean;
  /** Written while the session lasts, handed over at its end; null = no record. */
  readonly met: ServedRow | null;
  readonly fault: StreamFault | null;
}

export class StreamTalk {
  private readonly pod: EmulatedPod;
  private readonly socket: WebSocket;
  private readonly settings: TalkSettings;
  private readonly session: StreamSession;
  private readonly bytesPerSecond: number;
  private readonly readsSilence: boolean;
  private readonly track = new SpeechTrack();
  private readonly timers: (() => void)[] = [];
  private readonly openedMillis: number;
  private admittedMillis = NaN;
  /** Speech understood so far, without the silences: what words are made of. */
  private speech = 0;
  private trailingSilence = 0;
  private speaking = false;
  /** First word of the open segment. */
  private segmentFrom = 0;
  private readonly finalTexts: string[] = [];
  /** Audio positions at which a `finalize` was received. */
  private readonly flushes: number[] = [];
  private nextPartialMillis = 0;
  private lastFrameMillis: number;
  private largestLag = 0;
  private over = false;

  constructor(pod: EmulatedPod, socket: WebSocket, settings: TalkSettings) {
    this.pod = pod;
    this.socket = socket;
    this.settings = settings;
    const encoding = settings.query.get('encoding') ?? 'linear16';
    const width = isEncoding(encoding) ? BYTES_PER_SAMPLE[encoding] : 2;
    const sampleRate = Number(settings.query.get('sample_rate') ?? 16_000) || 16_000;
    this.bytesPerSecond = width === null ? pod.config.compressedBytesPerSecond : width * sampleRate;
    this.readsSilence = encoding === 'linear16';
    this.openedMillis = pod.clock.now();
    this.lastFrameMillis = this.openedMillis;
    this.session = new StreamSession({
      admitted: () => {
        this.admittedMillis = pod.clock.now();
      },
      heard: (seconds) => this.onHeard(seconds),
    });
    pod.streams.open(this.session);
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.onAudio(asBuffer(data));
      else this.onControl(controlType(data));
    });
    socket.on('close', () => this.leave());
    socket.on('error', () => this.leave());
    this.armLimits();
  }

  /** The worker dies under the session. */
  cut(): void {
    if (this.pod.config.killStyle === '1006') {
      this.socket.terminate();
      return;
    }
    this.send({ type: 'error', status: 'error', message: 'Internal server error' });
    this.socket.close(1011);
  }

  private leave(): void {
    if (this.over) return;
    this.over = true;
    for (const cancel of this.timers) cancel();
    if (this.pod.config.abandonedWork === 'finish') this.pod.streams.disown(this.session);
    else this.pod.streams.close(this.session);
    const { met } = this.settings;
    if (met === null) return;
    met.admittedMillis = this.admittedMillis;
    met.endedMillis = this.pod.clock.now();
    met.receivedSeconds = this.session.received;
    met.droppedTailSeconds = Math.max(0, this.session.received - this.session.heard);
    this.pod.served?.add(met);
  }

  private armLimits(): void {
    const { clock, config } = this.pod;
    const { fault } = this.settings;
    if (fault?.kind === 'cut-stream')
      this.timers.push(clock.at(this.openedMillis + fault.after * 1000, () => this.cut()));
    if (config.maxSession !== null)
      this.timers.push(clock.at(this.openedMillis + config.maxSession * 1000, () => this.socket.close(1000)));
    const { idleTimeout } = config;
    if (idleTimeout === null) return;
    const look = (): void => {
      const until = this.lastFrameMillis + idleTimeout * 1000;
      if (clock.now() >= until) this.socket.close(1000);
      else this.timers.push(clock.at(until, look));
    };
    look();
  }

  private onAudio(frame: Buffer): void {
    if (this.session.ended) return;
    const length = frame.length / this.bytesPerSecond;
    this.lastFrameMillis = this.pod.clock.now();
    const silent = this.readsSilence && isSilent(frame);
    this.track.receive(this.session.received + length, silent);
    this.pod.streams.credit(this.session, length);
  }

  private onControl(type: string | null): void {
    const { endDialect } = this.pod.config;
    const ends =
      (endDialect === 'close_stream' && type === 'close_stream') ||
      (endDialect === 'finalize-ends' && type === 'finalize') ||
      (endDialect === 'end' && type === 'end');
    if (ends) {
      this.session.ended = true;
      this.pod.streams.end(this.session);
      this.finishIfDone();
    } else if (type === 'finalize') {
      this.flushes.push(this.session.received);
      this.flushDue();
    }
  }

  /** The GPU has understood the audio up to here. */
  private onHeard(until: number): void {
    this.track.hear(until, (length, silent) => {
      if (silent) this.passSilence(length);
      else this.passSpeech(length);
    });
    const behind = (this.pod.clock.now() - this.openedMillis) / 1000 - this.track.heard;
    this.largestLag = Math.max(this.largestLag, behind);
    this.partial();
    this.flushDue();
    this.finishIfDone();
  }

  private passSpeech(length: number): void {
    if (!this.speaking) this.vadEvent('speech_started');
    this.speaking = true;
    this.trailingSilence = 0;
    this.speech += length;
  }

  private passSilence(length: number): void {
    const before = this.trailingSilence;
    this.trailingSilence += length;
    const limit = this.pod.config.endpointSilence;
    const endpointing = this.settings.query.get('endpointing') !== 'false';
    const wait = endpointing ? limit : Number(this.settings.query.get('eou_timeout_ms') ?? 800) / 1000;
    if (before >= wait || this.trailingSilence < wait || !this.speaking) return;
    this.speaking = false;
    this.vadEvent('speech_ended');
    if (wordCount(this.speech) > this.segmentFrom) this.final(wordCount(this.speech), {});
  }

  private vadEvent(type: 'speech_started' | 'speech_ended'): void {
    const { query, sessionId } = this.settings;
    if (query.get('vad_events') !== 'true' && query.get('vad') !== 'true') return;
    this.send({ type, session_id: sessionId, timestamp: Math.round(this.track.heard * 1000) / 1000 });
  }

  private wordsPerSegment(): number {
    const most = Number(this.settings.query.get('max_words') ?? Infinity) || Infinity;
    const auto =
      this.settings.query.get('finalize_on_words') === 'false' ? Infinity : this.pod.config.autoFinalizeWords;
    return Math.min(most, auto);
  }

  private partial(): void {
    const known = wordCount(this.speech);
    const most = this.wordsPerSegment();
    while (known - this.segmentFrom >= most) this.final(this.segmentFrom + most, {});
    const { partialCadence } = this.pod.config;
    const now = this.pod.clock.now();
    if (partialCadence !== 'per-chunk') {
      if (now < this.nextPartialMillis) return;
      this.nextPartialMillis = now + partialCadence * 1000;
    }
    if (known <= this.segmentFrom) return;
    this.transcript(wordsBetween(this.settings.seed, this.segmentFrom, known), { is_final: false, is_last: false });
  }

  private final(until: number, more: Readonly<Record<string, unknown>>): void {
    const words = wordsBetween(this.settings.seed, this.segmentFrom, until);
    this.segmentFrom = until;
    if (words.length > 0) this.finalTexts.push(textOf(words));
    const { query, dialect } = this.settings;
    const asked = query.get('full_transcript') === 'true' || this.pod.config.emitFullTranscript;
    this.transcript(words, {
      ...finalFacts(dialect, query, words),
      ...(asked ? { full_transcript: this.finalTexts.join(' ') } : {}),
      ...more,
    });
  }

  private flushDue(): void {
    while (this.flushes.length > 0 && this.track.heard >= this.flushes[0]! - this.pod.config.law.stream.chunk) {
      this.flushes.shift();
      this.final(wordCount(this.speech), this.pod.config.emitFromFinalize ? { from_finalize: true } : {});
    }
  }

  private finishIfDone(): void {
    if (this.over || !this.session.ended || this.session.heard < this.session.received - 1e-6) return;
    const { clock, metrics, config } = this.pod;
    const now = clock.now();
    this.final(wordCount(this.speech), {
      is_last: true,
      ...(this.settings.isTestbed
        ? { testbed: { admittedMillis: this.admittedMillis, doneMillis: now, lagSeconds: this.largestLag } }
        : {}),
    });
    if (config.countStreamsAsRequests)
      metrics.finished(
        (now - this.admittedMillis) / 1000,
        (now - this.openedMillis) / 1000,
        this.track.heard,
        this.settings.query.get('language') ?? 'en',
      );
    const { fault, met } = this.settings;
    if (met !== null) met.doneMillis = now;
    this.leave();
    this.socket.close(fault?.kind === 'wrong-close' ? fault.code : 1000);
  }

  private transcript(words: readonly SpokenWord[], more: Readonly<Record<string, unknown>>): void {
    const text = textOf(words);
    this.send({
      type: 'transcription',
      status: 'success',
      session_id: this.settings.sessionId,
      transcript: text,
      ...(this.settings.dialect === 'stt' ? { transcription: text } : {}),
      ...more,
    });
  }

  private send(message: Readonly<Record<string, unknown>>): void {
    if (this.socket.readyState !== this.socket.OPEN || this.settings.fault?.kind === 'mute') return;
    this.socket.send(JSON.stringify(message));
  }
}
