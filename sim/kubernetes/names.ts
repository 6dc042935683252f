// Names and UIDs in the form Kubernetes gives them. They decide ties (UIDs among scale-down victims) and scrape phases
// (names are part of a target's labels), so they are drawn from the seed like everything else.

import type { Rng } from '../../model/rng.ts';
import { mix32, seedOf } from '../../model/rng.ts';

/** apimachinery's rand: no vowels, no 0, 1 and 3, so that no word appears. */
const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters at the end of a pod's name. */
export const nameSuffix = (rng: Rng): string =>
  Array.from({ length: 5 }, () => SAFE_ALPHABET[Math.floor(rng.uniform() * SAFE_ALPHABET.length)]!).join('');

/**
 * pod-template-hash of a ReplicaSet: the decimal text of a 32-bit hash, each digit's character code modulo 27 looked up
 * in the safe alphabet (so only 4–9, b, c, d and f occur). Ours hashes image and name, not the whole template.
 */
export const templateHash = (name: string, image: string): string =>
  String(mix32(seedOf(0, name), seedOf(1, image)))
    .split('')
    .map((digit) => SAFE_ALPHABET[digit.charCodeAt(0) % SAFE_ALPHABET.length]!)
    .join('');

/** A version 4 UUID. */
export const podUid = (rng: Rng): string => {
  const digits = Array.from({ length: 32 }, () => Math.floor(rng.uniform() * 16));
  digits[12] = 4;
  digits[16] = 8 + (digits[16]! % 4);
  const hex = digits.map((d) => d.toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

/** An address of the pod network, by ordinal; unique for the first 8 million pods. */
export const podIp = (ordinal: number): string =>
  `10.${128 + ((ordinal >> 16) & 127)}.${(ordinal >> 8) & 255}.${ordinal & 255}`;
