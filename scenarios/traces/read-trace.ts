// Arrival traces `offset_s,audio_s,kind`. Takes text (harness opens and decompresses the file), gives columns.

import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { cellNumber, refuseTrace, traceRows } from './rows.ts';

export interface Trace {
  readonly file: string;
  readonly count: number;
  /** Seconds from the start of the trace; never decreases, equal values keep file order. */
  readonly offsetSeconds: Float64Array;
  readonly audioSeconds: Float64Array;
  /** Index into REQUEST_KINDS. */
  readonly kind: Uint8Array;
  /** Length of the observation window: the whole second after the last row. */
  readonly spanSeconds: number;
}

/** Throws TRACE_INVALID on decreasing offsets, a bad number, an unknown kind, another header, or no rows. */
export const readTrace = (file: string, text: string): Trace => {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const kinds: number[] = [];
  let last = 0;
  for (const { line, cells } of traceRows(file, text, 'offset_s,audio_s,kind')) {
    const offset = cellNumber(file, line, 'offset_s', cells[0]!, 0);
    if (offset < last) refuseTrace(file, line, `expected offsets that never decrease, got ${offset} after ${last}`);
    last = offset;
    const kind = REQUEST_KINDS.indexOf(cells[2]! as RequestKind);
    if (kind < 0) refuseTrace(file, line, `expected kind short, batch or stream, got ${cells[2]!}`);
    offsets.push(offset);
    lengths.push(cellNumber(file, line, 'audio_s', cells[1]!, 0, true));
    kinds.push(kind);
  }
  return {
    file,
    count: offsets.length,
    offsetSeconds: Float64Array.from(offsets),
    audioSeconds: Float64Array.from(lengths),
    kind: Uint8Array.from(kinds),
    spanSeconds: Math.floor(last) + 1,
  };
};
