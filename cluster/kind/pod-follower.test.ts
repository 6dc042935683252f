import { describe, expect, it } from 'vitest';
import { loadedIn } from './pod-follower.ts';

describe('the log of an emulated pod', () => {
  it('says when its model was loaded; what is no JSON is passed over', () => {
    expect(
      loadedIn(
        '(node:1) Warning: x\n{"what":"listening","monotonicMillis":10}\n{"what":"loaded","monotonicMillis":8010.5}\n',
      ),
    ).toBe(8010.5);
    expect(loadedIn('{"what":"listening","monotonicMillis":10}\n')).toBeNull();
  });
});
