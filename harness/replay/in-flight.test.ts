import { describe, expect, it } from 'vitest';
import { InFlight, spread } from './in-flight.ts';

describe('rows under way by window', () => {
  it('are split where a window ends', () => {
    const windows: number[] = [];
    spread(windows, 500, 2250, 2);
    expect(windows).toEqual([1000, 2000, 500]);
  });

  it('are the sum of the stays, whatever the order in which the ends are told', () => {
    const flight = new InFlight();
    flight.account(0, 1);
    flight.account(900, 1);
    flight.account(1500, -1);
    // The other answer was read before that, and is told later.
    flight.account(1200, -1);
    flight.account(3000, 0);
    expect(flight.windows).toEqual([1000 + 100, 500 + 200]);
  });
});
