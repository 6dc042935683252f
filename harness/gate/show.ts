// A judged change on its way out: the table on stdout, Markdown and JUnit XML into files, the exit code of the verdict.

import { writeFileSync } from 'node:fs';
import {
  changeCells,
  changeJunit,
  changeMarkdown,
  changeSentence,
  CHANGE_WORD,
} from '../../reports/gate/change-report.ts';
import type { ChangeVerdict } from '../../reports/gate/regression.ts';
import { aligned, wrapped } from '../../reports/page/aligned.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';
import type { Gated } from './change.ts';

export interface ShowOptions {
  /** Files to write. */
  readonly markdown?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

/** Fewer pairs than this say nothing (GATE_RULES.leastPairs). */
export const FEW_SEEDS = 5;

const EXIT: Readonly<Record<ChangeVerdict, number>> = {
  better: OUTCOME_EXIT.ok.code,
  same: OUTCOME_EXIT.ok.code,
  worse: OUTCOME_EXIT.worse.code,
  'not-enough-data': OUTCOME_EXIT.noData.code,
};

const COLUMNS = [
  { title: 'figure', align: 'left' },
  { title: 'before', align: 'right' },
  { title: 'after', align: 'right' },
  { title: 'change', align: 'right' },
  { title: 'interval', align: 'left' },
  { title: 'verdict', align: 'left' },
] as const;

/** Prints and writes a change; gives the exit code of its verdict. */
export const showChange = (gated: Gated, options: ShowOptions, context: CommandContext): number => {
  const { change, changes, about } = gated;
  if (options.json === true) context.print(JSON.stringify(gated, null, 1));
  else {
    for (const line of wrapped(changeSentence(change, changes), 110)) context.print(line);
    context.print(`\n${aligned(COLUMNS, change.figures.map(changeCells), 150).join('\n')}\n`);
    context.print(`${CHANGE_WORD[change.verdict]}: ${change.why}`);
    for (const { name, gated: decides, verdict, why } of change.figures)
      if (decides && verdict === 'not-enough-data') context.print(`  ${name}: ${why}`);
  }
  context.tell(about);
  // After the result is out: a place that cannot be written costs nobody the comparison.
  if (options.markdown !== undefined) writeFileSync(options.markdown, changeMarkdown(change, changes, about));
  if (options.junit !== undefined) writeFileSync(options.junit, changeJunit(change));
  return EXIT[change.verdict];
};
