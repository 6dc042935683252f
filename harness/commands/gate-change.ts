// gate SCENARIO --against GITREF, gate SCENARIO --baseline FILE, gate RUNS --against RUNS: did a change make it worse? Prints
// the comment a reviewer wants, writes Markdown and JUnit XML where asked; the exit code is the verdict.

import { TestbedError } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { readBaseline, writeBaseline } from '../gate/baseline.ts';
import { gateAgainstBaseline, gateAgainstRef, gateSets, measureBaseline } from '../gate/change.ts';
import type { ShowOptions } from '../gate/show.ts';
import { FEW_SEEDS, showChange } from '../gate/show.ts';
import { holdsRuns } from '../find-run.ts';
import { wholeOption } from '../options.ts';
import { firstExisting } from '../read-input.ts';
import { scenarioOptionsOf } from '../question.ts';
import type { CommandContext } from '../run-command.ts';

export interface GateChangeOptions extends ShowOptions {
  /** Of the gate of one run: refused. */
  readonly objective?: readonly string[];
  readonly partial?: boolean;
  /** A scenario, or a folder of runs. */
  readonly run: string;
  readonly against?: string;
  readonly baseline?: string;
  readonly update?: boolean;
  readonly seeds: string;
  readonly duration?: string;
}

export const run = async (options: GateChangeOptions, context: CommandContext): Promise<number> => {
  const seeds = wholeOption('seeds', options.seeds, FEW_SEEDS);
  const question = scenarioOptionsOf({
    scenario: options.run,
    ...(options.duration === undefined ? {} : { duration: options.duration }),
  });
  const { against, baseline } = options;
  if (against !== undefined && baseline !== undefined)
    throw new TestbedError('USAGE', '--against and --baseline exclude each other', {
      hint: '--against compares with a git ref or a folder of runs, --baseline with figures on file',
    });
  if ((options.objective ?? []).length > 0 || options.partial === true)
    throw new TestbedError('USAGE', '--objective and --partial are for one run, and this is a comparison', {
      hint: 'a comparison is judged by the objectives of the scenario',
    });
  if (against !== undefined) {
    const sets =
      [against, options.run].every((path) => firstExisting([path]) !== null) && !/\.ya?ml$/.test(options.run);
    if (!sets && (await holdsRuns(options.run)))
      throw new TestbedError('INPUT_MISSING', `there is no ${against} to compare the runs of ${options.run} with`, {
        hint: 'runs go with a folder of runs, a scenario with a git ref: gate SCENARIO --against main',
      });
    const gated = sets ? await gateSets(against, options.run) : await gateAgainstRef(question, against, seeds, context);
    return showChange(gated, options, context);
  }
  const path = baseline ?? '';
  const known = options.update === true ? null : readBaseline(path);
  if (known !== null) return showChange(await gateAgainstBaseline(question, known, path, context), options, context);
  if (options.update !== true)
    throw new TestbedError('INPUT_MISSING', `there is no baseline ${path}`, {
      hint: 'write it with --update and commit it',
    });
  writeBaseline(path, await measureBaseline(question, seeds, context));
  context.tell(`baseline written to ${path}: commit it`);
  return OUTCOME_EXIT.ok.code;
};
