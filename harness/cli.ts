// The command table, nothing else: names, options, help. Each command lives in harness/commands and is loaded when called,
// so that `--help` stays fast. stdout is the result, stderr the story; one exit code per cause.

import { Command, CommanderError, Option } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import type { BenchOptions } from './commands/bench.ts';
import type { ClusterBinariesOptions } from './commands/cluster-binaries.ts';
import type { ClusterDownOptions } from './commands/cluster-down.ts';
import type { ClusterStatusOptions } from './commands/cluster-status.ts';
import type { ClusterUpOptions } from './commands/cluster-up.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import type { EmulateOptions } from './commands/emulate.ts';
import type { ProbeOptions } from './commands/probe.ts';
import type { GenerateEmulatedOptions } from './commands/generate-emulated.ts';
import type { GenerateK6Options } from './commands/generate-k6.ts';
import type { ReplayCommandOptions } from './commands/replay.ts';
import type { GateChangeOptions } from './commands/gate-change.ts';
import type { ImportPrometheusOptions } from './commands/import-prometheus.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { ShadowOptions } from './commands/shadow.ts';
import type { SweepOptions } from './commands/sweep.ts';
import type { TuneOptions } from './commands/tune.ts';
import type { ObserveOptions } from './commands/observe.ts';
import { runCommand } from './run-command.ts';

const program = new Command('surgelab')
  .description(
    'Replays and simulates transcription traffic on an autoscaled GPU service, and says who waits, why, and what it costs.',
  )
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .showHelpAfterError('(surgelab COMMAND --help shows the options)');

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

const scenarioOptions = (command: Command): Command =>
  command
    .option(
      '--set <path=value>',
      'override one value of the platform, e.g. asr.scrapeInterval=5s (repeatable)',
      collect,
      [],
    )
    .option('--seed <number>', 'another seed than the one of the scenario')
    .option('--duration <duration>', 'another length than the one of the scenario, e.g. 10m');

const example = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npm run -s surgelab -- ${line}`).join('\n')}`);

example(
  scenarioOptions(
    program
      .command('compile <scenario>')
      .description('scenario to schedule: every request with its instant, and the SHA-256 of it')
      .option('--out <file>', 'write the schedule as NDJSON')
      .option('--json', 'print the facts as JSON'),
  ).action((scenario: string, options: object) =>
    runCommand(() => import('./commands/compile.ts'), { scenario, ...options }),
  ),
  'compile vendor-default-step',
  'compile my-scenario.yaml --out schedule.ndjson',
);

example(
  scenarioOptions(
    program
      .command('simulate <scenario>')
      .description(
        'answers the question in virtual time; writes a run folder. A run instead of a scenario: its schedule',
      )
      .option('--out <folder>', 'the run folder (default: runs/NAME-sim)')
      .option('--drawn', 'of a real run: draw what is known of it (phases, syncs, delays of pods)')
      .option('--json', 'print the score as JSON'),
  ).action((scenario: string, options: object) =>
    runCommand(() => import('./commands/simulate.ts'), { scenario, ...options }),
  ),
  'simulate vendor-default-step',
  'simulate runs/vendor-default-step-bare',
  'simulate vendor-default-step --set asr.scrapeInterval=30s --out runs/slow',
);

