// Writes the statuses of pods and ends their objects, like the kubelet's status manager: per pod one write at a time, the
// newest status wins, and nothing is written that the API server has already.

import type { PodOrdinal } from '../../sim/kubernetes/index.ts';
import type { KubeClient } from '../kube/client.ts';
import type { PodObject } from './kubelet-api.ts';
import { insist } from './kubelet-api.ts';
import type { ConditionTimes, PodCondition, PodStatus } from './pod-status.ts';

interface Entry {
  readonly path: string;
  readonly uid: string;
  readonly times: Map<PodCondition['type'], { status: PodCondition['status']; since: string }>;
  wanted: PodStatus | null;
  written: string;
  ending: boolean;
  busy: boolean;
}

export class StatusWriter {
  private readonly api: KubeClient;
  private readonly entries = new Map<PodOrdinal, Entry>();
  private readonly onError: (error: unknown) => void;
  private stopped = false;

  /** @param onError a write was refused for good */
  constructor(api: KubeClient, onError: (error: unknown) => void) {
    this.api = api;
    this.onError = onError;
  }

  add(pod: PodOrdinal, { namespace, name, uid }: PodObject['metadata']): void {
    const path = `/api/v1/namespaces/${namespace ?? 'default'}/pods/${name}`;
    const times: Entry['times'] = new Map();
    this.entries.set(pod, { path, uid, times, wanted: null, written: '', ending: false, busy: false });
  }

  /** The object is no more. */
  forget(pod: PodOrdinal): void {
    this.entries.delete(pod);
  }

  /** Transition times of the conditions as last written. */
  times(pod: PodOrdinal): ConditionTimes {
    return this.entries.get(pod)?.times ?? new Map();
  }

  write(pod: PodOrdinal, status: PodStatus): void {
    const entry = this.entries.get(pod);
    if (entry === undefined) return;
    entry.wanted = status;
    for (const { type, status: holds, lastTransitionTime } of status.conditions)
      entry.times.set(type, { status: holds, since: lastTransitionTime });
    void this.work(pod, entry);
  }

  /** Deletes the object with grace 0, after what is still to be written. */
  end(pod: PodOrdinal): void {
    const entry = this.entries.get(pod);
    if (entry === undefined) return;
    entry.ending = true;
    void this.work(pod, entry);
  }

  stop(): void {
    this.stopped = true;
  }

  private async work(pod: PodOrdinal, entry: Entry): Promise<void> {
    if (entry.busy) return;
    entry.busy = true;
    const over = (): boolean => this.stopped || this.entries.get(pod) !== entry;
    try {
      while (!over()) {
        const text = entry.wanted === null ? '' : JSON.stringify(entry.wanted);
        if (text !== entry.written) {
          // The UID in the patch: a pod of the same name that came later is not meant.
          const patch = { metadata: { uid: entry.uid }, status: entry.wanted };
          await insist(() => this.api.patch(`${entry.path}/status`, patch, 'strategic'), [404, 409], over);
          entry.written = text;
          continue;
        }
        if (!entry.ending) break;
        const options = { gracePeriodSeconds: 0, preconditions: { uid: entry.uid } };
        await insist(() => this.api.remove(entry.path, options), [409], over);
        this.forget(pod);
      }
    } catch (error) {
      this.onError(error);
    } finally {
      entry.busy = false;
    }
  }
}
