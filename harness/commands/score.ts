// score RUN: what a run meant, in figures; adds score.json to the run folder.

import { renderSummary } from '../../reports/page/text.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { judge, judgedFiles } from '../judge.ts';
import type { CommandContext } from '../run-command.ts';
import { addToRun, readRun } from '../run-folder.ts';

export interface ScoreOptions {
  readonly run: string;
  readonly partial?: boolean;
  readonly json?: boolean;
}

export const run = async (options: ScoreOptions, context: CommandContext): Promise<number> => {
  const { record, folder } = await readRun(options.run, options.partial);
  const judged = judge(record);
  for (const [name, text] of Object.entries(judgedFiles(judged))) await addToRun(folder, name, text);
  context.print(
    options.json === true
      ? JSON.stringify(judged.score, null, 1)
      : renderSummary({ ...judged, sweep: null, comparison: null }),
  );
  context.tell(`written to ${folder}`);
  return OUTCOME_EXIT.ok.code;
};
