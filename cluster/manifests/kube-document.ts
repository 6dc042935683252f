// A Kubernetes object as plain JSON: its kind, its name, and the pod in it. Pure.

import { isRecord } from './documents.ts';

export type KubeDocument = Readonly<Record<string, unknown>>;

export const metadataOf = (document: KubeDocument): KubeDocument =>
  isRecord(document.metadata) ? document.metadata : {};

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const nameOf = (document: KubeDocument): string => textOf(metadataOf(document).name);

export const kindOf = (document: KubeDocument): string => textOf(document.kind);

/** A list of objects; what else stands there is left out. */
export const list = (value: unknown): readonly KubeDocument[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** Where the pod of a workload stands; null = this is none. */
export const podPath = (kind: string): readonly string[] | null => {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].includes(kind)
    ? ['spec', 'template', 'spec']
    : null;
};

export const podOf = (document: KubeDocument): KubeDocument | null => {
  let at: unknown = document;
  const path = podPath(kindOf(document));
  if (path === null) return null;
  for (const step of path) at = isRecord(at) ? at[step] : undefined;
  return isRecord(at) ? at : null;
};
