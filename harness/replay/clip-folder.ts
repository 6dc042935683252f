// The user's own audio: a folder of WAV files, or of headerless PCM16 at 16 kHz (.pcm, .raw). Takes the folder, gives the
// clip whose length is nearest to what a row asks for. Reads every header first and reports all broken files together.

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { keyedUniform } from '../../model/rng.ts';
import { SAMPLE_RATE } from './clip.ts';
import { systemWords } from '../system-words.ts';

export interface UserClip {
  readonly name: string;
  /** The file as it is: the body of a batch request. */
  readonly file: Buffer;
  readonly seconds: number;
  /** What a live session sends, without any header; null = not PCM16 mono, good for batch requests only. */
  readonly live: LiveAudio | null;
}

/** PCM16 mono; at least two seconds long, repeated if the clip is shorter. */
export interface LiveAudio {
  readonly pcm: Buffer;
  readonly sampleRate: number;
}

export interface ClipLibrary {
  /** By length. */
  readonly clips: readonly UserClip[];
  /** Those of them that a live session can send. */
  readonly live: readonly (UserClip & { readonly live: LiveAudio })[];
}

const TIE_CAUSE = 0xc11b;
const PCM = 1;
const EXTENSIBLE = 0xfffe;
/** The vendor's largest upload (wire-protocol.md 3.4). */
const MOST_BYTES = 250_000_000;

const repeated = (pcm: Buffer, sampleRate: number): Buffer => {
  const wanted = 2 * 2 * sampleRate;
  return pcm.length >= wanted ? pcm : Buffer.concat(Array.from({ length: Math.ceil(wanted / pcm.length) }, () => pcm));
};

/**
 * A WAV file: chunks are walked, not 44 bytes assumed. Header fields are little-endian: format, channels, sample rate,
 * bytes per second, bytes per sample frame, bits per sample. A sentence instead of a clip says what is wrong with it.
 */
const readWav = (name: string, file: Buffer): UserClip | string => {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    return `expected RIFF…WAVE at its start, got ${JSON.stringify(file.toString('latin1', 0, 12))}`;
  let format: { readonly tag: number; channels: number; sampleRate: number; byteRate: number; bits: number } | null =
    null;
  for (let at = 12; at + 8 <= file.length;) {
    const id = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 16 <= file.length) {
      const tag = file.readUInt16LE(body);
      format = {
        // The extensible form keeps the real tag at the start of its sub-format.
        tag: tag === EXTENSIBLE && body + 26 <= file.length ? file.readUInt16LE(body + 24) : tag,
        channels: file.readUInt16LE(body + 2),
        sampleRate: file.readUInt32LE(body + 4),
        byteRate: file.readUInt32LE(body + 8),
        bits: file.readUInt16LE(body + 14),
      };
    }
    if (id === 'data') {
      if (format === null) return 'its data chunk comes before its fmt chunk';
      if (format.byteRate === 0) return 'its header says 0 bytes per second';
      // A size of 0 or 0xffffffff was written before the length was known.
      const present = file.length - body;
      const length = size === 0 || size === 0xffffffff ? present : size;
      if (length > present) return `its header promises ${length} bytes of audio, ${present} are there: cut off`;
      if (length < 2) return 'it holds no audio';
      const isLive = format.tag === PCM && format.bits === 16 && format.channels === 1;
      const pcm = file.subarray(body, body + length - (length % 2));
      const { sampleRate } = format;
      return {
        name,
        file,
        seconds: length / format.byteRate,
        live: isLive ? { pcm: repeated(pcm, sampleRate), sampleRate } : null,
      };
    }
    at = body + size + (size & 1);
  }
  return 'it has no data chunk';
};

const readRaw = (name: string, file: Buffer): UserClip | string => {
  if (file.length < 2) return 'it holds no audio';
  if (file.length % 2 !== 0) return `expected 16-bit samples, got an odd number of bytes (${file.length})`;
  return {
    name,
    file,
    seconds: file.length / (2 * SAMPLE_RATE),
    live: { pcm: repeated(file, SAMPLE_RATE), sampleRate: SAMPLE_RATE },
  };
};

const readClip = (path: string): UserClip | string => {
  const file = readFileSync(path);
  if (file.length > MOST_BYTES) return `${file.length} bytes; the service takes at most ${MOST_BYTES}`;
  return path.toLowerCase().endsWith('.wav') ? readWav(basename(path), file) : readRaw(basename(path), file);
};

/** @param needsLive the schedule has live sessions. Throws CLIPS_INVALID, INPUT_MISSING. */
export const readClips = (folder: string, needsLive: boolean): ClipLibrary => {
  let names: readonly string[];
  try {
    names = readdirSync(folder)
      .filter((name) => /\.(wav|pcm|raw)$/i.test(name))
      .sort();
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `the folder of clips ${folder} cannot be read: ${systemWords(cause)}`, {
      cause,
    });
  }
  if (names.length === 0)
    throw new TestbedError('CLIPS_INVALID', `the folder of clips ${folder} holds no .wav, .pcm or .raw file`, {
      hint: 'leave --clips out for synthetic speech, or convert: ffmpeg -i in.mp3 -ac 1 -ar 16000 -c:a pcm_s16le out.wav',
    });
  const clips: UserClip[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const clip = readClip(join(folder, name));
    if (typeof clip === 'string') problems.push(`${join(folder, name)}: ${clip}`);
    else clips.push(clip);
  }
  if (problems.length > 0)
    throw new TestbedError('CLIPS_INVALID', `broken clips:\n  ${problems.join('\n  ')}`, {
      hint: 'mend or remove them: a run with fewer clips than you think would mislead',
    });
  clips.sort((a, b) => a.seconds - b.seconds);
  const live = clips.filter((clip): clip is UserClip & { live: LiveAudio } => clip.live !== null);
  if (needsLive && live.length === 0)
    throw new TestbedError('CLIPS_INVALID', `no clip in ${folder} is PCM16 mono, which live sessions send`, {
      hint: 'ffmpeg -i in.wav -ac 1 -ar 16000 -c:a pcm_s16le out.wav',
    });
  return { clips, live };
};

/**
 * The clip whose length is nearest; among equally near ones the row's seed decides. `clips` by length, not empty.
 *
 * @example nearestClip(library.clips, 7.3, row.seed).file
 */
export const nearestClip = <C extends UserClip>(clips: readonly C[], audioSeconds: number, seed: number): C => {
  let low = 0;
  for (let high = clips.length; low < high;) {
    const middle = (low + high) >> 1;
    if (clips[middle]!.seconds < audioSeconds) low = middle + 1;
    else high = middle;
  }
  const distance = (i: number): number =>
    i < 0 || i >= clips.length ? Infinity : Math.abs(clips[i]!.seconds - audioSeconds);
  const least = Math.min(distance(low - 1), distance(low));
  let from = low;
  while (distance(from - 1) === least) from -= 1;
  while (distance(from) > least) from += 1;
  let to = from;
  while (distance(to + 1) === least) to += 1;
  return clips[from + Math.floor(keyedUniform(seed, TIE_CAUSE) * (to - from + 1))]!;
};
