// What an account needs in the namespace of a Job of ours, as data: errors name it and `generate rbac` writes it. Pure.

export interface JobRight {
  /** '' = the core API. */
  readonly group: '' | 'batch';
  readonly resource: string;
  readonly verbs: readonly ('create' | 'delete' | 'get' | 'list')[];
}

const LOGS: JobRight = { group: '', resource: 'pods/log', verbs: ['get'] };
const PODS: JobRight = { group: '', resource: 'pods', verbs: ['list'] };

/** Of a Job whose pods write their results as lines of their log. */
export const WORK_RIGHTS: readonly JobRight[] = [
  { group: 'batch', resource: 'jobs', verbs: ['create', 'delete', 'get'] },
  { group: '', resource: 'configmaps', verbs: ['create', 'delete'] },
  PODS,
  LOGS,
];

/** Of a Job whose pods send load and are led over a link to each. */
export const LOAD_RIGHTS: readonly JobRight[] = [
  { group: 'batch', resource: 'jobs', verbs: ['create', 'delete'] },
  PODS,
  { group: '', resource: 'pods/proxy', verbs: ['get'] },
  LOGS,
];

export const rightsInWords = (rights: readonly JobRight[]): string =>
  `in the namespace ${rights.map(({ verbs, resource }) => `${verbs.join(' and ')} on ${resource}`).join(', ')}`;
