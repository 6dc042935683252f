// One live session inside k6: frames at their absolute instants, transcripts read, the end asked for and awaited.
// States: connecting → talking → ending → over; frames due while connecting go out as catch-ups.

import { WebSocket } from 'k6/websockets';
import type { ScriptCause, ScriptFrames, ScriptRow } from './script-data.ts';
import type { Attempt, VuTools } from './script-upload.ts';

export interface Talked {
  readonly attempt: Attempt;
  readonly frames: ScriptFrames;
}

/** A socket that holds back more than this does not take audio at its pace. */
const MOST_BUFFERED_BYTES = 1 << 20;
/** Virtual time for the last transcript after the end was asked for. */
const GRACE_MILLIS = 10_000;
const FINE_TENTHS = 100;
/** What RFC 6455 calls a close without a code; an older k6 tells none. */
const NO_CODE = 1005;

interface Message {
  readonly type?: string;
  readonly transcript?: string;
  readonly transcription?: string;
  readonly is_last?: boolean;
  readonly message?: string;
  readonly words?: readonly { readonly end?: number }[];
  readonly testbed?: { readonly admittedMillis?: number; readonly lagSeconds?: number };
}

const parse = (data: unknown): Message | null => {
  try {
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : null;
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
};

/** k6 tells an abnormal close as an error whose text holds the code. */
const causeOfError = (text: string): ScriptCause => {
  const close = /close (\d{4})/.exec(text);
  return close === null ? { kind: 'socket', text } : { kind: 'close', code: Number(close[1]) };
};

/** @param giveUpMillis a caller without a place gives up then; @param latestMillis the session ends then in any case */
export const talk = (
  { plan, target, authorization, clip, clock }: VuTools,
  row: ScriptRow,
  attempt: number,
  giveUpMillis: number,
  latestMillis: number,
): Promise<Talked> =>
  new Promise((resolve) => {
    const { dialect, frameMillis, sampleRate, timeScale } = plan;
    const [index, , , audioSeconds] = row;
    const bytesPerMilli = (2 * sampleRate) / 1000;
    const frameBytes = 2 * Math.round((frameMillis * bytesPerMilli) / 2);
    const totalBytes = 2 * Math.round((audioSeconds * 1000 * bytesPerMilli) / 2);
    const frames = Math.max(1, Math.ceil(totalBytes / frameBytes));
    const startMillis = clock.now();
    const lateness = new Map<number, number>();
    let [due, sent, catchUps, maxBufferedBytes, unknownMessages] = [0, 0, 0, 0, 0];
    let [sentBytes, owed, turn, lagSeconds] = [0, 0, 0, 0];
    let firstMillis: number | null = null;
    let admittedMillis: number | null = null;
    let open = false;
    let over = false;
    /** The audio is over: the end is asked for as soon as all of it is sent. */
    let spoken = false;
    let stopFrames = (): void => undefined;
    let stopGrace = (): void => undefined;

    const headers: Record<string, string> = {
      [dialect.headers.row]: String(index),
      [dialect.headers.attempt]: String(attempt),
    };
    if (authorization !== null) headers['authorization'] = authorization;
    const query = `${dialect.streamQuery}&encoding=linear16&sample_rate=${sampleRate}&external_session_id=${plan.runId}-${index}-${attempt}`;
    const socket = new WebSocket(`${target.replace(/^http/, 'ws')}${dialect.streamPath}?${query}`, null, {
      headers,
      // The address holds the row: as a tag it would make a time series per session.
      tags: { name: dialect.streamPath },
    });
    socket.binaryType = 'arraybuffer';

    const end = (outcome: Attempt): void => {
      if (over) return;
      over = true;
      stopFrames();
      stopSpoken();
      stopGrace();
      stopWaiting();
      stopLatest();
      // A socket that still connects must not be closed: k6 would wait for its writer for ever.
      if (open) socket.close();
      resolve({
        attempt: outcome,
        frames: { due, sent, catchUps, maxBufferedBytes, unknownMessages, lateness: [...lateness] },
      });
    };
    const fail = (cause: ScriptCause): void => {
      end({ kind: 'unanswered', cause });
    };
    const cut = (): void => {
      end({ kind: 'cut', lagSeconds: open ? lagSeconds : null, admittedMillis });
    };
    const stopWaiting =
      giveUpMillis < latestMillis
        ? clock.at(giveUpMillis, () => {
            if (!open) cut();
          })
        : (): void => undefined;
    const stopLatest = clock.at(latestMillis, cut);

    const askForEnd = (): void => {
      spoken = false;
      socket.send(dialect.endMessage);
      stopGrace = clock.at(clock.now() + GRACE_MILLIS, () => {
        fail({ kind: 'wrong-end' });
      });
    };
    /** Sends every frame whose turn has come, and the end message once all are sent and the audio is over. */
    const sendOwed = (): void => {
      for (; owed > 0 && !over; owed--) {
        const length = Math.min(frameBytes, totalBytes - sentBytes);
        const at = sentBytes % (clip.length - frameBytes);
        const from = at - (at % 2);
        socket.send(clip.subarray(from, from + length));
        sentBytes += length;
        sent += 1;
        maxBufferedBytes = Math.max(maxBufferedBytes, socket.bufferedAmount);
        if (socket.bufferedAmount > MOST_BUFFERED_BYTES) fail({ kind: 'back-pressure' });
      }
      if (spoken && !over && sentBytes >= totalBytes) askForEnd();
    };
    const stopSpoken = clock.at(startMillis + audioSeconds * 1000, () => {
      spoken = true;
      if (open) sendOwed();
    });
    const wake = (): void => {
      const now = clock.now();
      for (; !over && turn < frames && startMillis + turn * frameMillis <= now; turn++) {
        const late = now - (startMillis + turn * frameMillis);
        const tenths = Math.floor((10 * late) / timeScale);
        const bucket = tenths < FINE_TENTHS ? tenths : 10 * Math.floor(tenths / 10);
        lateness.set(bucket, (lateness.get(bucket) ?? 0) + 1);
        if (late >= frameMillis) catchUps += 1;
        due += 1;
        owed += 1;
      }
      if (open) sendOwed();
      if (!over && turn < frames) stopFrames = clock.at(startMillis + turn * frameMillis, wake);
    };

    const hear = (message: Message | null): void => {
      if (over) return;
      if (message === null) {
        fail({ kind: 'garbage' });
        return;
      }
      const now = clock.now();
      switch (message.type ?? 'transcription') {
        case 'transcription': {
          if ((message.transcript ?? message.transcription ?? '') !== '' && firstMillis === null) firstMillis = now;
          admittedMillis = message.testbed?.admittedMillis ?? admittedMillis;
          const heard = message.words?.[message.words.length - 1]?.end;
          if (heard !== undefined) lagSeconds = Math.max(lagSeconds, sentBytes / (1000 * bytesPerMilli) - heard);
          if (message.is_last === true)
            end({
              kind: 'ok',
              admittedMillis,
              firstResultMillis: firstMillis ?? now,
              doneMillis: now,
              pod: null,
              lagSeconds: message.testbed?.lagSeconds ?? lagSeconds,
            });
          return;
        }
        case 'speech_started':
        case 'speech_ended':
          return;
        case 'error':
          fail({ kind: 'error-message', text: message.message ?? 'error without message' });
          return;
        default:
          unknownMessages += 1;
      }
    };

    socket.onopen = () => {
      open = true;
      if (over) socket.close();
      else sendOwed();
    };
    socket.onmessage = (event) => {
      hear(parse(event?.data));
    };
    socket.onerror = (event) => {
      open = false;
      fail(causeOfError(event?.error ?? 'error without text'));
    };
    socket.addEventListener('close', (event) => {
      open = false;
      const { code } = event as { readonly code?: number };
      fail({ kind: 'close', code: code ?? NO_CODE });
    });
    wake();
  });
