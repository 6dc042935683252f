// Bodies of batch requests. In a compressed replay the length travels in a header and the body is a token of a few
// bytes; otherwise a WAV clip of the asked length, synthesised from a seed, cut from one shared buffer.

import type { Rng } from '../../model/rng.ts';
import { stream } from '../../model/rng.ts';

export const SAMPLE_RATE = 16_000;
const BYTES_PER_SECOND = 2 * SAMPLE_RATE;
const HEADER_BYTES = 44;

/** RIFF/WAVE header of PCM16 mono: RIFF size WAVE, fmt (16 bytes: PCM, 1 channel, rate, bytes/s, 2, 16 bit), data size. */
export const wavHeader = (dataBytes: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(BYTES_PER_SECOND, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
};

/**
 * Speech-like PCM16: syllables of 150 to 250 ms, each a decaying hum of a random pitch with noise on it, and now and
 * then a pause. Same seed, same bytes. It carries no words; it has the amplitude pattern that silence detection reads.
 */
export const syntheticPcm = (seconds: number, seed: number): Buffer => {
  const rng: Rng = stream(seed, 'clip');
  const samples = Math.round(seconds * SAMPLE_RATE);
  const pcm = new Int16Array(samples);
  for (let at = 0; at < samples;) {
    const length = Math.round((0.15 + 0.1 * rng.uniform()) * SAMPLE_RATE);
    const pitch = 90 + 160 * rng.uniform();
    const loudness = 3000 + 9000 * rng.uniform();
    const end = Math.min(samples, at + length);
    for (let i = at; i < end; i++) {
      const phase = (i - at) / length;
      const noise = ((Math.imul(i, 0x9e3779b1) >>> 16) & 0x3ff) - 512;
      pcm[i] = loudness * Math.sin(Math.PI * phase) * Math.sin((2 * Math.PI * pitch * i) / SAMPLE_RATE) + noise;
    }
    at = end + (rng.uniform() < 0.08 ? Math.round(0.4 * SAMPLE_RATE) : 0);
  }
  return Buffer.from(pcm.buffer);
};

const TOKEN = Buffer.from('testbed-clip-of-declared-length!');

/** A 32-byte body for runs in which the header `x-testbed-audio-seconds` tells the length. */
export const tokenBody = (): Buffer => TOKEN;

/** A minute of speech, repeated, serves requests and sessions of any length. */
export const CLIP_SECONDS = 60;

/** What a request uploads: bytes in one piece, or in pieces where one piece would be copied for long. */
export type UploadBody = Buffer | { readonly bytes: number; readonly pieces: Iterable<Buffer> };

/** Above this a body is sent in pieces of the shared minute: copying an hour of audio stops the event loop for 30 ms. */
const WHOLE_BYTES = 4_000_000;
/** Bodies are kept for the next request of the same length up to this much memory; then they are made anew. */
const KEPT_BYTES = 256_000_000;

const piecesOf = function* (header: Buffer, minute: Buffer, dataBytes: number): Generator<Buffer> {
  yield header;
  for (let sent = 0; sent < dataBytes; sent += minute.length)
    yield minute.subarray(0, Math.min(minute.length, dataBytes - sent));
};

/**
 * WAV bodies by length in tenths of a second, cut from one minute of speech. Each is made once and shared while memory
 * allows: building them per request costs the rate (load-generation.md 5.3), synthesising them the schedule.
 */
export const wavBodies = (seed: number): ((audioSeconds: number) => UploadBody) => {
  const minute = syntheticPcm(CLIP_SECONDS, seed);
  const kept = new Map<number, Buffer>();
  let keptBytes = 0;
  return (audioSeconds) => {
    const tenths = Math.max(1, Math.round(audioSeconds * 10));
    const known = kept.get(tenths);
    if (known !== undefined) return known;
    const dataBytes = (tenths * BYTES_PER_SECOND) / 10;
    const header = wavHeader(dataBytes);
    const bytes = header.length + dataBytes;
    if (bytes > WHOLE_BYTES) return { bytes, pieces: { [Symbol.iterator]: () => piecesOf(header, minute, dataBytes) } };
    const body = Buffer.concat([...piecesOf(header, minute, dataBytes)]);
    if (keptBytes + bytes <= KEPT_BYTES) {
      kept.set(tenths, body);
      keptBytes += bytes;
    }
    return body;
  };
};
