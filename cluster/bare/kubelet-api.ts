// The kubelet's view of pods in the API, and its patience with the API server: a write is tried again until it is
// answered, as a kubelet does, so that a frozen API server delays a run and does not end it.

import { setTimeout as pause } from 'node:timers/promises';
import type { KubeCondition, KubeObject } from '../kube/client.ts';
import { KubeError } from '../kube/client.ts';

export interface PodObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & {
    readonly uid: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly KubeCondition[];
  };
}

const FIRST_PAUSE_MILLIS = 100;
const LONGEST_PAUSE_MILLIS = 2000;

/** Another attempt may be answered: no answer, too many requests, trouble of the server. */
const passes = (status: number): boolean => status === 0 || status === 429 || status >= 500;

/**
 * Calls until there is an answer. `settled` are the statuses that mean there is nothing (left) to do: 404 of a patch,
 * 409 of a creation. Resolves without effect once `over` says that nobody waits any more.
 */
export const insist = async (
  call: () => Promise<unknown>,
  settled: readonly number[],
  over: () => boolean,
): Promise<void> => {
  for (let wait = FIRST_PAUSE_MILLIS; !over(); wait = Math.min(2 * wait, LONGEST_PAUSE_MILLIS)) {
    try {
      await call();
      return;
    } catch (error) {
      if (over()) return;
      if (!(error instanceof KubeError)) throw error;
      if (settled.includes(error.status)) return;
      if (!passes(error.status)) throw error;
    }
    await pause(wait);
  }
};
