import { describe, expect, it } from 'vitest';
import { need } from './rungs.ts';

const ladder = { signal: new AbortController().signal, tell: () => undefined };

describe('a rung', () => {
  it('that never holds says how long was waited for what, what is missing and what to try', async () => {
    const waiting = { what: 'Prometheus', patienceSeconds: 0, check: () => Promise.resolve('no answer yet') };
    await expect(need({ ...waiting, hint: 'its log is among the evidence' }, ladder)).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: 'waited 0 s for Prometheus, in vain: no answer yet',
      hint: 'its log is among the evidence',
    });
  });

  it('that holds at once is passed, and an interruption is told as one', async () => {
    await need({ what: 'the pods', patienceSeconds: 0, check: () => Promise.resolve(null) }, ladder);
    const stopped = { ...ladder, signal: AbortSignal.abort() };
    await expect(
      need({ what: 'the pods', patienceSeconds: 9, check: () => Promise.resolve('none') }, stopped),
    ).rejects.toMatchObject({ code: 'INTERRUPTED', message: 'interrupted while waiting for the pods' });
  });
});
