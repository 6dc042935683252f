import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

/** The simple version: an array sorted at every pop. */
class SortedArray {
  readonly events: { time: number; cls: number; sequence: number; subject: number }[] = [];
  private sequence = 0;
  push(time: number, cls: number, subject: number): void {
    this.events.push({ time, cls, sequence: this.sequence++, subject });
  }
  move(subject: number, time: number): void {
    const event = this.events.find((e) => e.subject === subject)!;
    event.time = time;
    event.sequence = this.sequence++;
  }
  remove(subject: number): void {
    this.events.splice(
      this.events.findIndex((e) => e.subject === subject),
      1,
    );
  }
  pop(): number {
    this.events.sort((a, b) => a.time - b.time || a.cls - b.cls || a.sequence - b.sequence);
    return this.events.shift()!.subject;
  }
}

const popAll = (queue: EventQueue): number[] => {
  const subjects: number[] = [];
  while (queue.size > 0) subjects.push(queue.subject[queue.pop()]!);
  return subjects;
};

describe('event queue', () => {
  it('orders by time first', () => {
    const queue = new EventQueue();
    for (const [subject, time] of [5, 1, 4, 2, 3].entries()) queue.push(time, 0, subject, 0);
    expect(popAll(queue)).toEqual([1, 3, 4, 2, 0]);
  });

  it('orders equal times by class, whatever the order of pushing', () => {
    const queue = new EventQueue();
    for (const cls of [3, 0, 511, 1, 2]) queue.push(7, cls, cls, 0);
    expect(popAll(queue)).toEqual([0, 1, 2, 3, 511]);
  });

  it('orders equal times and classes by the order of pushing', () => {
    const queue = new EventQueue();
    for (let subject = 0; subject < 100; subject++) queue.push(7, 1, subject, 0);
    expect(popAll(queue)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('puts a moved event behind its equals', () => {
    const queue = new EventQueue();
    const first = queue.push(1, 0, 0, 0);
    queue.push(2, 0, 1, 0);
    queue.move(first, 2);
    expect(popAll(queue)).toEqual([1, 0]);
  });

  it('agrees with a sorted array on any sequence of push, move, remove and pop', () => {
    const step = fc.record({
      what: fc.constantFrom('push', 'push', 'push', 'move', 'remove', 'pop'),
      time: fc.integer({ min: 0, max: 9 }),
      cls: fc.integer({ min: 0, max: 3 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new EventQueue();
        const simple = new SortedArray();
        const ids = new Map<number, number>();
        let subject = 0;
        for (const { what, time, cls, pick } of steps) {
          const chosen = [...ids.keys()][pick % Math.max(1, ids.size)];
          if (what === 'push' || chosen === undefined) {
            ids.set(subject, queue.push(time, cls, subject, 0));
            simple.push(time, cls, subject++);
          } else if (what === 'move') {
            queue.move(ids.get(chosen)!, time);
            simple.move(chosen, time);
          } else if (what === 'remove') {
            queue.remove(ids.get(chosen)!);
            simple.remove(chosen);
            ids.delete(chosen);
          } else {
            const popped = queue.subject[queue.pop()]!;
            expect(popped).toBe(simple.pop());
            ids.delete(popped);
          }
          expect(queue.size).toBe(simple.events.length);
        }
        while (queue.size > 0) expect(queue.subject[queue.pop()]!).toBe(simple.pop());
      }),
    );
  });
});
