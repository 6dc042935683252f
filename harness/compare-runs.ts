// Two runs of one schedule from disk, compared: the simulated one first, if only one is. Two of one kind are told apart by
// the names of their folders.

import { basename } from 'node:path';
import type { Comparison } from '../reports/compare.ts';
import { compare, fidelityBounds } from '../reports/compare.ts';
import type { RunOnDisk } from './run-folder.ts';

type Placed = Pick<RunOnDisk, 'record' | 'folder'>;

/** @param first the simulated one @param second the real one; its time scale sets the bounds */
export const compareRuns = (first: Placed, second: Placed): Comparison => {
  const comparison = compare(first.record, second.record, fidelityBounds(second.record.header.timeScale));
  if (comparison.first !== comparison.second) return comparison;
  const [one, other] = [basename(first.folder), basename(second.folder)];
  return one === other
    ? { ...comparison, first: first.folder, second: second.folder }
    : { ...comparison, first: one, second: other };
};
