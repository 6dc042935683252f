// simulate SCENARIO: the answer in virtual time, as a run folder with its score and verdict. simulate RUN: the schedule of
// a run, with what is known of it where it was on a real cluster.

import { join } from 'node:path';
import { renderSummary } from '../../reports/page/text.ts';
import { TestbedError } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { judge, judgedFiles } from '../judge.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { checkRunPlace, writeRun } from '../run-folder.ts';
import type { RunQuestion } from '../run-question.ts';
import { isRunFolder, questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';

export interface SimulateCommandOptions extends ScenarioOptions {
  readonly out?: string;
  readonly json?: boolean;
  /** Of a run: leave out what is known of it. */
  readonly drawn?: boolean;
}

const asked = async (options: SimulateCommandOptions): Promise<RunQuestion> => {
  if (!isRunFolder(options.scenario)) return { question: loadQuestion(options) };
  const { set = [], seed, duration } = options;
  if (set.length > 0 || seed !== undefined || duration !== undefined)
    throw new TestbedError(
      'USAGE',
      `${options.scenario} is a run: its seed, duration and settings are what they were`,
      {
        hint: 'give the scenario instead of the run to change them',
      },
    );
  return questionOfRun(options.scenario, options.drawn === true);
};

export const run = async (options: SimulateCommandOptions, context: CommandContext): Promise<number> => {
  const { question, known } = await asked(options);
  const out = options.out ?? join('runs', `${question.scenario.name}-sim`);
  await checkRunPlace(out);
  for (const note of question.notes) context.tell(`note: ${note}`);
  const record = simulateQuestion(question, true, known);
  const judged = judge(record);
  const folder = await writeRun(out, record, judgedFiles(judged));
  context.print(
    options.json === true
      ? JSON.stringify(judged, null, 1)
      : renderSummary({ ...judged, sweep: null, comparison: null }),
  );
  context.tell(`run folder: ${folder}`);
  return OUTCOME_EXIT.ok.code;
};
