// Commands that judge what a run left: score, report, compare, gate.

import type { Command } from 'commander';
import type { GateChangeOptions } from '../commands/gate-change.ts';
import { example, repeatable } from './shared.ts';
import { runCommand } from '../run-command.ts';

export const addRunCommands = (program: Command): void => {
  example(
    program
      .command('report <run>')
      .description('writes report.html into the run folder')
      .option('--against <run>', 'a second run of the same schedule to put beside it')
      .option('--partial', 'accept a run that was cut off')
      .action((run: string, options: object) => runCommand(() => import('../commands/report.ts'), { run, ...options })),
    'report runs/vendor-default-step-sim',
    'report runs/vendor-default-step-local --against runs/vendor-default-step-sim',
  );

  example(
    program
      .command('score <run>')
      .description('what a run meant, in figures; adds score.json to the run folder')
      .option('--partial', 'accept a run that was cut off')
      .option('--json', 'print the score as JSON')
      .action((run: string, options: object) => runCommand(() => import('../commands/score.ts'), { run, ...options })),
    'score runs/vendor-default-step-sim',
  );

  example(
    program
      .command('compare <real> <simulated>')
      .description('two runs of one schedule side by side, with the error of each figure')
      .option('--json', 'print the comparison as JSON')
      .action((real: string, simulated: string, options: object) =>
        runCommand(() => import('../commands/compare.ts'), { real, simulated, ...options }),
      ),
    'compare runs/vendor-default-step-local runs/vendor-default-step-sim',
  );

  example(
    program
      .command('gate <run>')
      .description('checks the objectives of a run, or a change against another state; the exit code is the verdict')
      .addOption(repeatable('--objective <text>', 'what is checked', 'the objectives of the scenario'))
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
          ? runCommand(() => import('../commands/gate.ts'), { ...options, run })
          : runCommand(() => import('../commands/gate-change.ts'), { ...options, run }),
      ),
    'gate runs/vendor-default-step-sim',
    'gate runs/after --against runs/before',
    'gate bench --against main --markdown comment.md --junit gate.xml',
    "gate runs/vendor-default-step-sim --objective 'latency{kind=short} p95 <= 2s'",
  );
};
