import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wavHeader } from './clip.ts';
import { nearestClip, readClips } from './clip-folder.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const folderWith = (files: Readonly<Record<string, Buffer>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'surgelab-clips-'));
  folders.push(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
};

const wav = (seconds: number): Buffer =>
  Buffer.concat([wavHeader(32_000 * seconds), Buffer.alloc(32_000 * seconds, 1)]);

/** Stereo at 8 kHz, with a LIST chunk of an odd length between fmt and data: no 44-byte header. */
const stereo = (): Buffer => {
  const fmt = Buffer.from('666d7420 10000000 0100 0200 401f0000 007d0000 0400 1000'.replaceAll(' ', ''), 'hex');
  const list = Buffer.from('4c495354 03000000 616263 00'.replaceAll(' ', ''), 'hex');
  const data = Buffer.concat([Buffer.from('6461746100fa0000', 'hex'), Buffer.alloc(64_000)]);
  const chunks = Buffer.concat([Buffer.from('WAVE'), fmt, list, data]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(chunks.length);
  return Buffer.concat([Buffer.from('RIFF'), size, chunks]);
};

const problem = (act: () => unknown): readonly [code: string, message: string] => {
  try {
    act();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return [code, message];
  }
  return ['none', ''];
};

describe('a folder of clips', () => {
  it('gives lengths from the headers, whatever the format, and marks what live sessions can send', () => {
    const folder = folderWith({
      'b.wav': wav(3),
      'a.WAV': stereo(),
      'c.pcm': Buffer.alloc(32_000),
      'notes.txt': Buffer.from('x'),
    });
    const { clips, live } = readClips(folder, true);
    expect(clips.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['c.pcm', 1],
      ['a.WAV', 2],
      ['b.wav', 3],
    ]);
    expect(live.map(({ name, live: { sampleRate, pcm } }) => [name, sampleRate, pcm.length])).toEqual([
      ['c.pcm', 16_000, 64_000],
      ['b.wav', 16_000, 96_000],
    ]);
  });

  it('is refused when it is empty, missing, or holds no live audio where that is needed', () => {
    expect(problem(() => readClips(folderWith({ 'readme.md': Buffer.from('x') }), false))[0]).toBe('CLIPS_INVALID');
    expect(problem(() => readClips('/no/such/folder', false))[0]).toBe('INPUT_MISSING');
    expect(problem(() => readClips(folderWith({ 'a.wav': stereo() }), true))[0]).toBe('CLIPS_INVALID');
    expect(readClips(folderWith({ 'a.wav': stereo() }), false).clips.length).toBe(1);
  });

  it('names every broken file and what is wrong with it', () => {
    const folder = folderWith({
      'cut.wav': wav(1).subarray(0, 20_000),
      'empty.wav': wavHeader(0),
      'text.wav': Buffer.from('this is no audio'),
      'odd.pcm': Buffer.alloc(3),
      'good.wav': wav(1),
    });
    const [code, message] = problem(() => readClips(folder, false));
    expect(code).toBe('CLIPS_INVALID');
    expect(message.replaceAll(`${folder}/`, '').split('\n  ')).toEqual([
      'broken clips:',
      'cut.wav: its header promises 32000 bytes of audio, 19956 are there: cut off',
      'empty.wav: it holds no audio',
      'odd.pcm: expected 16-bit samples, got an odd number of bytes (3)',
      'text.wav: expected RIFF…WAVE at its start, got "this is no a"',
    ]);
  });
});

describe('the clip of a row', () => {
  const clips = [1, 2, 2, 2, 5].map((seconds, i) => ({ name: `${i}`, file: Buffer.alloc(0), seconds, live: null }));

  it('is the one of the nearest length', () => {
    expect([0, 1.4, 3.4, 3.6, 99].map((asked) => nearestClip(clips, asked, 1).seconds)).toEqual([1, 1, 2, 5, 5]);
  });

  it('is drawn by the seed among equally near ones, the same for the same seed', () => {
    const names = Array.from({ length: 300 }, (_, seed) => nearestClip(clips, 2, seed).name);
    expect(new Set(names)).toEqual(new Set(['1', '2', '3']));
    expect(Array.from({ length: 300 }, (_, seed) => nearestClip(clips, 2, seed).name)).toEqual(names);
    // 1.5 s away on both sides: clips 1 to 3 below, clip 4 above.
    expect(new Set(Array.from({ length: 300 }, (_, seed) => nearestClip(clips, 3.5, seed).name))).toEqual(
      new Set(['1', '2', '3', '4']),
    );
  });
});
