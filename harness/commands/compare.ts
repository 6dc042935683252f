// compare REAL SIMULATED: two runs of one schedule side by side, with the error of each figure and its bound.

import { compare, fidelityBounds } from '../../reports/compare.ts';
import { comparisonText } from '../../reports/page/text.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';
import { readRun } from '../run-folder.ts';

export interface CompareOptions {
  readonly real: string;
  readonly simulated: string;
  readonly json?: boolean;
}

export const run = async (options: CompareOptions, context: CommandContext): Promise<number> => {
  const real = (await readRun(options.real)).record;
  const simulated = (await readRun(options.simulated)).record;
  const comparison = compare(simulated, real, fidelityBounds(real.header.timeScale));
  context.print(options.json === true ? JSON.stringify(comparison, null, 1) : comparisonText(comparison));
  return comparison.pass ? OUTCOME_EXIT.ok.code : ERROR_EXIT.FIDELITY.code;
};
