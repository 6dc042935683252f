// Who may import whom. Each rule is a sentence with its reason; the table is in docs/architecture.md.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(model|scenarios|sim|cluster|reports|harness|bench)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
});

// What is started by hand or by another process. Tests are no entries: code that only a test reaches is dead.
const ENTRIES = '^harness/cli\\.ts$|[-/](worker|main)\\.ts$|^harness/dev/|^harness/k6/script\\.ts$|^bench/';

export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'a cycle means that two files are one',
      from: {},
      to: { circular: true },
    },
    only('model-knows-nobody', 'model', [], 'the shared words stand on nothing'),
    only('scenarios-know-model', 'scenarios', ['model'], 'a question does not know who will answer it'),
    only('sim-knows-model-and-scenario-types', 'sim', ['model', 'scenarios'], 'the answer in virtual time'),
    only('reports-read-records', 'reports', ['model', 'scenarios'], 'a report is made from a run alone'),
    only('cluster-knows-sim', 'cluster', ['model', 'scenarios', 'sim'], 'real things share the pure control functions'),
    only(
      'nobody-imports-harness',
      'harness',
      ['model', 'scenarios', 'sim', 'cluster', 'reports'],
      'harness wires the others',
    ),
    {
      name: 'only-types-from-scenarios',
      severity: 'error',
      comment: 'sim, reports and cluster are handed scenarios, they do not parse them',
      from: { path: '^(sim|reports|cluster)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^scenarios/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-folders-have-no-node',
      severity: 'error',
      comment: 'model, scenarios, sim and reports do no I/O',
      from: { path: '^(model|scenarios|sim|reports)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'local-profile-has-no-engine',
      severity: 'error',
      comment: 'the local profile runs the pure functions under the wall clock, never the event engine',
      from: { path: '^cluster/' },
      to: { path: '^sim/engine/' },
    },
    {
      name: 'no-import-from-tests',
      severity: 'error',
      comment: 'tests are leaves',
      from: { pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'licences-vetted',
      severity: 'error',
      comment: 'Apache, MIT, BSD and ISC only',
      from: {},
      to: { license: 'GPL' },
    },
    {
      name: 'nothing-unreachable',
      severity: 'error',
      comment: 'code that no entry reaches is dead; workers and forked processes are entries of their own',
      from: { path: ENTRIES },
      to: {
        path: '^(model|scenarios|sim|cluster|reports|harness)/.*\\.ts$',
        pathNot: `${ENTRIES}|\\.test\\.ts$|\\.test-support\\.ts$`,
        reachable: false,
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    exclude: { path: '\\.json$|/golden/' },
  },
};
