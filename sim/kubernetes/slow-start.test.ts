import { describe, expect, it } from 'vitest';
import { slowStartBatches } from './slow-start.ts';

describe('the batches of a ReplicaSet', () => {
  it('are of 1, 2, 4 and then the rest, and begin anew with each change of scale', () => {
    const created = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect([...slowStartBatches(created, 1, [9, 2, 4]).values()]).toEqual([0, 1, 1, 3, 3, 3, 3, 7, 8, 9]);
  });

  it('say nothing of pods that were never made', () => {
    expect([...slowStartBatches(['a'], 0, [8])]).toEqual([['a', 'a']]);
  });
});
