// Figures as people read them: three significant digits at most, units always, no NaN. Pure text.

import type { Dimension } from '../gate/figures.ts';
import type { Figure } from '../score/figure.ts';

/** Up to three significant digits, thousands with a thin gap: 0.0123, 1.86, 12.3, 140, 12 300. */
export const number = (n: number): string => {
  if (!Number.isFinite(n)) return 'unknown';
  const rounded = n === 0 ? 0 : Math.abs(n) >= 100 ? Math.round(n) : Number(n.toPrecision(3));
  const [whole, part] = (Math.abs(rounded) < 1e-6 ? '0' : rounded.toString()).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
  return part === undefined ? grouped : `${grouped}.${part}`;
};

/** 85 ms, 2.4 s, 140 s, 4 min 10 s, 2 h 5 min. */
export const duration = (seconds: number): string => {
  const abs = Math.abs(seconds);
  if (abs < 0.0005) return '0 s';
  if (abs < 0.95) return `${number(Number((seconds * 1000).toPrecision(2)))} ms`;
  if (abs < 100) return `${number(Number(seconds.toPrecision(abs < 10 ? 2 : 3)))} s`;
  const whole = Math.round(abs);
  const sign = seconds < 0 ? '−' : '';
  if (whole < 180) return `${sign}${whole} s`;
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h === 0) return `${sign}${m} min${s === 0 ? '' : ` ${s} s`}`;
  return `${sign}${h} h${m === 0 ? '' : ` ${m} min`}`;
};

/** A share in [0, 1] as percent; never rounds a miss away: 99.97 %, not 100 %. */
export const share = (x: number): string => {
  const p = 100 * x;
  for (const digits of [0, 1, 2, 3]) {
    const text = p.toFixed(digits);
    const lies = (Number(text) === 100 && p < 100) || (Number(text) === 0 && p > 0);
    if (!lies && (digits > 0 || p >= 10 || Number.isInteger(p))) return `${Number(text)} %`;
  }
  return p > 50 ? '> 99.999 %' : '< 0.001 %';
};

export const money = (amount: number): string => {
  const abs = Math.abs(amount);
  const sign = amount < 0 ? '−' : '';
  if (abs >= 100) return `${sign}$${number(Math.round(abs))}`;
  if (abs >= 0.1 || abs === 0) return `${sign}$${abs.toFixed(2)}`;
  return abs < 0.0001 ? `${sign}$0.0001` : `${sign}$${Number(abs.toPrecision(2)).toString()}`;
};

export const bytes = (n: number): string => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(Number(value.toPrecision(3)))} ${units[unit]!}`;
};

const OF: Readonly<Record<Dimension, (n: number) => string>> = {
  share,
  percent: (n) => `${number(n)} %`,
  seconds: duration,
  count: number,
  'per-second': (n) => `${number(n)} /s`,
  'gpu-hours': (n) => `${number(n)} GPU-h`,
  money,
  bytes,
};

/** A figure with its unit, or 'no data'. */
export const shown = (f: Figure, dimension: Dimension): string =>
  f.kind === 'value' ? OF[dimension](f.value) : 'no data';

/** Keeps numbers and their units on one line: no break between 61 and %. */
export const unbroken = (text: string): string =>
  text.replace(/(?<=\d) (?=(?:%|ms|s|min|h|kB|MB|GB|GPU-h)(?![a-z]))/g, '\u00a0');

/** A signed difference: +11 s, −$0.02, ±0 s. */
export const signed = (n: number, of: (abs: number) => string): string => {
  const text = of(Math.abs(n));
  return `${text === of(0) ? '±' : n > 0 ? '+' : '−'}${text}`;
};

/** 5:00, 1:02:30: minutes and seconds into the run. */
export const clock = (ms: number): string => {
  const s = Math.round(ms / 1000);
  const pad = (n: number): string => n.toString().padStart(2, '0');
  return s >= 3600
    ? `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}`
    : `${Math.floor(s / 60)}:${pad(s % 60)}`;
};
