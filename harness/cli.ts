// The command line: the commands by group, and the help of the whole. Their definitions (names, options, examples) are in
// harness/command-line; what they do is in harness/commands and is loaded when called, so that `--help` stays fast. stdout is
// the result, stderr the story; one exit code per cause.

import { Command, CommanderError } from 'commander';
import { addAnswerCommands } from './command-line/answer-commands.ts';
import { addClusterCommands } from './command-line/cluster-commands.ts';
import { addInputCommands } from './command-line/input-commands.ts';
import { addRealCommands } from './command-line/real-commands.ts';
import { addRunCommands } from './command-line/run-commands.ts';
import { exitCodeTable } from './exit-codes.ts';
import manifest from '../package.json' with { type: 'json' };

const program = new Command('surgelab')
  .description(
    'Replays and simulates transcription traffic on an autoscaled GPU service, and says who waits, why, and what it costs.',
  )
  .version(manifest.version, '--version', 'print the version')
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .showHelpAfterError('(surgelab COMMAND --help shows the options)');

const GROUPS = [
  ['Answer a question (virtual time):', addAnswerCommands],
  ['Send or watch real requests:', addRealCommands],
  ['Judge what a run left:', addRunCommands],
  ['Prepare and inspect inputs:', addInputCommands],
  ['Real components:', addClusterCommands],
] as const;
for (const [heading, add] of GROUPS) {
  program.commandsGroup(heading);
  add(program);
}
program.commandsGroup('Help:').helpCommand(true);

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
