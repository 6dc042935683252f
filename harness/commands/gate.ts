// gate RUN: the objectives of a run, or others; the exit code is the verdict.

import { aligned } from '../../reports/page/aligned.ts';
import { VERDICT_WORD, objectiveRows } from '../../reports/page/rows.ts';
import { exitOf, judge } from '../judge.ts';
import type { CommandContext } from '../run-command.ts';
import { addToRun, readRun } from '../run-folder.ts';

export interface GateOptions {
  readonly run: string;
  readonly objective?: readonly string[];
  readonly partial?: boolean;
  readonly json?: boolean;
}

export const run = async (options: GateOptions, context: CommandContext): Promise<number> => {
  const { record, folder } = await readRun(options.run, options.partial);
  const { verdict } = judge(record, options.objective);
  const text = JSON.stringify(verdict, null, 1);
  await addToRun(folder, 'verdict.json', `${text}\n`);
  if (options.json === true) context.print(text);
  else {
    const columns = [
      { title: 'objective', align: 'left' },
      { title: 'measured', align: 'right' },
      { title: '', align: 'left' },
    ] as const;
    if (verdict.objectives.length > 0) context.print(aligned(columns, objectiveRows(verdict)).join('\n'));
    context.print(`${VERDICT_WORD[verdict.verdict]}: ${verdict.why}`);
  }
  return exitOf(verdict);
};
