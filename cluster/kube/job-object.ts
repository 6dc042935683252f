// An Indexed Job as JSON: pods that run one image as nobody, with nothing of the cluster's in them. What its indexes are for
// and how often each is tried is the caller's. Pure.

export interface IndexedJob {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly completions: number;
  readonly parallelism: number;
  /** Of one index, by the Job itself, after its pod failed. */
  readonly retries: number;
  readonly env: Readonly<Record<string, string>>;
  /** Mounted at /etc/surgelab. */
  readonly volume?: object;
  /** Of the Job beside these, for instance how long it may take. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Which index a pod of an Indexed Job has: an annotation, and a label. */
export const INDEX = 'batch.kubernetes.io/job-completion-index';

export const jobsPath = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;

/** Pods of a Job, as a list. */
export const podsOfJob = (namespace: string, job: string): string =>
  `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`batch.kubernetes.io/job-name=${job}`)}`;

export const indexedJob = (
  { namespace, name, image, completions, parallelism, retries, env, volume, spec }: IndexedJob,
  app: string = name,
) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace, labels: { app } },
  spec: {
    completionMode: 'Indexed',
    completions,
    parallelism,
    backoffLimitPerIndex: retries,
    ...spec,
    template: {
      metadata: { labels: { app } },
      spec: {
        restartPolicy: 'Never',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        containers: [
          {
            name: 'work',
            image,
            imagePullPolicy: 'IfNotPresent',
            env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            resources: { requests: { cpu: '250m', memory: '256Mi' } },
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65_534,
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
            ...(volume === undefined
              ? {}
              : { volumeMounts: [{ name: 'task', mountPath: '/etc/surgelab', readOnly: true }] }),
          },
        ],
        ...(volume === undefined ? {} : { volumes: [{ name: 'task', ...volume }] }),
      },
    },
  },
});

/** What a failed pod said of its error. */
export const lastWords = (log: string): string => {
  const lines = log.trim().split('\n');
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 200);
};