example(
  scenarioOptions(
    program
      .command('replay <scenario>')
      .description('sends the same requests at real processes in real time; writes a run folder')
      .addOption(
        new Option('--profile <profile>', 'what to run against')
          .choices(['local', 'bare', 'kind', 'existing'])
          .default('local'),
      )
      .option('--time-scale <factor>', 'virtual seconds per real second', '1')
      .addOption(
        new Option('--engine <engine>', 'who sends; k6 is one that you installed (K6_BIN or PATH, 1.6 or newer)')
          .choices(['node', 'k6'])
          .default('node'),
      )
      .option('--target <url>', 'an existing service instead of the pods of a profile; real audio, real time')
      .option('--kubeconfig <file>', 'profile existing, on k8s: as kubectl would take it (default: as kubectl chooses)')
      .option('--context <name>', 'profile existing, on k8s: a context of the kubeconfig (default: its current one)')
      .option(
        '--namespace <name>',
        'profile existing: where the workload is (default: as the manifests say); on k8s: of the Job',
      )
      .option('--prometheus <place>', 'profile existing: an address, or NAMESPACE/SERVICE:PORT through the API server')
      .option('--dry-run', 'profile existing: print what would be read and sent, and do nothing')
      .option('--yes', 'profile existing, on k8s with --image: do it without being asked')
      .option('--auth-env <name>', 'environment variable that holds the key of the target')
      .addOption(
        new Option('--auth-scheme <scheme>', 'how the key is sent').choices(['Bearer', 'Token']).default('Bearer'),
      )
      .addOption(
        new Option('--dialect <name>', 'what the target speaks')
          .choices(['probe', 'onprem-v1', 'lightning', 'pulse-v1', 'stt'])
          .default('probe'),
      )
      .addOption(
        new Option('--on <place>', 'where the load is sent from: here, or as an Indexed Job of --workers pods')
          .choices(['local', 'k8s'])
          .default('local'),
      )
      .option('--workers <number>', 'load worker processes, or pods', '1')
      .option('--image <image>', 'on k8s: of the pods (default: built here for the kind cluster that is up)')
      .option('--clips <folder>', 'your own .wav, .pcm or .raw files in place of synthetic speech')
      .option('--closed-loop <users>', 'users who wait for each answer: for comparison, understates latency')
      .option('--out <folder>', 'the run folder (default: runs/NAME-PROFILE)')
      .option('--json', 'print the score as JSON'),
  ).action((scenario: string, options: Omit<ReplayCommandOptions, 'scenario'>) =>
    runCommand(() => import('./commands/replay.ts'), { ...options, scenario }),
  ),
  'replay vendor-default-step --duration 5m --time-scale 10',
  'replay bench --duration 5m --profile bare',
  'replay nine-oclock --duration 10m --target http://127.0.0.1:2269 --clips my-calls',
  'replay nine-oclock --duration 10m --profile existing --target https://asr.example.test --dry-run',
  'replay vendor-default-step --duration 5m --time-scale 10 --engine k6',
  'replay vendor-default-step --duration 5m --profile kind --on k8s --workers 3',
);

const generate = program.command('generate').description('writes what other tools take: a k6 script, rights, a chart');

example(
  scenarioOptions(
    generate
      .command('k6 <scenario>')
      .description('a folder with the k6 script, its rows and its clip, to run by hand against one address')
      .option('--target <address>', 'where the service answers', 'http://localhost:7100')
      .option('--dialect <dialect>', 'which dialect it speaks', 'pulse-v1')
      .option('--out <folder>', 'the folder (default: runs/NAME-k6)'),
  ).action((scenario: string, options: Omit<GenerateK6Options, 'scenario'>) =>
    runCommand(() => import('./commands/generate-k6.ts'), { ...options, scenario }),
  ),
  'generate k6 vendor-default-step --target http://localhost:7100 --out my-k6',
);

example(
  generate
    .command('rbac <scenario>')
    .description('the rights that `replay --profile existing` and `observe` need on a cluster, as manifests')
    .option('--namespace <name>', 'where the workload is (default: as the manifests say)')
    .option('--prometheus <place>', 'with reading Prometheus as NAMESPACE/SERVICE:PORT through the API server')
    .action((scenario: string, options: object) =>
      runCommand(() => import('./commands/generate-rbac.ts'), { scenario, ...options }),
    ),
  'generate rbac vendor-default-step --namespace asr --prometheus monitoring/prometheus-operated:9090',
);

example(
  generate
    .command('emulated <chart>')
    .description("a rendered chart (file, folder, or - for stdin) with the emulator in place of the vendor's programs")
    .option('--scenario <scenario>', 'whose service the emulator plays', 'vendor-default-step')
    .option('--image <image>', 'of the emulator, as the nodes have it', 'surgelab/emulator:local')
    .option('--out <folder>', 'the folder', 'runs/emulated')
    .action((chart: string, options: Omit<GenerateEmulatedOptions, 'chart'>) =>
      runCommand(() => import('./commands/generate-emulated.ts'), { chart, ...options }),
    ),
  'generate emulated rendered.yaml --out my-chart',
);

