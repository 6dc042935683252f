// probe URL: which of the vendor's dialects a server speaks, with what was tried and seen.

import { DIALECT_UNKNOWN_HINT, authorizationFrom, originOf } from '../replay/target.ts';
import { probe, probeText } from '../replay/probe.ts';
import { TestbedError } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';

export interface ProbeOptions {
  readonly url: string;
  readonly authEnv?: string;
  readonly authScheme: string;
  readonly patience: string;
  readonly json?: boolean;
}

const patienceOf = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 600))
    throw new TestbedError('USAGE', `--patience ${text}: expected seconds above 0, at most 600`);
  return value * 1000;
};

export const run = async (options: ProbeOptions, context: CommandContext): Promise<number> => {
  const origin = originOf(options.url);
  const report = await probe({
    origin,
    authorization: authorizationFrom(options.authEnv, options.authScheme, process.env),
    patienceMillis: patienceOf(options.patience),
  });
  context.print(options.json === true ? JSON.stringify({ origin, ...report }, null, 1) : probeText(origin, report));
  if (report.batch === null && report.live === null)
    throw new TestbedError('DIALECT_UNKNOWN', `${origin} answers, but speaks none of the dialects`, {
      hint: DIALECT_UNKNOWN_HINT,
    });
  return OUTCOME_EXIT.ok.code;
};
