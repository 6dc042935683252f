// Numbers from the command line, checked. Throws USAGE with what was given and what is expected.

import { TestbedError } from '../model/errors.ts';

export const wholeOption = (name: string, text: string, least: number): number => {
  const n = Number(text);
  if (Number.isInteger(n) && n >= least) return n;
  throw new TestbedError('USAGE', `--${name} ${text}: expected a whole number of at least ${least}`);
};

export const numberOption = (name: string, text: string, least: number): number => {
  const n = Number(text);
  if (text !== '' && Number.isFinite(n) && n >= least) return n;
  throw new TestbedError('USAGE', `--${name} ${text}: expected a number of at least ${least}`);
};
