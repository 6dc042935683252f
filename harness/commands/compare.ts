// compare REAL SIMULATED: two runs of one schedule side by side, with the error of each figure and its bound. For a run on
// a real cluster also its scale events, its storage, and where the simulation first left it and why.

import { TestbedError } from '../../model/errors.ts';
import { agreementReport } from '../../reports/fidelity/text.ts';
import { comparisonText } from '../../reports/page/text.ts';
import { compareRuns } from '../compare-runs.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';
import { readRun } from '../run-folder.ts';

export interface CompareOptions {
  readonly real: string;
  readonly simulated: string;
  readonly json?: boolean;
}

export const run = async (options: CompareOptions, context: CommandContext): Promise<number> => {
  const [first, second] = [await readRun(options.simulated), await readRun(options.real)];
  const [simulated, real] = [first.record, second.record];
  // The local profile has the simulator's own control code: it has bounds of its own, those above.
  const { profile } = real.header;
  if (profile === 'sim' && simulated.header.profile !== 'sim')
    throw new TestbedError('USAGE', `${options.real} is a simulation and ${options.simulated} the real run`, {
      hint: `the real run comes first: surgelab compare ${options.simulated} ${options.real}`,
    });
  const comparison = compareRuns(first, second);
  const agreement = profile === 'sim' || profile === 'local' ? null : agreementReport(real, simulated);
  if (options.json === true)
    context.print(JSON.stringify(agreement === null ? comparison : { ...comparison, agreement }, null, 1));
  else {
    context.print(comparisonText(comparison));
    if (agreement !== null) context.print(`\n${agreement.text}`);
  }
  if (profile === 'sim')
    context.tell('two simulations: whether a change helps beyond chance, `shadow` and `gate --against` tell');
  const pass = agreement === null ? comparison.pass : agreement.pass;
  return pass ? OUTCOME_EXIT.ok.code : ERROR_EXIT.FIDELITY.code;
};
