import { describe, expect, it } from 'vitest';
import { knownScrapes } from './known-scrapes.ts';

describe('knownScrapes', () => {
  it('moves a tick to the scrape that is known to follow it, and leaves the rest', () => {
    const reaches = knownScrapes([[1000.3, 3040, 4001, 7000]]);
    const at = [1000, 2000, 3000, 4001.2, 5000, 6000].map((tick) => reaches(0, tick, 1000));
    expect(at).toEqual([1000.3, 2000, 3040, 4001.2, 5000, 6000]);
    expect([reaches(1, 1000, 1000), knownScrapes()(0, 7, 1000)]).toEqual([1000, 7]);
  });
});
