import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelsKey, SampleStore } from './store.ts';

describe('labelsKey', () => {
  it('is one text per label set: order and empty values do not count', () => {
    expect(labelsKey({ b: '2', a: '1', c: '' })).toBe(labelsKey({ a: '1', b: '2' }));
    expect(labelsKey({ a: '1', b: '2' })).not.toBe(labelsKey({ a: '12' }));
  });
});

describe('SampleStore', () => {
  it('lists series in creation order, by name too, and leaves empty labels out', () => {
    const store = new SampleStore();
    const b = store.seriesFor({ __name__: 'x', pod: 'b', gone: '' });
    const y = store.seriesFor({ __name__: 'y' });
    const a = store.seriesFor({ pod: 'a', __name__: 'x' });
    expect([store.series, store.named('x'), store.named('nosuch')]).toEqual([[b, y, a], [b, a], []]);
    expect(b.labels).toEqual({ __name__: 'x', pod: 'b' });
    expect(store.seriesFor({ __name__: 'x', pod: 'b' })).toBe(b);
  });

  it('refuses older samples, and equal times silently only with the same value', () => {
    const store = new SampleStore();
    const x = store.seriesFor({ __name__: 'x' });
    expect([
      store.append(x, 10, 1),
      store.append(x, 10, 1),
      store.append(x, 10, 2),
      store.append(x, 9, 1),
      store.appendStale(x, 10),
      store.appendStale(x, 11),
      store.appendStale(x, 11),
    ]).toEqual([
      'appended',
      'duplicate',
      'duplicate-timestamp',
      'out-of-order',
      'duplicate-timestamp',
      'appended',
      'duplicate',
    ]);
  });

  it('keeps exactly the samples at or after the trim time, through any growth', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }), (lengths) => {
        const store = new SampleStore();
        const x = store.seriesFor({ __name__: 'x' });
        let time = 0;
        for (const length of lengths) {
          for (let i = 0; i < length; i++) store.append(x, time++, time);
          store.trim(time - Math.ceil(length / 2));
        }
        const kept = Math.ceil(lengths.at(-1)! / 2);
        expect([...x.times.subarray(x.first, x.end)]).toEqual(Array.from({ length: kept }, (_, i) => time - kept + i));
      }),
    ));
});
