// Durations as people and tools write them, to seconds and back. Two grammars: the lenient one of scenario files and Go
// flags (`1h30m`, `0.5s`, `200ms`), and the strict one of Prometheus and its operator, which knows no fractions.

import type { Seconds } from './units.ts';
import { seconds } from './units.ts';

const UNIT_MILLIS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

const total = (text: string): number => {
  let millis = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) millis += Number(part[1]) * UNIT_MILLIS[part[2]!]!;
  return millis;
};

/**
 * `15s`, `1h30m`, `0.5s`, `200ms`, `0`; null if the text is not a duration. Units ms, s, m, h, d, w, y, largest first.
 *
 * @example parseDuration('1h30m') // 5400
 */
export const parseDuration = (text: string): Seconds | null =>
  /^(?:0|(?=\d)(?:[\d.]+y)?(?:[\d.]+w)?(?:[\d.]+d)?(?:[\d.]+h)?(?:[\d.]+m(?!s))?(?:[\d.]+s)?(?:[\d.]+ms)?)$/.test(
    text,
  ) && !/\.(?:\D|$)|\.\d*\./.test(text)
    ? seconds(total(text) / 1000)
    : null;

/** The pattern of the operator's CRDs and of Prometheus' own configuration: whole numbers only; null if it does not match. */
export const parsePrometheusDuration = (text: string): Seconds | null =>
  text !== '' && /^(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?)$/.test(text)
    ? seconds(total(text) / 1000)
    : null;

/**
 * The shortest exact text, whole milliseconds: 5400 → `1h30m`, 0.2 → `200ms`, 0 → `0s`.
 *
 * @example formatDuration(seconds(90)) // '1m30s'
 */
export const formatDuration = (duration: Seconds): string => {
  let left = Math.round(duration * 1000);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MILLIS[unit]!;
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text === '' ? '0s' : text;
};
