// The one error of loading a query: where in the text (line:column, 1-based), and what is wrong with it.

import { TestbedError } from '../../../model/errors.ts';

/** `line:column` of an offset, both from 1, columns in UTF-16 units. */
export const position = (text: string, offset: number): string => {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - (before.lastIndexOf('\n') + 1) + 1}`;
};

/** QUERY_INVALID, worded as Prometheus words it: `1:6: parse error: …`. */
export const invalidQuery = (text: string, offset: number, problem: string, hint?: string): TestbedError =>
  new TestbedError('QUERY_INVALID', `${position(text, offset)}: parse error: ${problem}`, {
    hint: hint ?? `in the query ${JSON.stringify(text)}`,
  });
