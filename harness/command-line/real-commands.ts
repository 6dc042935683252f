// Commands that send or watch real requests: replay, observe, emulate, probe.

import type { Command } from 'commander';
import { Option } from 'commander';
import type { EmulateOptions } from '../commands/emulate.ts';
import type { ObserveOptions } from '../commands/observe.ts';
import type { ProbeOptions } from '../commands/probe.ts';
import type { ReplayCommandOptions } from '../commands/replay.ts';
import { example, repeatable, scenarioOptions } from './shared.ts';
import { runCommand } from '../run-command.ts';

export const addRealCommands = (program: Command): void => {
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
        .option(
          '--kubeconfig <file>',
          'profile existing, on k8s: as kubectl would take it (default: as kubectl chooses)',
        )
        .option('--context <name>', 'profile existing, on k8s: a context of the kubeconfig (default: its current one)')
        .option(
          '--namespace <name>',
          'profile existing: where the workload is (default: as the manifests say); on k8s: of the Job',
        )
        .option(
          '--prometheus <place>',
          'profile existing: an address, or NAMESPACE/SERVICE:PORT through the API server',
        )
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
      runCommand(() => import('../commands/replay.ts'), { ...options, scenario }),
    ),
    'replay vendor-default-step --duration 5m --time-scale 10',
    'replay bench --duration 5m --profile bare',
    'replay nine-oclock --duration 10m --target http://127.0.0.1:2269 --clips my-calls',
    'replay nine-oclock --duration 10m --profile existing --target https://asr.example.test --dry-run',
    'replay vendor-default-step --duration 5m --time-scale 10 --engine k6',
    'replay vendor-default-step --duration 5m --profile kind --on k8s --workers 3',
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
      runCommand(() => import('../commands/observe.ts'), { ...options, scenario }),
    ),
    'observe vendor-default-step --kubeconfig ~/.kube/config --for 30m',
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
        runCommand(() => import('../commands/probe.ts'), { ...options, url }),
      ),
    'probe http://127.0.0.1:2269',
    'probe https://asr.internal:7100 --auth-env SMALLEST_API_KEY --auth-scheme Token',
  );

  example(
    program
      .command('emulate')
      .description('serves one emulated speech-to-text pod on loopback until interrupted')
      .option('--port <port>', 'the port; 0 takes a free one', '2269')
      .option('--calibration <name>', 'the service law', 'pulse-pro-l40s')
      .option('--model-load <duration>', 'until /health says ready', '2s')
      .addOption(repeatable('--dialect <name>', 'a dialect it answers', 'all'))
      .action((options: EmulateOptions) => runCommand(() => import('../commands/emulate.ts'), options)),
    'emulate --port 2269',
  );
};
