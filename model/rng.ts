// Chance as an argument: named streams from one seed. One stream per cause ('arrivals', 'modelLoad', …), so that
// changing one policy leaves every other draw as it was and two runs can be compared pair by pair.

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  readonly uniform: () => number;
}

/** 32-bit finaliser of MurmurHash3: every input bit moves every output bit. */
const finalise = (h: number): number => {
  let x = h | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** Mixes two 32-bit integers into one; order matters. */
export const mix32 = (a: number, b: number): number => finalise((Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) + (b | 0)) | 0);

const hashText = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finalise(h);
};

/** Folds a seed and the names or numbers of a cause into 32 bits. */
export const seedOf = (seed: number, ...cause: readonly (string | number)[]): number =>
  cause.reduce<number>((h, part) => mix32(h, typeof part === 'string' ? hashText(part) : part), finalise(seed));

/**
 * The stream of one cause.
 *
 * @example stream(7, 'modelLoad', 3).uniform() // the model-load draw of the pod created as number 3
 */
export const stream = (seed: number, ...cause: readonly (string | number)[]): Rng => {
  // The generator's first draw is close to 1 for small seeds; a hashed seed and two skipped draws cure that.
  const generator = xoroshiro128plus(seedOf(seed, ...cause));
  generator.next();
  generator.next();
  return {
    uniform: () => {
      const high = generator.next() >>> 5;
      const low = generator.next() >>> 6;
      return (high * 67108864 + low) / 9007199254740992;
    },
  };
};

/** One uniform in [0, 1) of 32 bits for a key, without a stream: for draws per request, where a stream costs too much. */
export const keyedUniform = (seed: number, cause: number): number => mix32(seed, cause) / 4294967296;

/** The stream of one cause in the life of one request, by the request's own seed: a handful of draws at no set-up. */
export const rowStream = (rowSeed: number, cause: number): Rng => {
  const seed = mix32(rowSeed, cause);
  let drawn = 0;
  return { uniform: () => keyedUniform(seed, drawn++) };
};
