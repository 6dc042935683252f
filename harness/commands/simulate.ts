// simulate SCENARIO: the answer in virtual time, as a run folder with its score and verdict.

import { join } from 'node:path';
import { renderSummary } from '../../reports/page/text.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { judge, judgedFiles } from '../judge.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { writeRun } from '../run-folder.ts';
import { simulateQuestion } from '../simulate-question.ts';

export interface SimulateCommandOptions extends ScenarioOptions {
  readonly out?: string;
  readonly json?: boolean;
}

export const run = async (options: SimulateCommandOptions, context: CommandContext): Promise<number> => {
  const question = loadQuestion(options);
  for (const note of question.notes) context.tell(`note: ${note}`);
  const record = simulateQuestion(question, true);
  const judged = judge(record);
  const folder = await writeRun(
    options.out ?? join('runs', `${question.scenario.name}-sim`),
    record,
    judgedFiles(judged),
  );
  context.print(
    options.json === true
      ? JSON.stringify(judged, null, 1)
      : renderSummary({ ...judged, sweep: null, comparison: null }),
  );
  context.tell(`run folder: ${folder}`);
  return OUTCOME_EXIT.ok.code;
};
