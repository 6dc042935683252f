// What the API server writes into its audit log: enough to know afterwards when each HPA sync began and ended, what it
// read (scale, metrics) and wrote, and who changed pods, deployments, nodes and endpoints. Everything else is left out:
// leases and watches would be most of the lines.

const HPA_CONTROLLER = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Rules are tried in order; the first that matches decides. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  omitManagedFields: true,
  rules: [
    { level: 'None', verbs: ['watch'] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io' }] },
    // A sync: GET scale, GET per metric, PUT scale, PUT status; the values are in the answers.
    {
      level: 'RequestResponse',
      users: [HPA_CONTROLLER],
      resources: [
        { group: 'apps', resources: ['*/scale'] },
        { group: 'autoscaling' },
        { group: 'custom.metrics.k8s.io' },
        { group: 'external.metrics.k8s.io' },
        { group: 'metrics.k8s.io' },
      ],
    },
    {
      level: 'RequestResponse',
      verbs: WRITES,
      resources: [
        {
          group: '',
          resources: ['pods', 'pods/status', 'pods/binding', 'pods/eviction', 'nodes', 'nodes/status', 'events'],
        },
        { group: 'apps', resources: ['deployments', 'deployments/*', 'replicasets', 'replicasets/*'] },
        { group: 'autoscaling' },
        { group: 'discovery.k8s.io', resources: ['endpointslices'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    { level: 'None' },
  ],
} as const;

/**
 * The adapter's own log: how long an answer took inside it, and the values, which the API server passes on unread.
 */
export const ADAPTER_AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    {
      level: 'RequestResponse',
      users: [HPA_CONTROLLER],
      resources: [{ group: 'custom.metrics.k8s.io' }, { group: 'external.metrics.k8s.io' }],
    },
    { level: 'None' },
  ],
} as const;
