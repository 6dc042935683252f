// Units as types. A Seconds does not pass where Millis is due; arithmetic gives a plain number, so the result
// says again what it is: `seconds(a + b)`. The only conversions of the project live here.

declare const unit: unique symbol;
type Branded<U extends string> = number & { readonly [unit]: U };

export type Millis = Branded<'ms'>;
export type Seconds = Branded<'s'>;
export type PerSecond = Branded<'1/s'>;

export const millis = (n: number): Millis => n as Millis;
export const seconds = (n: number): Seconds => n as Seconds;
export const perSecond = (n: number): PerSecond => n as PerSecond;

export const secondsToMillis = (s: Seconds): Millis => (s * 1000) as Millis;
