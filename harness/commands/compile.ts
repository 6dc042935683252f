// compile SCENARIO: every request with its instant, and the SHA-256 of the whole.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { scheduleText } from '../../model/schedule.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { ScenarioOptions } from '../question.ts';
import { readQuestion, trafficOf } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { systemWords } from '../system-words.ts';

export interface CompileOptions extends ScenarioOptions {
  readonly out?: string;
  readonly json?: boolean;
}

const writeWhole = (path: string, pieces: Iterable<string>): void => {
  try {
    makeFolder(dirname(path));
    writeFileSync(`${path}.tmp`, '');
    for (const piece of pieces) writeFileSync(`${path}.tmp`, piece, { flag: 'a' });
    renameSync(`${path}.tmp`, path);
  } catch (cause) {
    rmSync(`${path}.tmp`, { force: true });
    throw new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write ${path}: ${systemWords(cause)}`, {
      hint: '--out with the name of a file, in a folder that can be written',
      cause,
    });
  }
};

export const run = (options: CompileOptions, context: CommandContext): Promise<number> => {
  const { scenario, schedule, hash, notes } = trafficOf(readQuestion(options));
  let audioSeconds = 0;
  for (const length of schedule.audioSeconds) audioSeconds += length;
  const lengthSeconds = schedule.durationMillis / 1000;
  const facts = {
    scenario: scenario.name,
    seed: scenario.seed,
    requests: schedule.count,
    durationSeconds: lengthSeconds,
    ratePerSecond: schedule.count / lengthSeconds,
    audioSecondsPerSecond: audioSeconds / lengthSeconds,
    sha256: hash,
    notes,
  };
  if (options.out !== undefined) writeWhole(resolve(options.out), scheduleText(schedule));
  if (options.json === true) context.print(JSON.stringify(facts, null, 1));
  else {
    context.print(
      [
        `${scenario.name}: ${schedule.count} requests in ${lengthSeconds} s`,
        `  ${facts.ratePerSecond.toFixed(3)} requests/s, ${facts.audioSecondsPerSecond.toFixed(1)} seconds of audio per second`,
        `  seed ${scenario.seed}, sha256 ${hash}`,
        ...(options.out === undefined ? [] : [`  written to ${options.out}`]),
        ...notes.map((note) => `  note: ${note}`),
      ].join('\n'),
    );
  }
  return Promise.resolve(OUTCOME_EXIT.ok.code);
};
