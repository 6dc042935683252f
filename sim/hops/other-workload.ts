// A workload beside the speech pods that has an HPA of its own, for instance the API server: a number of replicas without
// a GPU that are ready at once. Only its scale matters; its pods serve nothing here.

import type { Hpa } from '../../model/platform.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { ClusterInput, PodView, ScaleView } from '../kubernetes/index.ts';

const LONG_AGO: Millis = millis(-600_000);

const podsOf = (workload: string, count: number): PodView[] =>
  Array.from({ length: count }, (_, ordinal) => ({
    ordinal,
    name: `${workload}-${ordinal}`,
    uid: `${workload}-${ordinal}`,
    labels: { app: workload },
    phase: 'Running',
    ip: null,
    node: null,
    ready: true,
    readyTransitionMillis: LONG_AGO,
    startTimeMillis: LONG_AGO,
    createdMillis: LONG_AGO,
    terminating: false,
    restarts: 0,
  }));

export class OtherWorkload {
  readonly name: string;
  readonly namespace: string;
  private replicas: number;
  private views: readonly PodView[] = [];

  /** Starts at the HPA's minimum. */
  constructor(hpa: Hpa) {
    this.name = hpa.spec.scaleTargetRef.name;
    this.namespace = hpa.namespace;
    this.replicas = hpa.spec.minReplicas ?? 1;
  }

  get scale(): ScaleView {
    return { specReplicas: this.replicas, statusReplicas: this.replicas, selector: { app: this.name } };
  }

  get pods(): readonly PodView[] {
    if (this.views.length !== this.replicas) this.views = podsOf(this.name, this.replicas);
    return this.views;
  }

  input(input: ClusterInput): void {
    if (input.kind === 'scale') this.replicas = input.replicas;
  }
}
