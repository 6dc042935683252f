// Rate profiles `offset_s,rate_rel,idc`: piecewise constant relative rate (mean 1) and the index of dispersion to aim for.

import { cellNumber, refuseTrace, traceRows } from './rows.ts';

export interface RateProfile {
  readonly file: string;
  readonly offsetSeconds: readonly number[];
  readonly relativeRate: readonly number[];
  readonly dispersion: readonly number[];
}

export const readProfile = (file: string, text: string): RateProfile => {
  const offsetSeconds: number[] = [];
  const relativeRate: number[] = [];
  const dispersion: number[] = [];
  for (const { line, cells } of traceRows(file, text, 'offset_s,rate_rel,idc')) {
    const offset = cellNumber(file, line, 'offset_s', cells[0]!, 0);
    const last = offsetSeconds.at(-1) ?? -1;
    if (offset <= last) refuseTrace(file, line, `expected growing offsets, got ${offset} after ${last}`);
    offsetSeconds.push(offset);
    relativeRate.push(cellNumber(file, line, 'rate_rel', cells[1]!, 0));
    dispersion.push(cellNumber(file, line, 'idc', cells[2]!, 0, true));
  }
  return { file, offsetSeconds, relativeRate, dispersion };
};
