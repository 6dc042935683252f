// What a load engine sends as audio: tokens of a declared length, synthetic speech, or the user's own clips. Everything is
// made or read once per process and shared.

import type { LiveAudio } from './clip-folder.ts';
import { nearestClip, readClips } from './clip-folder.ts';
import type { UploadBody } from './clip.ts';
import { SAMPLE_RATE, tokenBody, wavBodies } from './clip.ts';
import { streamClip } from './stream-client.ts';

export interface AudioSource {
  /** Body of a batch request for about this much audio. */
  readonly batch: (audioSeconds: number, seed: number) => UploadBody;
  /** What a live session cuts its frames from, again and again until its length is reached. */
  readonly live: (audioSeconds: number, seed: number) => LiveAudio;
}

export interface AudioChoice {
  /** 'declared': a token body and the length in a header (emulated pods only); 'wav': real bytes. */
  readonly bodies: 'declared' | 'wav';
  readonly clipSeed: number;
  /** The user's clips in place of synthetic speech. */
  readonly clipFolder?: string;
}

/** Throws CLIPS_INVALID, INPUT_MISSING. */
export const audioSource = ({ bodies, clipSeed, clipFolder }: AudioChoice, hasLive: boolean): AudioSource => {
  if (clipFolder !== undefined) {
    const { clips, live } = readClips(clipFolder, hasLive);
    return {
      batch: (audioSeconds, seed) => nearestClip(clips, audioSeconds, seed).file,
      live: (audioSeconds, seed) => nearestClip(live, audioSeconds, seed).live,
    };
  }
  const speech = { pcm: hasLive ? streamClip(clipSeed) : Buffer.alloc(0), sampleRate: SAMPLE_RATE };
  return { batch: bodies === 'declared' ? tokenBody : wavBodies(clipSeed), live: () => speech };
};