example(
  program
    .command('score <run>')
    .description('what a run meant, in figures; adds score.json to the run folder')
    .option('--partial', 'accept a run that was cut off')
    .option('--json', 'print the score as JSON')
    .action((run: string, options: object) => runCommand(() => import('./commands/score.ts'), { run, ...options })),
  'score runs/vendor-default-step-sim',
);

example(
  program
    .command('report <run>')
    .description('writes report.html into the run folder')
    .option('--against <run>', 'a second run of the same schedule to put beside it')
    .option('--partial', 'accept a run that was cut off')
    .action((run: string, options: object) => runCommand(() => import('./commands/report.ts'), { run, ...options })),
  'report runs/vendor-default-step-sim',
);

example(
  scenarioOptions(
    program
      .command('observe <scenario>')
      .description('watches the workload of a scenario on a cluster that exists: pods, nodes, endpoints, HPA, scale')
      .option('--kubeconfig <file>', 'as kubectl would take it (default: as kubectl chooses)')
      .option('--for <duration>', 'how long', '10m')
      .option('--out <folder>', 'where it goes (default: runs/NAME-observed)')
      .option('--json', 'print what was seen as JSON'),
  ).action((scenario: string, options: Omit<ObserveOptions, 'scenario'>) =>
    runCommand(() => import('./commands/observe.ts'), { ...options, scenario }),
  ),
  'observe vendor-default-step --kubeconfig ~/.kube/config --for 30m',
);

example(
  program
    .command('compare <real> <simulated>')
    .description('two runs of one schedule side by side, with the error of each figure')
    .option('--json', 'print the comparison as JSON')
    .action((real: string, simulated: string, options: object) =>
      runCommand(() => import('./commands/compare.ts'), { real, simulated, ...options }),
    ),
  'compare runs/vendor-default-step-local runs/vendor-default-step-sim',
);

example(
  program
    .command('gate <run>')
    .description('checks the objectives of a run, or a change against another state; the exit code is the verdict')
    .option('--objective <text>', 'another objective than those of the scenario (repeatable)', collect, [])
    .option('--partial', 'accept a run that was cut off')
    .option('--against <state>', 'a git ref (then <run> is a scenario), or a folder of runs')
    .option('--baseline <file>', 'figures of a good state (then <run> is a scenario)')
    .option('--update', 'write the baseline instead of comparing with it')
    .option('--seeds <number>', 'paired seeds of a comparison', '10')
    .option('--duration <duration>', 'another length than the one of the scenario')
    .option('--markdown <file>', 'write the comparison as Markdown')
    .option('--junit <file>', 'write the comparison as JUnit XML')
    .option('--json', 'print the verdict as JSON')
    .action((run: string, options: Omit<GateChangeOptions, 'run'>) =>
      options.against === undefined && options.baseline === undefined
        ? runCommand(() => import('./commands/gate.ts'), { ...options, run })
        : runCommand(() => import('./commands/gate-change.ts'), { ...options, run }),
    ),
  'gate runs/vendor-default-step-sim',
  'gate bench --against main --markdown comment.md --junit gate.xml',
  "gate runs/vendor-default-step-sim --objective 'latency{kind=short} p95 <= 2s'",
);

example(
  program
    .command('conform <kind> [folder]')
    .description(
      'replays recorded behaviour of the real components: hpa, promql, rules, adapter, scrape, loop, theory, or all',
    )
    .option('--json', 'print the result as JSON')
    .action((kind: string, folder: string | undefined, options: object) =>
      runCommand(() => import('./commands/conform.ts'), { kind, folder, ...options }),
    ),
  'conform theory',
  'conform hpa ../shared/golden/hpa',
);

