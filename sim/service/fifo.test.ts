import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

describe('fifo', () => {
  it('agrees with an array on any sequence of arrivals, departures from the head and from the middle', () => {
    const step = fc.record({ what: fc.constantFrom('push', 'push', 'shift', 'leave'), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const fifo = new Fifo();
        const simple: { id: number; ticket: number }[] = [];
        let id = 0;
        for (const { what, pick } of steps) {
          if (what === 'push' || simple.length === 0) {
            simple.push({ id, ticket: fifo.push(id, id / 2) });
            id += 1;
          } else if (what === 'shift') {
            const first = simple.shift()!;
            expect([fifo.shift(), fifo.shiftedWork]).toEqual([first.id, first.id / 2]);
          } else {
            const [gone] = simple.splice(pick % simple.length, 1);
            expect(fifo.ticketOf(gone!.id)).toBe(gone!.ticket);
            fifo.leave(gone!.ticket);
          }
          expect(fifo.length).toBe(simple.length);
        }
        while (simple.length > 0) expect(fifo.shift()).toBe(simple.shift()!.id);
        expect([fifo.shift(), fifo.ticketOf(0)]).toEqual([-1, -1]);
      }),
    );
  });
});
