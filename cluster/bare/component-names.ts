// The programs of the bare profile's control plane, in the order in which they are started. Each runs as one process.

export const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'prometheus',
  'adapter',
  'kube-state-metrics',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** What a person can be handed beside the components: kubectl is started by nobody but them. */
export const PROGRAMS = [...COMPONENTS, 'kubectl'] as const;
export type Program = (typeof PROGRAMS)[number];

/** Where each lies; one that is not needed may be missing. */
export type ProgramPaths = Readonly<Partial<Record<Program, string>>>;
