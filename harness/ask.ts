// Asks a person a yes-or-no question on the terminal. Without a terminal nobody can be asked, and that is an error.

import { createInterface } from 'node:readline/promises';
import { TestbedError } from '../model/errors.ts';

/** False unless the answer is yes. Throws USAGE without a terminal. */
export const ask = async (question: string, signal: AbortSignal): Promise<boolean> => {
  if (!process.stdin.isTTY)
    throw new TestbedError('USAGE', `${question} There is no terminal to answer on`, {
      hint: '--yes answers for you; --dry-run shows what would be done',
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
};
