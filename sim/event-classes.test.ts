import { describe, expect, it } from 'vitest';
import { CLASS, EVENT_CLASSES } from './event-classes.ts';

describe('event classes', () => {
  it('put completions before arrivals, arrivals before scrapes, scrapes before commits, commits before control', () => {
    const order = (['completions', 'arrival', 'scrape', 'commit', 'control', 'observe'] as const).map(
      (name) => CLASS[name],
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('let what breaks at an instant be broken for everything else of it, and pods join before an arrival chooses', () => {
    expect(CLASS.fault).toBeLessThan(CLASS.cluster);
    expect(CLASS.cluster).toBeLessThan(CLASS.arrival);
  });

  it('number each class once, with a reason for its place', () => {
    expect(EVENT_CLASSES.map(({ name }) => CLASS[name])).toEqual(EVENT_CLASSES.map((_, i) => i));
    for (const { why } of EVENT_CLASSES) expect(why.length).toBeGreaterThan(5);
  });
});
