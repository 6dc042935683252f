// Commands about real components: doctor, conform, and the control plane on this machine (cluster).

import type { Command } from 'commander';
import { Option } from 'commander';
import type { ClusterBinariesOptions } from '../commands/cluster-binaries.ts';
import type { ClusterDownOptions } from '../commands/cluster-down.ts';
import type { ClusterStatusOptions } from '../commands/cluster-status.ts';
import type { ClusterUpOptions } from '../commands/cluster-up.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { example, repeatable, scenarioOptions } from './shared.ts';
import { runCommand } from '../run-command.ts';

const CONTROL_PLANE_ENVIRONMENT = `
Environment:
  SURGELAB_BIN           folder with the programs, looked in before the cache and PATH
  SURGELAB_NO_REALTIME   any value: no real-time priority for the processes; leaves the machine to others, clocks may be late`;

export const addClusterCommands = (program: Command): void => {
  example(
    program
      .command('doctor [scenario]')
      .description(
        'the metric path of a live cluster, rung by rung: what is found, expected, broken, and why; read-only',
      )
      .addOption(repeatable('--manifests <path>', 'platform YAML that says what is expected', 'that of the scenario'))
      .addOption(repeatable('--set <path=value>', 'override one value of the platform'))
      .option('--kubeconfig <file>', 'the cluster (default: as kubectl chooses)')
      .option('--context <name>', 'a context of the kubeconfig')
      .option('--namespace <name>', 'of the release (default: the manifests say, or where the HPA is)')
      .option('--prometheus <url>', 'its address (default: its Service, through the API server)')
      .option('--series-limit <number>', 'more series of one target are too many (default: 1000)')
      .option('--patience <seconds>', 'for each single answer', '10')
      .option('--json', 'print facts and findings as JSON')
      .action((scenario: string | undefined, options: Omit<DoctorOptions, 'scenario'>) =>
        runCommand(() => import('../commands/doctor.ts'), {
          ...options,
          ...(scenario === undefined ? {} : { scenario }),
        }),
      ),
    'doctor vendor-default-step',
    'doctor --manifests rendered.yaml --context production --namespace asr',
    'doctor --kubeconfig /tmp/surgelab-bare-x/kubeconfig --json',
  );

  example(
    program
      .command('conform <kind> [folder]')
      .description('replays recorded behaviour of the real components on ours, and counts what differs')
      .option('--json', 'print the result as JSON')
      .action((kind: string, folder: string | undefined, options: object) =>
        runCommand(() => import('../commands/conform.ts'), { kind, folder, ...options }),
      ),
    'conform theory',
    'conform hpa ../shared/golden/hpa',
  );

  const cluster = program
    .command('cluster')
    .description('the real control plane on this machine: as processes, or a kind cluster');

  example(
    cluster
      .command('binaries')
      .description(
        'finds the programs of the control plane ($SURGELAB_BIN, cache, PATH) and builds the missing with Go',
      )
      .option('--kubernetes <minor>', '1.34 or 1.37', '1.37')
      .option('--look', 'build nothing')
      .option('--json', 'print what was found as JSON')
      .action((options: ClusterBinariesOptions) =>
        runCommand(() => import('../commands/cluster-binaries.ts'), options),
      ),
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
      runCommand(() => import('../commands/cluster-up.ts'), {
        ...options,
        scenario: scenario ?? 'vendor-default-step',
      }),
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
      .action((options: ClusterStatusOptions) => runCommand(() => import('../commands/cluster-status.ts'), options)),
    'cluster status',
  );

  example(
    cluster
      .command('down [id]')
      .description('ends a control plane, and removes what a killed one left')
      .option('--all', 'all that run here')
      .addOption(new Option('--profile <profile>', 'what is taken away').choices(['bare', 'kind']).default('bare'))
      .action((id: string | undefined, options: Pick<ClusterDownOptions, 'all' | 'profile'>) =>
        runCommand(() => import('../commands/cluster-down.ts'), { ...options, ...(id === undefined ? {} : { id }) }),
      ),
    'cluster down',
  );
};