example(
  program
    .command('lint <file...>')
    .description('finds traps in the platform YAML of a deployment')
    .option('--json', 'print the findings as JSON')
    .action((files: readonly string[], options: object) =>
      runCommand(() => import('./commands/lint.ts'), { files, ...options }),
    ),
  'lint scenarios/platform/vendor-0.2.2',
);

example(
  program
    .command('trace <file>')
    .description('what a recorded trace holds: rate, burstiness, lengths, offered audio')
    .option('--json', 'print the figures as JSON')
    .action((file: string, options: object) => runCommand(() => import('./commands/trace.ts'), { file, ...options })),
  'trace ../shared/traces/azure_conv_2023.csv',
);

example(
  program
    .command('emulate')
    .description('serves one emulated speech-to-text pod on loopback until interrupted')
    .option('--port <port>', 'the port; 0 takes a free one', '2269')
    .option('--calibration <name>', 'the service law', 'pulse-pro-l40s')
    .option('--model-load <duration>', 'until /health says ready', '2s')
    .option('--dialect <name>', 'a dialect it answers (repeatable; default: all)', collect, [])
    .action((options: EmulateOptions) => runCommand(() => import('./commands/emulate.ts'), options)),
  'emulate --port 2269',
);

example(
  program
    .command('probe <url>')
    .description('which dialects a server speaks, batch and live: tries each with half a second of audio')
    .option('--auth-env <name>', 'environment variable that holds the key')
    .addOption(
      new Option('--auth-scheme <scheme>', 'how the key is sent').choices(['Bearer', 'Token']).default('Bearer'),
    )
    .option('--patience <seconds>', 'for each step', '5')
    .option('--json', 'print what was tried and seen as JSON')
    .action((url: string, options: Omit<ProbeOptions, 'url'>) =>
      runCommand(() => import('./commands/probe.ts'), { ...options, url }),
    ),
  'probe http://127.0.0.1:2269',
  'probe https://asr.internal:7100 --auth-env SMALLEST_API_KEY --auth-scheme Token',
);

example(
  program
    .command('bench')
    .description(
      'the whole answer: scrape interval sweep in simulation, replay on real processes, comparison, report, verdict',
    )
    .addOption(new Option('--profile <profile>', 'what to replay against').choices(['local', 'bare']).default('local'))
    .option('--scenario <scenario>', 'another question than the default one')
    .option('--out <folder>', 'where the runs and the report go', 'bench-out')
    .option('--json', 'print the answer as JSON')
    .action((options: BenchOptions) => runCommand(() => import('./commands/bench.ts'), options)),
  'bench',
  'bench --scenario my-scenario.yaml --out my-answer',
);

example(
  scenarioOptions(
    program
      .command('tune <scenario>')
      .description(
        'how often to scrape, and what the HPA should be allowed: searches over paired simulations, resumable',
      )
      .option('--seeds <number>', 'paired seeds of a finalist', '10')
      .option('--budget <number>', 'simulations in all', '400')
      .option('--penalty <money>', 'money per missed call (default: the scenario says)')
      .option('--out <folder>', 'where the answer, the patch and what was simulated go (default: runs/NAME-tune)')
      .option('--json', 'print the answer as JSON'),
  ).action((scenario: string, options: Omit<TuneOptions, 'scenario'>) =>
    runCommand(() => import('./commands/tune.ts'), { ...options, scenario }),
  ),
  'tune vendor-default-step',
  'tune bench --penalty 0.05 --budget 300',
);

example(
  scenarioOptions(
    program
      .command('sweep <scenario>')
      .description('every value of one setting on the same seeds, as a table; here or as an Indexed Job on a cluster')
      .requiredOption('--vary <path=values>', 'a setting and its values, e.g. asr.scrapeInterval=2s,5s,15s')
      .option('--seeds <number>', 'paired seeds', '8')
      .addOption(new Option('--on <place>', 'where it runs').choices(['local', 'k8s']).default('local'))
      .option('--parallelism <number>', 'on k8s: pods at once', '2')
      .option('--namespace <name>', 'on k8s: where the Job goes', 'default')
      .option('--image <image>', 'on k8s: image of the pods (default: built here, loaded into the kind cluster)')
      .option('--kubeconfig <file>', 'on k8s, with --image: the cluster (default: as kubectl chooses)')
      .option('--yes', 'on k8s, with --image: create the Job without being asked')
      .option('--out <folder>', 'on k8s: where the Parquet files go (default: runs/NAME-sweep)')
      .option('--json', 'print the sweep as JSON'),
  ).action((scenario: string, options: Omit<SweepOptions, 'scenario'>) =>
    runCommand(() => import('./commands/sweep.ts'), { ...options, scenario }),
  ),
  'sweep bench --duration 5m --vary asr.scrapeInterval=2s,15s',
  'sweep bench --vary hpa.target=3,4,5 --on k8s --seeds 8',
);

