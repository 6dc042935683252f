// A workload beside the speech pods that has an HPA of its own, for instance the API server: a number of replicas without
// a GPU that are ready at once. Only its scale matters; its pods serve nothing here.

import type { Hpa } from '../../model/platform.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import type { ClusterInput, PodView, ScaleView } from '../kubernetes/index.ts';

export class OtherWorkload {
  readonly name: string;
  readonly namespace: string;
  private replicas: number;

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
    const before: Millis = millis(-600_000);
    return Array.from({ length: this.replicas }, (_, ordinal) => ({
      ordinal,
      name: `${this.name}-${ordinal}`,
      uid: `${this.name}-${ordinal}`,
      labels: { app: this.name },
      phase: 'Running',
      ip: null,
      node: null,
      ready: true,
      readyTransitionMillis: before,
      startTimeMillis: before,
      createdMillis: before,
      terminating: false,
      restarts: 0,
    }));
  }

  input(input: ClusterInput): void {
    if (input.kind === 'scale') this.replicas = input.replicas;
  }
}
