// gate RUN: the objectives of a run, or others; the exit code is the verdict.

import { TestbedError } from '../../model/errors.ts';
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
  /** Of a comparison with another state, which this is not: refused. */
  readonly update?: boolean;
  readonly duration?: string;
  readonly markdown?: string;
  readonly junit?: string;
}

/** Options that would be without effect are refused. Throws USAGE. */
const refuseComparison = (options: GateOptions): void => {
  const given = (['update', 'duration', 'markdown', 'junit'] as const).filter((name) => options[name] !== undefined);
  if (given.length > 0)
    throw new TestbedError(
      'USAGE',
      `${given.map((name) => `--${name}`).join(', ')}: expected a comparison, got one run (${options.run})`,
      { hint: 'say with what: --against a git ref or a folder of runs, or --baseline FILE' },
    );
};

export const run = async (options: GateOptions, context: CommandContext): Promise<number> => {
  refuseComparison(options);
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
