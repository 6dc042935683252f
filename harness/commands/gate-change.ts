// gate SCENARIO --against GITREF, gate SCENARIO --baseline FILE, gate RUNS --against RUNS: did a change make it worse? Prints
// the comment a reviewer wants, writes Markdown and JUnit XML where asked; the exit code is the verdict.

import { writeFileSync } from 'node:fs';
import { TestbedError } from '../../model/errors.ts';
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
import { readBaseline, writeBaseline } from '../gate/baseline.ts';
import type { Gated } from '../gate/change.ts';
import { gateAgainstBaseline, gateAgainstRef, gateSets, measureBaseline } from '../gate/change.ts';
import { wholeOption } from '../options.ts';
import { firstExisting } from '../read-input.ts';
import { scenarioOptionsOf } from '../question.ts';
import type { CommandContext } from '../run-command.ts';

export interface GateChangeOptions {
  /** A scenario, or a folder of runs. */
  readonly run: string;
  readonly against?: string;
  readonly baseline?: string;
  readonly update?: boolean;
  readonly seeds: string;
  readonly duration?: string;
  readonly markdown?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

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

const show = (gated: Gated, options: GateChangeOptions, context: CommandContext): number => {
  const { change, changes, about } = gated;
  const markdown = changeMarkdown(change, changes, about);
  if (options.markdown !== undefined) writeFileSync(options.markdown, markdown);
  if (options.junit !== undefined) writeFileSync(options.junit, changeJunit(change));
  if (options.json === true) context.print(JSON.stringify(gated, null, 1));
  else {
    for (const line of wrapped(changeSentence(change, changes), 110)) context.print(line);
    context.print(`\n${aligned(COLUMNS, change.figures.map(changeCells), 130).join('\n')}\n`);
    context.print(`${CHANGE_WORD[change.verdict]}: ${change.why}`);
  }
  context.tell(about);
  return EXIT[change.verdict];
};

const FEW_SEEDS = 5;

export const run = async (options: GateChangeOptions, context: CommandContext): Promise<number> => {
  const seeds = wholeOption('seeds', options.seeds, FEW_SEEDS);
  const question = scenarioOptionsOf({
    scenario: options.run,
    ...(options.duration === undefined ? {} : { duration: options.duration }),
  });
  const { against, baseline } = options;
  if (against !== undefined && baseline !== undefined)
    throw new TestbedError('USAGE', '--against and --baseline exclude each other');
  if (against !== undefined) {
    const sets =
      [against, options.run].every((path) => firstExisting([path]) !== null) && !/\.ya?ml$/.test(options.run);
    const gated = sets
      ? await gateSets(against, options.run)
      : await gateAgainstRef(question, against, seeds, context.signal);
    return show(gated, options, context);
  }
  const path = baseline ?? '';
  const known = options.update === true ? null : readBaseline(path);
  if (known !== null) return show(await gateAgainstBaseline(question, known, path, context.signal), options, context);
  if (options.update !== true)
    throw new TestbedError('INPUT_MISSING', `there is no baseline ${path}`, {
      hint: 'write it with --update and commit it',
    });
  writeBaseline(path, await measureBaseline(question, seeds, context.signal));
  context.tell(`baseline written to ${path}: commit it`);
  return OUTCOME_EXIT.ok.code;
};
