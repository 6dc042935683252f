// Which engine a replay gets: the one asked for, or the Node engine with a note when there is no k6 that can be used. Nothing
// fails for want of k6.

import type { LoadChoice } from '../replay/running-load.ts';
import { findK6 } from './find-k6.ts';
import { k6Choice } from './k6-load.ts';

export const ENGINES = ['node', 'k6'] as const;
export type EngineName = (typeof ENGINES)[number];

export interface ChosenEngine {
  /** Null = the Node engine. */
  readonly engine: LoadChoice | null;
  /** For the record of the run. */
  readonly notes: readonly string[];
}

/** @param tell for the person who waits: what is missing and what to do */
export const chooseEngine = async (
  asked: EngineName,
  environment: Readonly<Record<string, string | undefined>>,
  tell: (text: string) => void,
): Promise<ChosenEngine> => {
  if (asked === 'node') return { engine: null, notes: [] };
  const found = await findK6(environment);
  if (found.kind === 'found') {
    tell(`load engine: ${found.version.text}`);
    return { engine: k6Choice(found), notes: [] };
  }
  tell(`surgelab: ${found.why}: the Node engine sends the same schedule instead\n  try: ${found.hint}`);
  return { engine: null, notes: [`k6 was asked for, but ${found.why}: the Node engine sent the schedule`] };
};
