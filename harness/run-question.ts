// A run on disk as a question to simulate: its schedule, scenario and platform, and what is known of it if it was real.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestTable } from '../model/record.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { KnownInputs } from '../sim/known-inputs.ts';
import { TestbedError } from '../model/errors.ts';
import { KNOWN_FILE, readKnown } from './known-file.ts';
import type { Question } from './question.ts';
import { readRun } from './run-folder.ts';

export interface RunQuestion {
  readonly question: Question;
  /** Absent = everything is drawn. */
  readonly known?: KnownInputs;
}

/** When requests were sent: what was not sent comes as intended, and none before the one in front of it. */
const sentInOrder = ({ sentMillis, intendedMillis, count }: RequestTable): Float64Array => {
  const sent = new Float64Array(count);
  for (let i = 0; i < count; i++)
    sent[i] = Math.max(i === 0 ? 0 : sent[i - 1]!, Number.isNaN(sentMillis[i]!) ? intendedMillis[i]! : sentMillis[i]!);
  return sent;
};

/** What is known of a real run, the instants at which its requests were really sent too: they are in its record. */
export const knownOfRun = (inputs: KnownInputs, requests: RequestTable): KnownInputs => ({
  ...inputs,
  sentMillis: sentInOrder(requests),
});

export const isRunFolder = (path: string): boolean => existsSync(join(path, 'run.json'));

/**
 * The question that the run in `folder` answered. With known inputs the faults of its scenario are left out: what was done
 * to the real components is among the inputs, at the instants at which it was done.
 *
 * @param drawn leaves out what is known: only schedule, scenario, platform and origin are the run's
 */
export const questionOfRun = async (folder: string, drawn: boolean): Promise<RunQuestion> => {
  const { record } = await readRun(folder);
  const { header, schedule } = record;
  const scenario = header.scenario as unknown as Scenario;
  const question: Question = { scenario, schedule, hash: header.scheduleHash, platform: header.platform, notes: [] };
  if (drawn || !existsSync(join(folder, KNOWN_FILE))) return { question };
  const { epochMillis, scheduleHash, inputs } = await readKnown(folder);
  if (scheduleHash !== header.scheduleHash)
    throw new TestbedError(
      'SCHEDULE_HASH_MISMATCH',
      `${join(folder, KNOWN_FILE)} is of another schedule than the run beside it`,
      { hint: 'make the run again; the files of a run folder belong together' },
    );
  return {
    question: { ...question, scenario: { ...scenario, epochMillis, faults: [] } },
    known: knownOfRun(inputs, record.requests),
  };
};
