// A figure is a number or a reason why there is none. Zero, NaN and infinity never stand in for missing data; they cannot
// even be written, because a score is JSON.

export interface Value {
  readonly kind: 'value';
  readonly value: number;
}

export interface NoData {
  readonly kind: 'no-data';
  readonly why: string;
}

export type Figure = Value | NoData;

export const noData = (why: string): NoData => ({ kind: 'no-data', why });

/** `n` as a figure, or no data with `why` if it is null, NaN or infinite. */
export const figure = (n: number | null, why: string): Figure =>
  n === null || !Number.isFinite(n) ? noData(why) : { kind: 'value', value: n };

export const numberOf = (f: Figure): number | null => (f.kind === 'value' ? f.value : null);
