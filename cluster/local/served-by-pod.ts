// What the pods of a run say they met, collected by pod while their processes come and go.

import type { ServedRow } from '../emulator/served.ts';
import { unpackServed } from '../emulator/served.ts';

/** What the processes of one pod met. */
export interface PodServed {
  readonly rows: readonly ServedRow[];
  /** False if one of them died before it could tell all. */
  readonly isWhole: boolean;
}

export class ServedByPod {
  private readonly pods = new Map<number, { readonly rows: ServedRow[]; isWhole: boolean }>();

  get byPod(): ReadonlyMap<number, PodServed> {
    return this.pods;
  }

  /** @param packed as a pod's process sends it (served.ts) */
  met(pod: number, packed: readonly (number | null)[]): void {
    this.of(pod).rows.push(...unpackServed(packed));
  }

  /** A process of the pod was gone before it had told all. */
  cutOff(pod: number): void {
    this.of(pod).isWhole = false;
  }

  private of(pod: number): { readonly rows: ServedRow[]; isWhole: boolean } {
    let served = this.pods.get(pod);
    if (served === undefined) this.pods.set(pod, (served = { rows: [], isWhole: true }));
    return served;
  }
}