example(
  scenarioOptions(
    program
      .command('plan <scenario>')
      .description('how many GPUs the load needs, what the HPA should be allowed, and what keeping the promise costs')
      .option('--growth <factor>', 'forecast ÷ load of the scenario', '1')
      .option('--season <name=factor>', 'a season, as a multiple of the forecast (repeatable)', collect, [])
      .option('--lose-nodes <number>', 'nodes that may be lost at once', '1')
      .option('--seeds <number>', 'seeds behind each interval', '5')
      .option('--out <folder>', 'where plan.json and plan.csv go (default: runs/NAME-plan)')
      .option('--csv', 'print the plan as CSV')
      .option('--json', 'print the plan as JSON'),
  ).action((scenario: string, options: Omit<PlanOptions, 'scenario'>) =>
    runCommand(() => import('./commands/plan.ts'), { ...options, scenario }),
  ),
  'plan nine-oclock --growth 1.3 --season december=1.4',
);

example(
  program
    .command('import')
    .description('reads what others recorded into a scenario')
    .command('prometheus')
    .description('traffic from the history of a Prometheus: rate, dispersion, lengths, and what could not be known')
    .requiredOption('--url <address>', 'where Prometheus answers, e.g. http://localhost:9090')
    .option('--last <duration>', 'how much history', '24h')
    .option('--until <date>', 'its end (default: now)')
    .option('--step <duration>', 'resolution; at least twice the scrape interval', '60s')
    .option('--match <matchers>', 'matchers of every selector, e.g. namespace="asr"', '')
    .option('--name <name>', 'of the scenario', 'imported')
    .option('--calibration <name>', 'the service law of what served it', 'pulse-pro-l40s')
    .option('--gpu <type>', 'the card of what served it', 'L40S')
    .option('--manifests <path>', 'platform YAML of the scenario (repeatable; default: vendor-0.2.2)', collect, [])
    .option('--out <file>', 'write the scenario (default: print it)')
    .action((options: ImportPrometheusOptions) => runCommand(() => import('./commands/import-prometheus.ts'), options)),
  'import prometheus --url http://localhost:9090 --last 24h --out yesterday.yaml',
);

example(
  scenarioOptions(
    program
      .command('shadow <scenario>')
      .description('dry run: a candidate platform beside the present one, on the same traffic')
      .option('--candidate <path=value>', 'override of the candidate (repeatable)', collect, [])
      .option('--candidate-manifests <path>', 'YAML of the candidate in place of the present (repeatable)', collect, [])
      .option('--seeds <number>', 'paired seeds', '10')
      .option('--markdown <file>', 'write the comparison as Markdown')
      .option('--junit <file>', 'write the comparison as JUnit XML')
      .option('--json', 'print the comparison as JSON'),
  ).action((scenario: string, options: Omit<ShadowOptions, 'scenario'>) =>
    runCommand(() => import('./commands/shadow.ts'), { ...options, scenario }),
  ),
  'shadow yesterday.yaml --candidate asr.scrapeInterval=5s --candidate hpa.target=3',
);

