// What a rung says: its state, what was found and expected, how a person would have looked, the likely cause. Pure.

import type { Fact, Facts } from './facts.ts';
import type { Cause } from './traps.ts';

export const RUNG_IDS = [
  'api',
  'pods',
  'endpoint',
  'service',
  'monitor',
  'target',
  'series',
  'rules',
  'adapter',
  'value',
  'scale',
  'hpa',
  'nodes',
  'cost',
] as const;
export type RungId = (typeof RUNG_IDS)[number];

interface Seen {
  readonly found: string;
  readonly expected: string;
  /** Not broken, but worth knowing. */
  readonly advice: readonly string[];
}

export type Finding =
  | ({ readonly state: 'ok' } & Seen)
  | ({ readonly state: 'broken'; readonly cause: Cause } & Seen)
  /** What it takes to judge could not be read. */
  | ({ readonly state: 'unknown' } & Seen);

export interface Rung {
  readonly id: RungId;
  readonly title: string;
  /** Rungs without which this one says nothing. */
  readonly needs: readonly RungId[];
  /** What a person would type. */
  readonly commands: (facts: Facts) => readonly string[];
  readonly judge: (facts: Facts) => Finding;
}

export const ok = (found: string, expected: string, advice: readonly string[] = []): Finding => ({
  state: 'ok',
  found,
  expected,
  advice,
});

export const broken = (found: string, expected: string, cause: Cause, advice: readonly string[] = []): Finding => ({
  state: 'broken',
  found,
  expected,
  cause,
  advice,
});

export const undecided = (why: string, expected: string): Finding => ({
  state: 'unknown',
  found: why,
  expected,
  advice: [],
});

/** Judges by a fact, or says that it is not known. */
export const withFact = <T>(fact: Fact<T>, expected: string, judge: (value: T) => Finding): Finding =>
  fact.kind === 'known' ? judge(fact.value) : undecided(fact.why, expected);

/** `a, b and 3 more` */
export const few = (items: readonly string[], most = 4): string =>
  items.length === 0
    ? 'none'
    : items.length <= most
      ? items.join(', ')
      : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
