import { describe, expect, it } from 'vitest';
import { KubeError } from '../kube/client.ts';
import { insist } from './kubelet-api.ts';

const refusal = (status: number) => new KubeError(status, '', `answered ${status}`);

/** Answers with these errors, one per call, then well; counts calls. */
const server = (...errors: readonly Error[]) => {
  const made = { calls: 0 };
  const call = (): Promise<string> => {
    const error = errors[made.calls++];
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
  return { made, call };
};
const never = (): boolean => false;

describe('patience with the API server', () => {
  it('takes what settles the matter as an answer and calls no more', async () => {
    const { made, call } = server(refusal(404));
    await insist(call, [404], never);
    expect(made.calls).toBe(1);
  });

  it('gives up on a refusal that will stay one', async () => {
    const { call } = server(refusal(403));
    await expect(insist(call, [404], never)).rejects.toMatchObject({ status: 403 });
  });

  it('gives up silently when nobody waits any more, whatever the refusal', async () => {
    let over = false;
    const { call } = server(refusal(403));
    const refused = insist(
      () => call().finally(() => (over = true)),
      [],
      () => over,
    );
    await expect(refused).resolves.toBeUndefined();
    const after = server();
    await insist(after.call, [], () => true);
    expect(after.made.calls).toBe(0);
  });
});
