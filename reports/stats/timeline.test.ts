import { expect, it } from 'vitest';
import { timeline } from './timeline.ts';

it('puts a value at an edge into the bin that starts there and keeps empty bins', () => {
  expect(timeline([-1, 0, 9.9, 10, 24.9, 25], [7, 1, 2, 3, 4, 5], 0, 25, 10)).toEqual([
    { from: 0, to: 10, values: [1, 2] },
    { from: 10, to: 20, values: [3] },
    { from: 20, to: 25, values: [4] },
  ]);
});
