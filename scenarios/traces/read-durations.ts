// Duration tables `q,audio_s`: equally spaced quantiles of real lengths, drawn by linear interpolation.

import type { Distribution } from '../../model/distribution.ts';
import { cellNumber, refuseTrace, traceRows } from './rows.ts';

/** The table as the `quantiles` distribution. Throws TRACE_INVALID unless q runs evenly from 0 to 1 and lengths never fall. */
export const readDurations = (file: string, text: string): Extract<Distribution, { kind: 'quantiles' }> => {
  const values: number[] = [];
  const rows = [...traceRows(file, text, 'q,audio_s')];
  rows.forEach(({ line, cells }, i) => {
    const q = cellNumber(file, line, 'q', cells[0]!, 0);
    const want = rows.length === 1 ? 0 : i / (rows.length - 1);
    if (Math.abs(q - want) > 1e-6)
      refuseTrace(file, line, `expected evenly spaced q from 0 to 1 (here ${want}), got ${q}`);
    const value = cellNumber(file, line, 'audio_s', cells[1]!, 0, true);
    if (value < (values.at(-1) ?? 0)) refuseTrace(file, line, `expected lengths that never fall, got ${value}`);
    values.push(value);
  });
  return { kind: 'quantiles', values };
};
