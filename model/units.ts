// Units as types. A Seconds does not pass where Millis is due; arithmetic gives a plain number, so the result
// says again what it is: `seconds(a + b)`. The only conversions of the project live here.

declare const unit: unique symbol;
type Branded<U extends string> = number & { readonly [unit]: U };

export type Nanos = Branded<'ns'>;
export type Millis = Branded<'ms'>;
export type Seconds = Branded<'s'>;
export type PerSecond = Branded<'1/s'>;
/** A share in [0, 1]. Percentages carry "Percent" in their name. */
export type Ratio = Branded<'ratio'>;

export const nanos = (n: number): Nanos => n as Nanos;
export const millis = (n: number): Millis => n as Millis;
export const seconds = (n: number): Seconds => n as Seconds;
export const perSecond = (n: number): PerSecond => n as PerSecond;
export const ratio = (n: number): Ratio => n as Ratio;

export const secondsToMillis = (s: Seconds): Millis => (s * 1000) as Millis;
export const millisToSeconds = (ms: Millis): Seconds => (ms / 1000) as Seconds;
export const millisToNanos = (ms: Millis): Nanos => (ms * 1e6) as Nanos;
export const nanosToMillis = (ns: Nanos): Millis => (ns / 1e6) as Millis;
