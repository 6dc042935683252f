// Growing columns of one traffic stream's requests, and their merge in time order into a schedule.

import { mix32 } from '../model/rng.ts';
import type { Schedule } from '../model/schedule.ts';
import { emptySchedule } from '../model/schedule.ts';
import type { Millis } from '../model/units.ts';

export interface RequestColumns {
  readonly count: () => number;
  readonly offsetMillis: (i: number) => number;
  readonly audioSeconds: (i: number) => number;
  readonly kind: (i: number) => number;
  readonly push: (offsetMillis: number, audioSeconds: number, kind: number) => void;
}

/** Columns with room for `expected` rows that double when that was too few. */
export const requestColumns = (expected: number): RequestColumns => {
  let offsets = new Float64Array(expected);
  let lengths = new Float64Array(expected);
  let kinds = new Uint8Array(expected);
  let count = 0;
  const grow = (): void => {
    const size = Math.max(16, offsets.length * 2);
    const [o, l, k] = [new Float64Array(size), new Float64Array(size), new Uint8Array(size)];
    o.set(offsets);
    l.set(lengths);
    k.set(kinds);
    [offsets, lengths, kinds] = [o, l, k];
  };
  return {
    count: () => count,
    offsetMillis: (i) => offsets[i]!,
    audioSeconds: (i) => lengths[i]!,
    kind: (i) => kinds[i]!,
    push: (offset, audio, kind) => {
      if (count === offsets.length) grow();
      offsets[count] = offset;
      lengths[count] = audio;
      kinds[count++] = kind;
    },
  };
};

/** All streams in time order; at equal times the order of the streams, and within a stream its own order. */
export const mergeColumns = (
  streams: readonly { readonly name: string; readonly seed: number; readonly columns: RequestColumns }[],
  durationMillis: Millis,
): Schedule => {
  const total = streams.reduce((sum, stream) => sum + stream.columns.count(), 0);
  const schedule = emptySchedule(
    total,
    durationMillis,
    streams.map((stream) => stream.name),
  );
  const heads = streams.map(() => 0);
  for (let row = 0; row < total; row++) {
    let first = -1;
    let earliest = Infinity;
    for (let s = 0; s < streams.length; s++) {
      const { columns } = streams[s]!;
      if (heads[s]! < columns.count() && columns.offsetMillis(heads[s]!) < earliest) {
        earliest = columns.offsetMillis(heads[s]!);
        first = s;
      }
    }
    const ordinal = heads[first]!++;
    const { columns, seed } = streams[first]!;
    schedule.offsetMillis[row] = earliest;
    schedule.audioSeconds[row] = columns.audioSeconds(ordinal);
    schedule.stream[row] = first;
    schedule.kind[row] = columns.kind(ordinal);
    schedule.seed[row] = mix32(seed, ordinal);
  }
  return schedule;
};
