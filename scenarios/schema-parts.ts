// The scalars of a scenario file: durations, rates, numbers, distributions. Each is a zod schema that takes what the YAML
// holds and gives the value in seconds or per second; its message says "expected …" and parse.ts adds what it got.

import { z } from 'zod';
import type { Distribution } from '../model/distribution.ts';
import { parseDuration } from '../model/duration.ts';
import type { PerSecond, Seconds } from '../model/units.ts';
import { perSecond } from '../model/units.ts';

type Scalar = string | number | boolean;

/** A scalar in the user's notation; `parse` gives null for what it does not take. */
const scalar = <T>(words: string, parse: (value: Scalar) => T | null): z.ZodType<T, Scalar> =>
  z
    .union([z.string(), z.number(), z.boolean()], { error: `expected ${words}` })
    .meta({ title: words })
    .transform((value, context) => {
      const parsed = parse(value);
      if (parsed !== null) return parsed;
      context.addIssue({ code: 'custom', message: `expected ${words}` });
      return z.NEVER;
    });

const durationOf = (value: Scalar): Seconds | null =>
  typeof value === 'boolean' ? null : parseDuration(String(value));

export const duration = () => scalar<Seconds>('a duration such as 15s, 200ms or 1h30m', durationOf);

export const positiveDuration = () =>
  scalar<Seconds>('a duration above 0 such as 15s or 30m', (value) => {
    const parsed = durationOf(value);
    return parsed !== null && parsed > 0 ? parsed : null;
  });

const RATE_SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, m: 60, h: 3600 };

/** `6/s`, `300/min`, `20000/h`; also plain 0. */
const parseRate = (value: Scalar): PerSecond | null => {
  if (value === 0) return perSecond(0);
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*\/\s*(s|sec|min|m|h)$/.exec(value.trim()) : null;
  return match === null ? null : perSecond(Number(match[1]) / RATE_SECONDS[match[2]!]!);
};

export const rate = () => scalar<PerSecond>('a rate of 0/s or more such as 6/s, 300/min or 20000/h', parseRate);

export const positiveRate = () =>
  scalar<PerSecond>('a rate above 0 such as 6/s, 300/min or 20000/h', (value) => {
    const parsed = parseRate(value);
    return parsed !== null && parsed > 0 ? parsed : null;
  });

export const number = (words: string, accepts: (value: number) => boolean) =>
  scalar<number>(words, (value) => (typeof value === 'number' && accepts(value) ? value : null));

export const positiveNumber = () => number('a number above 0', (n) => n > 0 && Number.isFinite(n));
export const nonNegativeNumber = () => number('a number of 0 or more', (n) => n >= 0 && Number.isFinite(n));
export const positiveInteger = () => number('a whole number of 1 or more', (n) => Number.isInteger(n) && n >= 1);
export const wholeNumber = () => number('a whole number of 0 or more', (n) => Number.isInteger(n) && n >= 0);

export const text = (words: string) =>
  z
    .string({ error: `expected ${words}` })
    .min(1, { error: `expected ${words}` })
    .meta({ title: words });

const DISTRIBUTION = 'a duration such as 15s, or a distribution such as {kind: lognormal, median: 210s, sigma: 0.3}';

/** The kinds of model/distribution.ts with durations for their lengths. */
const distributionKinds = () =>
  [
    z.strictObject({ kind: z.literal('fixed'), value: duration() }),
    z.strictObject({ kind: z.literal('uniform'), min: duration(), max: duration() }),
    z.strictObject({ kind: z.literal('exponential'), mean: positiveDuration() }),
    z.strictObject({
      kind: z.literal('lognormal'),
      median: positiveDuration(),
      sigma: nonNegativeNumber(),
      max: positiveDuration().optional(),
    }),
    z.strictObject({ kind: z.literal('gamma'), mean: positiveDuration(), cv: positiveNumber() }),
    z.strictObject({
      kind: z.literal('quantiles'),
      values: z.array(duration()).min(1, { error: 'expected at least one quantile' }),
    }),
  ] as const;

type SimpleDistribution = Exclude<Distribution, { kind: 'mixture' }>;
type Parsed = z.output<z.ZodDiscriminatedUnion<ReturnType<typeof distributionKinds>>>;

const asDistribution = (parsed: Parsed | Seconds): SimpleDistribution => {
  if (typeof parsed === 'number') return { kind: 'fixed', value: parsed };
  if (parsed.kind !== 'lognormal') return parsed;
  const { max, ...rest } = parsed;
  return max === undefined ? rest : { ...rest, max };
};

const simpleDistribution = () =>
  z
    .union([duration(), z.discriminatedUnion('kind', distributionKinds())], { error: `expected ${DISTRIBUTION}` })
    .transform(asDistribution);

const mixture = () =>
  z.strictObject({
    kind: z.literal('mixture'),
    parts: z
      .array(z.strictObject({ weight: positiveNumber(), of: simpleDistribution() }))
      .min(1, { error: 'expected at least one part such as {weight: 1, of: 5s}' }),
  });

export const distribution = () =>
  z
    .union([duration(), z.discriminatedUnion('kind', [...distributionKinds(), mixture()])], {
      error: `expected ${DISTRIBUTION}`,
    })
    .transform((parsed): Distribution =>
      typeof parsed === 'object' && parsed.kind === 'mixture' ? parsed : asDistribution(parsed),
    )
    .describe(DISTRIBUTION);

const AUDIO =
  'a length such as 5s, a distribution such as {kind: lognormal, median: 5s, sigma: 0.6}, or {kind: table, file: …}';

/** A distribution, or a duration table `q,audio_s` by name. */
export const audioLength = () =>
  z
    .union(
      [
        duration(),
        z.discriminatedUnion('kind', [
          ...distributionKinds(),
          mixture(),
          z.strictObject({
            kind: z.literal('table'),
            file: text('the name or path of a duration table'),
          }),
        ]),
      ],
      { error: `expected ${AUDIO}` },
    )
    .transform((parsed) =>
      typeof parsed === 'object' && (parsed.kind === 'mixture' || parsed.kind === 'table')
        ? parsed
        : asDistribution(parsed),
    )
    .describe(AUDIO);

const between = () => z.enum(['step', 'linear'], { error: 'expected `step` or `linear`' }).default('step');

/** `6/s`, or `{points: [[0s, 5/s], [10m, 10/s]], between: step}`; the first point is at 0s, later ones in ascending order. */
export const rateCurve = () =>
  z
    .union(
      [
        rate(),
        z.strictObject({
          points: z.array(z.tuple([duration(), rate()], { error: 'expected a point [time, rate] such as [10m, 6/s]' })),
          between: between(),
        }),
      ],
      { error: 'expected a rate such as 6/s, or a curve such as {points: [[0s, 5/s], [10m, 10/s]], between: linear}' },
    )
    .meta({
      description: 'a rate such as 6/s, or {points: [[0s, 5/s], [10m, 10/s]], between: step or linear}',
    });

/** `{points: [[10m, 2]], between: step}`: factors on the rate. */
export const surgeCurve = () =>
  z
    .strictObject({
      points: z.array(
        z.tuple([duration(), nonNegativeNumber()], { error: 'expected a point [time, factor] such as [10m, 2]' }),
        { error: 'expected a list of points such as [[10m, 2]]' },
      ),
      between: between(),
    })
    .meta({
      description:
        'factors on the rate over time, 1 before the first point: {points: [[10m, 2]], between: step or linear}',
    });
