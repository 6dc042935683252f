// Distributions as data, in the unit of the field that holds them. Sampling takes the stream of its cause.

import { randomExponential, randomGamma, randomNormal } from 'd3-random';
import type { Rng } from './rng.ts';

export type Distribution =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** median·exp(sigma·N(0, 1)) */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number; readonly max?: number }
  /** shape 1/cv², scale mean·cv² */
  | { readonly kind: 'gamma'; readonly mean: number; readonly cv: number }
  /** Equally spaced quantiles q = 0 … 1 of a sample; drawn by linear interpolation. */
  | { readonly kind: 'quantiles'; readonly values: readonly number[] }
  /** One of several, chosen by weight. */
  | { readonly kind: 'mixture'; readonly parts: readonly { readonly weight: number; readonly of: Distribution }[] };

export type Sampler = () => number;

const interpolate = (values: readonly number[], u: number): number => {
  const position = u * (values.length - 1);
  const i = Math.min(Math.floor(position), values.length - 2);
  return values.length === 1 ? values[0]! : values[i]! + (position - i) * (values[i + 1]! - values[i]!);
};

const mixture = (parts: readonly { weight: number; of: Distribution }[], rng: Rng): Sampler => {
  const samplers = parts.map((part) => sampler(part.of, rng));
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return () => {
    let left = rng.uniform() * total;
    for (let i = 0; i < parts.length - 1; i++) {
      left -= parts[i]!.weight;
      if (left < 0) return samplers[i]!();
    }
    return samplers[parts.length - 1]!();
  };
};

/** A function that draws from `d` with the uniforms of `rng`. Build it once per stream: it may keep half a pair of normals. */
export const sampler = (d: Distribution, rng: Rng): Sampler => {
  switch (d.kind) {
    case 'fixed':
      return () => d.value;
    case 'uniform':
      return () => d.min + (d.max - d.min) * rng.uniform();
    case 'exponential':
      return randomExponential.source(rng.uniform)(1 / d.mean);
    case 'lognormal': {
      const normal = randomNormal.source(rng.uniform)();
      const max = d.max ?? Infinity;
      return () => Math.min(max, d.median * Math.exp(d.sigma * normal()));
    }
    case 'gamma':
      return randomGamma.source(rng.uniform)(1 / (d.cv * d.cv), d.mean * d.cv * d.cv);
    case 'quantiles':
      return () => interpolate(d.values, rng.uniform());
    case 'mixture':
      return mixture(d.parts, rng);
  }
};

export const sample = (d: Distribution, rng: Rng): number => sampler(d, rng)();

const interpolatedMean = (values: readonly number[]): number => {
  if (values.length === 1) return values[0]!;
  let sum = 0;
  for (let i = 0; i + 1 < values.length; i++) sum += (values[i]! + values[i + 1]!) / 2;
  return sum / (values.length - 1);
};

/** The mean where it has a closed form; a capped lognormal counts as uncapped. */
export const meanOf = (d: Distribution): number => {
  switch (d.kind) {
    case 'fixed':
      return d.value;
    case 'uniform':
      return (d.min + d.max) / 2;
    case 'exponential':
    case 'gamma':
      return d.mean;
    case 'lognormal':
      return d.median * Math.exp((d.sigma * d.sigma) / 2);
    case 'quantiles':
      return interpolatedMean(d.values);
    case 'mixture': {
      const total = d.parts.reduce((sum, part) => sum + part.weight, 0);
      return d.parts.reduce((sum, part) => sum + (part.weight / total) * meanOf(part.of), 0);
    }
  }
};
