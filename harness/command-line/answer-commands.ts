// Commands that answer a question in virtual time: bench, simulate, tune, sweep, plan, shadow.

import type { Command } from 'commander';
import { Option } from 'commander';
import type { BenchOptions } from '../commands/bench.ts';
import type { PlanOptions } from '../commands/plan.ts';
import type { ShadowOptions } from '../commands/shadow.ts';
import type { SweepOptions } from '../commands/sweep.ts';
import type { TuneOptions } from '../commands/tune.ts';
import { example, repeatable, scenarioOptions } from './shared.ts';
import { runCommand } from '../run-command.ts';

export const addAnswerCommands = (program: Command): void => {
  example(
    program
      .command('bench')
      .description(
        'the whole answer: scrape interval sweep in simulation, replay on real processes, comparison, report, verdict',
      )
      .addOption(
        new Option('--profile <profile>', 'what to replay against').choices(['local', 'bare']).default('local'),
      )
      .option('--scenario <scenario>', 'another question than the default one')
      .option('--out <folder>', 'where the runs and the report go', 'bench-out')
      .option('--json', 'print the answer as JSON')
      .action((options: BenchOptions) => runCommand(() => import('../commands/bench.ts'), options)),
    'bench',
    'bench --scenario my-scenario.yaml --out my-answer',
  );

  example(
    scenarioOptions(
      program
        .command('simulate <scenario>')
        .description(
          'answers the question in virtual time and writes a run folder; of a run folder, simulates the same schedule',
        )
        .option('--out <folder>', 'the run folder (default: runs/NAME-sim)')
        .option('--drawn', 'of a real run: draw what is known of it (phases, syncs, delays of pods)')
        .option('--json', 'print the score as JSON'),
    ).action((scenario: string, options: object) =>
      runCommand(() => import('../commands/simulate.ts'), { scenario, ...options }),
    ),
    'simulate vendor-default-step',
    'simulate runs/vendor-default-step-bare',
    'simulate vendor-default-step --set asr.scrapeInterval=30s --out runs/slow',
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
      runCommand(() => import('../commands/tune.ts'), { ...options, scenario }),
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
      runCommand(() => import('../commands/sweep.ts'), { ...options, scenario }),
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
        .addOption(repeatable('--season <name=factor>', 'a season, as a multiple of the forecast'))
        .option('--lose-nodes <number>', 'nodes that may be lost at once', '1')
        .option('--seeds <number>', 'seeds behind each interval', '5')
        .option('--out <folder>', 'where plan.json and plan.csv go (default: runs/NAME-plan)')
        .option('--csv', 'print the plan as CSV')
        .option('--json', 'print the plan as JSON'),
    ).action((scenario: string, options: Omit<PlanOptions, 'scenario'>) =>
      runCommand(() => import('../commands/plan.ts'), { ...options, scenario }),
    ),
    'plan nine-oclock --growth 1.3 --season december=1.4',
  );

  example(
    scenarioOptions(
      program
        .command('shadow <scenario>')
        .description(
          'what a change does: a candidate platform beside the present one, on the same traffic, beyond chance',
        )
        .addOption(repeatable('--candidate <path=value>', 'override of the candidate'))
        .addOption(repeatable('--candidate-manifests <path>', 'YAML of the candidate', 'the present one'))
        .option('--seeds <number>', 'paired seeds', '10')
        .option('--markdown <file>', 'write the comparison as Markdown')
        .option('--junit <file>', 'write the comparison as JUnit XML')
        .option('--json', 'print the comparison as JSON'),
    ).action((scenario: string, options: Omit<ShadowOptions, 'scenario'>) =>
      runCommand(() => import('../commands/shadow.ts'), { ...options, scenario }),
    ),
    'shadow bench --candidate hpa.target=6',
    'shadow yesterday.yaml --candidate asr.scrapeInterval=5s --candidate hpa.target=3',
    'shadow nine-oclock --candidate-manifests scenarios/platform/tuned',
  );
};
