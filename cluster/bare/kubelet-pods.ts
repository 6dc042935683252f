// Pods as the API shows them, as inputs of the machine: which are new, bound, unschedulable, terminating, gone. Takes the
// changes of a watch; numbers the speech pods in the order in which they appear.

import type { Deployment } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { PodOrdinal } from '../../sim/kubernetes/index.ts';
import type { WatchChange } from '../kube/watch.ts';
import type { PodObject } from './kubelet-api.ts';
import type { ControllerInput } from './kubelet-machine.ts';

export interface PodIntakeEvents {
  readonly input: (input: ControllerInput) => void;
  /** Before the first input about it. */
  readonly appeared: (pod: PodOrdinal, object: PodObject) => void;
  readonly vanished: (pod: PodOrdinal) => void;
  /** A pod of another workload is there or changed. */
  readonly other: (object: PodObject) => void;
}

const causeOfCreation = ({ metadata }: PodObject): string => {
  const owner = metadata.ownerReferences?.[0];
  return owner === undefined ? 'created through the API' : `created by ${owner.kind} ${owner.name}`;
};

export class PodIntake {
  private readonly deployment: Deployment;
  private readonly events: PodIntakeEvents;
  private readonly ordinals = new Map<string, PodOrdinal>();

  constructor(deployment: Deployment, events: PodIntakeEvents) {
    this.deployment = deployment;
    this.events = events;
  }

  ordinalOf(uid: string): PodOrdinal | undefined {
    return this.ordinals.get(uid);
  }

  changed(change: WatchChange<PodObject>): void {
    if (change.kind === 'present') this.present(change.object);
    else if (change.kind === 'gone') this.gone(change.object);
  }

  private isSpeechPod({ metadata }: PodObject): boolean {
    return Object.entries(this.deployment.selector).every(([name, value]) => metadata.labels?.[name] === value);
  }

  private present(object: PodObject): void {
    const { input, other } = this.events;
    if (!this.isSpeechPod(object)) {
      other(object);
      return;
    }
    const { metadata, spec, status } = object;
    const pod = this.ordinals.get(metadata.uid) ?? this.appear(object);
    const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (spec.nodeName !== undefined) input({ kind: 'pod-bound', pod, node: spec.nodeName });
    else if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
      input({ kind: 'pod-unschedulable', pod, message: scheduled.message ?? '' });
    if (metadata.deletionTimestamp !== undefined) {
      const grace = seconds(metadata.deletionGracePeriodSeconds ?? 0);
      input({ kind: 'pod-deleting', pod, grace, cause: 'deleted through the API' });
    }
  }

  private appear(object: PodObject): PodOrdinal {
    const { uid, name } = object.metadata;
    const pod = this.ordinals.size;
    this.ordinals.set(uid, pod);
    this.events.appeared(pod, object);
    this.events.input({ kind: 'pod-created', name, uid, cause: causeOfCreation(object) });
    return pod;
  }

  private gone({ metadata }: PodObject): void {
    const pod = this.ordinals.get(metadata.uid);
    if (pod === undefined) return;
    this.events.input({ kind: 'pod-gone', pod, cause: 'its object was removed' });
    this.events.vanished(pod);
  }
}
