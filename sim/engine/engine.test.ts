import { describe, expect, it } from 'vitest';
import { Engine } from './engine.ts';
import type { Handler } from './engine.ts';

const DAY = 86_400_000;

const engineOf = (handlers: readonly Handler[]): Engine => {
  const engine = new Engine();
  handlers.forEach((handler, cls) => engine.on(cls, handler));
  return engine;
};

describe('engine', () => {
  it('handles events in the order (time, class, sequence) and sets the clock to each', () => {
    const seen: (readonly [number, string, number])[] = [];
    const engine = engineOf([
      (now, subject) => seen.push([now, 'early', subject]),
      (now, subject) => seen.push([now, 'late', subject]),
    ]);
    engine.schedule(2, 1, 0);
    engine.schedule(2, 0, 1);
    engine.schedule(1, 1, 2);
    engine.schedule(2, 0, 3);
    engine.run(2);
    expect(seen).toEqual([
      [1, 'late', 2],
      [2, 'early', 1],
      [2, 'early', 3],
      [2, 'late', 0],
    ]);
    expect(engine.handled).toBe(4);
  });

  it('handles an event scheduled for now by a later class before the clock moves', () => {
    const seen: string[] = [];
    const engine: Engine = engineOf([
      () => seen.push('follow-up'),
      () => {
        seen.push('cause');
        engine.schedule(engine.now, 0, 0);
      },
    ]);
    engine.schedule(5, 1, 0);
    engine.schedule(6, 1, 0);
    engine.run(10);
    expect(seen).toEqual(['cause', 'follow-up', 'cause', 'follow-up']);
  });

  it('leaves events after the end unhandled, and can go on', () => {
    const seen: number[] = [];
    const engine = engineOf([(now) => seen.push(now)]);
    engine.schedule(1, 0, 0);
    engine.schedule(3, 0, 0);
    engine.run(2);
    expect([seen.slice(), engine.pending]).toEqual([[1], 1]);
    engine.run(3);
    expect(seen).toEqual([1, 3]);
  });

  it('handles neither a cancelled event nor a moved one at its old time', () => {
    const seen: number[] = [];
    const engine = engineOf([(now) => seen.push(now)]);
    engine.cancel(engine.schedule(1, 0, 0));
    engine.reschedule(engine.schedule(2, 0, 0), 4);
    engine.run(9);
    expect(seen).toEqual([4]);
  });

  it('refuses an event in the past and one at no time at all', () => {
    const engine = engineOf([() => undefined]);
    engine.schedule(5, 0, 0);
    engine.run(5);
    expect(() => engine.schedule(4, 0, 0)).toThrow('event of class 0 at 4 ms, but the clock is at 5 ms');
    expect(() => engine.schedule(NaN, 0, 0)).toThrow(RangeError);
  });

  it('tells a microsecond apart after 30 days', () => {
    const seen: number[] = [];
    const engine = engineOf([(_, subject) => seen.push(subject)]);
    engine.schedule(30 * DAY + 0.001, 0, 1);
    engine.schedule(30 * DAY, 0, 0);
    engine.run(31 * DAY);
    expect(seen).toEqual([0, 1]);
    expect(30 * DAY + 0.001 - 30 * DAY).toBeCloseTo(0.001, 6);
  });
});

describe('a series of known events', () => {
  it('merges with the queue by time, then class, and comes first among its own class', () => {
    const seen: string[] = [];
    const engine = engineOf([
      (now, subject) => seen.push(`${now} early ${subject}`),
      (now, subject) => seen.push(`${now} series ${subject}`),
      (now, subject) => seen.push(`${now} late ${subject}`),
    ]);
    engine.schedule(2, 2, 7);
    engine.schedule(2, 1, 8);
    engine.schedule(2, 0, 9);
    engine.schedule(3, 0, 10);
    engine.series(1, [1, 2, 2, 4]);
    engine.run(3);
    expect(seen).toEqual([
      '1 series 0',
      '2 early 9',
      '2 series 1',
      '2 series 2',
      '2 series 8',
      '2 late 7',
      '3 early 10',
    ]);
    engine.run(9);
    expect([seen.at(-1), engine.handled]).toEqual(['4 series 3', 8]);
  });

  it('refuses instants that decrease', () => {
    const engine = engineOf([() => undefined]);
    engine.series(0, [5, 4]);
    expect(() => engine.run(9)).toThrow('event of class 0 at 4 ms, but the clock is at 5 ms');
  });
});
