// What the definitions of commands share: a repeatable option, the options of a scenario, examples that work when pasted.

import type { Command } from 'commander';

export const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export const scenarioOptions = (command: Command): Command =>
  command
    .option(
      '--set <path=value>',
      'override one value of the platform, e.g. asr.scrapeInterval=5s (repeatable)',
      collect,
      [],
    )
    .option('--seed <number>', 'another seed than the one of the scenario')
    .option('--duration <duration>', 'another length than the one of the scenario, e.g. 10m');

export const example = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npm run -s surgelab -- ${line}`).join('\n')}`);
