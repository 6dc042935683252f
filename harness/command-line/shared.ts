// What the definitions of commands share: a repeatable option, the options of a scenario, examples that work when pasted.

import type { Command } from 'commander';
import { Option } from 'commander';

/** An option that may be given several times; `without` says what holds if it is not given. */
export const repeatable = (flags: string, description: string, without = 'none'): Option =>
  new Option(flags, `${description} (repeatable)`)
    .argParser((value: string, all: readonly string[]) => [...all, value])
    .default([], without);

/** What the arguments of all commands are; each command that takes one says so in its help. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  scenario: 'a name from scenarios/library, or a YAML file of your own',
  run: 'a run folder, as simulate and replay write it',
  real: 'the run folder of a replay, or of any run of the same schedule',
  simulated: 'the run folder of a simulation of that schedule; the difference is this one less the other',
  chart: 'rendered YAML: a file, a folder, or - for stdin',
  file: 'a file or a folder',
  url: 'where the server answers, e.g. http://127.0.0.1:2269',
  kind: 'which behaviour: hpa, promql, rules, adapter, scrape, loop, theory, or all',
  folder: 'where the recordings lie (default: ../shared/golden)',
  id: 'as cluster status lists it (default: the only one)',
};

export const scenarioOptions = (command: Command): Command =>
  command
    .addOption(repeatable('--set <path=value>', 'override one value of the platform, e.g. asr.scrapeInterval=5s'))
    .option('--seed <number>', 'another seed than the one of the scenario')
    .option('--duration <duration>', 'another length than the one of the scenario, e.g. 10m');

export const example = (command: Command, ...lines: readonly string[]): Command => {
  for (const argument of command.registeredArguments) argument.description ||= ARGUMENTS[argument.name()] ?? '';
  return command.addHelpText(
    'after',
    `\nExamples:\n${lines.map((line) => `  npm run -s surgelab -- ${line}`).join('\n')}`,
  );
};
