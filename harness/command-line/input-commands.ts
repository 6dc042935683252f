// Commands that read or make what others need: compile, lint, trace, import, generate.

import type { Command } from 'commander';
import type { GenerateEmulatedOptions } from '../commands/generate-emulated.ts';
import type { GenerateK6Options } from '../commands/generate-k6.ts';
import type { ImportPrometheusOptions } from '../commands/import-prometheus.ts';
import { example, repeatable, scenarioOptions } from './shared.ts';
import { runCommand } from '../run-command.ts';

export const addInputCommands = (program: Command): void => {
  example(
    program
      .command('lint <file...>')
      .description('finds traps in the platform YAML of a deployment')
      .option('--json', 'print the findings as JSON')
      .action((files: readonly string[], options: object) =>
        runCommand(() => import('../commands/lint.ts'), { files, ...options }),
      ),
    'lint scenarios/platform/vendor-0.2.2',
  );

  example(
    scenarioOptions(
      program
        .command('compile <scenario>')
        .description('scenario to schedule: every request with its instant, and the SHA-256 of it')
        .option('--out <file>', 'write the schedule as NDJSON')
        .option('--json', 'print the facts as JSON'),
    ).action((scenario: string, options: object) =>
      runCommand(() => import('../commands/compile.ts'), { scenario, ...options }),
    ),
    'compile vendor-default-step',
    'compile my-scenario.yaml --out schedule.ndjson',
  );

  example(
    program
      .command('trace <file>')
      .description('what a recorded trace holds: rate, burstiness, lengths, offered audio')
      .option('--json', 'print the figures as JSON')
      .action((file: string, options: object) =>
        runCommand(() => import('../commands/trace.ts'), { file, ...options }),
      ),
    'trace ../shared/traces/azure_conv_2023.csv',
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
      .addOption(repeatable('--manifests <path>', 'platform YAML of the scenario', 'vendor-0.2.2'))
      .option('--out <file>', 'write the scenario (default: print it)')
      .action((options: ImportPrometheusOptions) =>
        runCommand(() => import('../commands/import-prometheus.ts'), options),
      ),
    'import prometheus --url http://localhost:9090 --last 24h --out yesterday.yaml',
  );

  const generate = program
    .command('generate')
    .description('writes what other tools take: a k6 script, rights, a chart');

  example(
    scenarioOptions(
      generate
        .command('k6 <scenario>')
        .description('a folder with the k6 script, its rows and its clip, to run by hand against one address')
        .option('--target <address>', 'where the service answers', 'http://localhost:7100')
        .option('--dialect <dialect>', 'which dialect it speaks', 'pulse-v1')
        .option('--runners <number>', 'adds manifests for k6-operator: so many runners share the rows')
        .option('--namespace <name>', 'of the manifests (default: the one that kubectl is in)')
        .option('--start <duration>', 'when all runners begin, from now on (default: 5m)')
        .option('--out <folder>', 'the folder (default: runs/NAME-k6)'),
    ).action((scenario: string, options: Omit<GenerateK6Options, 'scenario'>) =>
      runCommand(() => import('../commands/generate-k6.ts'), { ...options, scenario }),
    ),
    'generate k6 vendor-default-step --target http://localhost:7100 --out my-k6',
    'generate k6 vendor-default-step --target http://asr.prod.svc:7100 --runners 4 --namespace load',
  );

  example(
    generate
      .command('rbac <scenario>')
      .description('the rights that `replay --profile existing` and `observe` need on a cluster, as manifests')
      .option('--namespace <name>', 'where the workload is (default: as the manifests say)')
      .option('--prometheus <place>', 'with reading Prometheus as NAMESPACE/SERVICE:PORT through the API server')
      .option('--load-pods', 'with sending load from pods of a Job there (`replay --on k8s`)')
      .action((scenario: string, options: object) =>
        runCommand(() => import('../commands/generate-rbac.ts'), { scenario, ...options }),
      ),
    'generate rbac vendor-default-step --namespace asr --prometheus monitoring/prometheus-operated:9090',
  );

  example(
    generate
      .command('emulated <chart>')
      .description(
        "a rendered chart (file, folder, or - for stdin) with the emulator in place of the vendor's programs",
      )
      .option('--scenario <scenario>', 'whose service the emulator plays', 'vendor-default-step')
      .option('--image <image>', 'of the emulator, as the nodes have it', 'surgelab/emulator:local')
      .option('--out <folder>', 'the folder', 'runs/emulated')
      .action((chart: string, options: Omit<GenerateEmulatedOptions, 'chart'>) =>
        runCommand(() => import('../commands/generate-emulated.ts'), { chart, ...options }),
      ),
    'generate emulated rendered.yaml --out my-chart',
  );
};