example(
  program
    .command('doctor [scenario]')
    .description('the metric path of a live cluster, rung by rung: what is found, expected, broken, and why; read-only')
    .option('--manifests <path>', 'platform YAML that says what is expected (repeatable)', collect, [])
    .option('--set <path=value>', 'override one value of the platform (repeatable)', collect, [])
    .option('--kubeconfig <file>', 'the cluster (default: as kubectl chooses)')
    .option('--context <name>', 'a context of the kubeconfig')
    .option('--namespace <name>', 'of the release (default: the manifests say, or where the HPA is)')
    .option('--prometheus <url>', 'its address (default: its Service, through the API server)')
    .option('--series-limit <number>', 'more series of one target are too many (default: 1000)')
    .option('--patience <seconds>', 'for each single answer', '10')
    .option('--json', 'print facts and findings as JSON')
    .action((scenario: string | undefined, options: Omit<DoctorOptions, 'scenario'>) =>
      runCommand(() => import('./commands/doctor.ts'), { ...options, ...(scenario === undefined ? {} : { scenario }) }),
    ),
  'doctor vendor-default-step',
  'doctor --manifests rendered.yaml --context production --namespace asr',
  'doctor --kubeconfig /tmp/surgelab-bare-x/kubeconfig --json',
);

const CONTROL_PLANE_ENVIRONMENT = `
Environment:
  SURGELAB_BIN           folder with the programs, looked in before the cache and PATH
  SURGELAB_NO_REALTIME   any value: no real-time priority for the processes; leaves the machine to others, clocks may be late`;

const cluster = program
  .command('cluster')
  .description('the real control plane on this machine: as processes, or a kind cluster');

example(
  cluster
    .command('binaries')
    .description('finds the programs of the control plane ($SURGELAB_BIN, cache, PATH) and builds the missing with Go')
    .option('--kubernetes <minor>', '1.34 or 1.37', '1.37')
    .option('--look', 'build nothing')
    .option('--json', 'print what was found as JSON')
    .action((options: ClusterBinariesOptions) => runCommand(() => import('./commands/cluster-binaries.ts'), options)),
  'cluster binaries',
  'cluster binaries --kubernetes 1.34 --look',
);

example(
  scenarioOptions(
    cluster
      .command('up [scenario]')
      .description('etcd, API server, controllers, scheduler, Prometheus, adapter: up for the platform of a scenario')
      .addOption(
        new Option('--profile <profile>', 'processes, or a kind cluster').choices(['bare', 'kind']).default('bare'),
      )
      .option('--kubernetes <minor>', '1.34 or 1.37 (default: the scenario says)')
      .option('--logs <folder>', 'keep the logs there (default: they go with it)')
      .option('--detach', 'return when it is up')
      .option('--json', 'print the addresses as JSON')
      .addHelpText('after', CONTROL_PLANE_ENVIRONMENT),
  ).action((scenario: string | undefined, options: Omit<ClusterUpOptions, 'scenario'>) =>
    runCommand(() => import('./commands/cluster-up.ts'), { ...options, scenario: scenario ?? 'vendor-default-step' }),
  ),
  'cluster up --profile bare',
  'cluster up bench --detach --logs /tmp/logs',
  'cluster up bench --profile kind',
);

example(
  cluster
    .command('status')
    .description('the control planes that run here')
    .option('--json', 'print them as JSON')
    .action((options: ClusterStatusOptions) => runCommand(() => import('./commands/cluster-status.ts'), options)),
  'cluster status',
);

example(
  cluster
    .command('down [id]')
    .description('ends a control plane, and removes what a killed one left')
    .option('--all', 'all that run here')
    .addOption(new Option('--profile <profile>', 'what is taken away').choices(['bare', 'kind']).default('bare'))
    .action((id: string | undefined, options: Pick<ClusterDownOptions, 'all' | 'profile'>) =>
      runCommand(() => import('./commands/cluster-down.ts'), { ...options, ...(id === undefined ? {} : { id }) }),
    ),
  'cluster down',
);

program.addHelpText(
  'after',
  () =>
    `\nExit codes:\n${exitCodeTable()}\n\nStart with:\n  make bench\n  npm run -s surgelab -- simulate vendor-default-step\n  npm run -s surgelab -- report runs/vendor-default-step-sim`,
);

// A reader that went away (`| head`) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version are success; commander has already printed what was wrong.
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
