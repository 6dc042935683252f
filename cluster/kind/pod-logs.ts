// What emulated pods in containers say of themselves on stdout, followed while they run, since a deleted pod takes its log
// with it: when the model was loaded, and which requests they met.

import { setTimeout as pause } from 'node:timers/promises';
import type { KubeClient } from '../kube/client.ts';
import type { PodShown } from '../kube/observed-life.ts';
import type { PodServed } from '../local/served-by-pod.ts';
import { ServedByPod } from '../local/served-by-pod.ts';

export interface LogLine {
  readonly what?: string;
  readonly monotonicMillis?: number;
  /** Of requests met (served.ts). */
  readonly rows?: readonly (number | null)[];
}

/** Null = somebody else's words. */
export const logLine = (text: string): LogLine | null => {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? line : null;
  } catch {
    return null;
  }
};

/** Pods tell every 50 ms; a log that was silent for so long has told all. */
const SILENT_MILLIS = 500;
const LONGEST_MILLIS = 5000;

export class PodLogs {
  /** By name, on the machine's monotonic clock. */
  readonly loadedMonotonicMillis = new Map<string, number>();
  private readonly served = new ServedByPod();
  private readonly api: KubeClient;
  private readonly namespace: string;
  private readonly abort = new AbortController();
  /** Containers whose log is or was followed. */
  private readonly followed = new Set<string>();
  private lastHeard = 0;

  constructor(api: KubeClient, namespace: string) {
    this.api = api;
    this.namespace = namespace;
  }

  /** A pod as the API shows it; each container that runs in it is followed to its end. */
  seen(ordinal: number, { metadata, status }: PodShown): void {
    const [container] = status?.containerStatuses ?? [];
    const id = container?.containerID;
    if (container?.state?.running === undefined || id === undefined || this.followed.has(id)) return;
    this.followed.add(id);
    void this.follow(ordinal, metadata.name, id);
  }

  /** By pod, on the machine's monotonic clock. */
  async allServed(): Promise<ReadonlyMap<number, PodServed>> {
    const from = performance.now();
    while (performance.now() - Math.max(from, this.lastHeard) < SILENT_MILLIS) {
      if (performance.now() - from > LONGEST_MILLIS) break;
      await pause(SILENT_MILLIS / 10);
    }
    return this.served.byPod;
  }

  stop(): void {
    this.abort.abort();
  }

  private async follow(ordinal: number, name: string, id: string): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}/pods/${name}/log?follow=true`;
    let heard = false;
    let whole = false;
    try {
      for await (const text of this.api.lines(path, this.abort.signal)) {
        heard = true;
        const line = logLine(text);
        whole = line?.what === 'drained';
        if (line !== null) this.hear(ordinal, name, line);
      }
    } catch {
      // The kubelet is not ready to tell: the pod's next change asks again.
      if (!heard) this.followed.delete(id);
    }
    if (heard && !whole && !this.abort.signal.aborted) this.served.cutOff(ordinal);
  }

  private hear(ordinal: number, name: string, { what, monotonicMillis, rows }: LogLine): void {
    if (what === 'loaded' && monotonicMillis !== undefined) this.loadedMonotonicMillis.set(name, monotonicMillis);
    if (what !== 'served' || rows === undefined) return;
    this.lastHeard = performance.now();
    this.served.met(ordinal, rows);
  }
}
