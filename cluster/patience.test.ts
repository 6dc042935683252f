import { describe, expect, it } from 'vitest';
import { patiently, unless } from './patience.ts';

/** A clock that only pauses move, and what there was to see at each look. */
const waited = async (patienceMillis: number, looks: readonly (string | null)[]) => {
  let now = 0;
  const at: number[] = [];
  const found = await patiently({ patienceMillis, lookMillis: 100 }, () => looks[at.push(now) - 1]!, {
    now: () => now,
    pause: (millis) => {
      now += millis;
      return Promise.resolve();
    },
  });
  return { found, at };
};

describe('waiting with patience', () => {
  it('looks at once and ends as soon as nothing is missing', async () => {
    expect(await waited(1000, [null])).toEqual({ found: null, at: [0] });
    expect(await waited(1000, ['a pod', 'a pod', null])).toEqual({ found: null, at: [0, 100, 200] });
  });
  it('ends in vain with what was missing at the first look after patience ended', async () => {
    expect(await waited(200, ['3 pods', '2 pods', '2 pods', '1 pod'])).toEqual({
      found: '1 pod',
      at: [0, 100, 200, 300],
    });
  });
  it('rejects with what a look throws', async () => {
    const broken = patiently({ patienceMillis: 1000, lookMillis: 1 }, () => Promise.reject(new Error('refused')));
    await expect(broken).rejects.toThrow('refused');
  });
  it('rejects with what else breaks meanwhile', async () => {
    const waiting = patiently(
      { patienceMillis: 1000, lookMillis: 1 },
      () => 'a pod',
      unless(Promise.reject(new Error('the run ended'))),
    );
    await expect(waiting).rejects.toThrow('the run ended');
  });
});
