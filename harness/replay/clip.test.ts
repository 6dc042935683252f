import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioLength } from '../../cluster/emulator/audio.ts';
import { syntheticPcm, wavBodies, wavHeader } from './clip.ts';

describe('the WAV header', () => {
  it('is 44 bytes of RIFF, fmt (PCM, mono, 16 kHz, 32000 B/s, 2, 16 bit) and data', () => {
    expect(wavHeader(32_000).toString('hex')).toBe(
      '52494646247d000057415645' + '666d7420100000000100' + '0100803e0000007d000002001000' + '64617461007d0000',
    );
  });
});

describe('synthetic clips', () => {
  it('have the same bytes for the same seed and others for another', () => {
    const hash = (seed: number): string => createHash('sha256').update(syntheticPcm(2, seed)).digest('hex');
    expect(hash(7)).toBe(hash(7));
    expect(hash(7)).not.toBe(hash(8));
  });

  it('have the asked length to a sample, and a server reads it back from the header to a tenth of a second', () => {
    const body = wavBodies(1);
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 20, noNaN: true }), (audioSeconds) => {
        expect(syntheticPcm(audioSeconds, 1).length).toBe(2 * Math.round(audioSeconds * 16_000));
        const upload = body(audioSeconds);
        const wav = Buffer.isBuffer(upload) ? upload : Buffer.concat([...upload.pieces]);
        const read = audioLength(wav.subarray(0, 4096), wav.length, null, 16_000, 1);
        expect(read).toEqual({ kind: 'seconds', seconds: Math.round(audioSeconds * 10) / 10, from: 'wav-header' });
      }),
      { numRuns: 30 },
    );
  });

  it('are sent in pieces when they are long, and are then as long as they say', () => {
    const upload = wavBodies(1)(300);
    if (Buffer.isBuffer(upload)) throw new Error('expected pieces');
    expect(upload.bytes).toBe(44 + 300 * 32_000);
    const pieces = [...upload.pieces];
    expect(pieces.map((piece) => piece.length)).toEqual([44, ...Array.from({ length: 5 }, () => 60 * 32_000)]);
    // A second pass gives the same bytes: a retried request sends its body again.
    expect([...upload.pieces].length).toBe(pieces.length);
  });

  it('are speech to a silence detector for most of the time, with pauses', () => {
    const pcm = syntheticPcm(30, 3);
    let silent = 0;
    const frames = Math.floor(pcm.length / 4096);
    for (let f = 0; f < frames; f++) {
      let peak = 0;
      for (let at = f * 4096; at < (f + 1) * 4096; at += 2) peak = Math.max(peak, Math.abs(pcm.readInt16LE(at)));
      if (peak < 200) silent += 1;
    }
    expect(silent).toBeGreaterThan(0);
    expect(silent / frames).toBeLessThan(0.3);
  });
});
