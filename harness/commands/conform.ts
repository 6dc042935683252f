// conform KIND [FOLDER]: replays recorded behaviour of the real components and prints what differs. Exit 0 only if every
// case was run and agreed.

import { TestbedError } from '../../model/errors.ts';
import type { ConformKind } from '../conform/kinds.ts';
import { CONFORM_KINDS, REPLAYS, recordingsOf } from '../conform/kinds.ts';
import type { ConformResult } from '../conform/result.ts';
import { conforms } from '../conform/result.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import { startProgress } from '../progress.ts';
import type { CommandContext } from '../run-command.ts';

export interface ConformOptions {
  readonly kind: string;
  readonly folder?: string | undefined;
  readonly json?: boolean;
}

const SHOWN = 5;

/** The lines a person reads: one per set, then the first differences. */
const conformText = (result: ConformResult): string => {
  const name = Math.max(...result.sets.map((set) => set.name.length), 3);
  const sets = result.sets.map(
    (set) =>
      `  ${set.name.padEnd(name)}  ${set.version.padEnd(7)}  ${String(set.cases).padStart(9)} cases  ${String(set.mismatches).padStart(6)} mismatches`,
  );
  const differences = result.mismatches
    .slice(0, SHOWN)
    .map((m) => `  ${m.id} at ${m.where}\n    expected ${m.expected}\n    got      ${m.got}`);
  const verdict = conforms(result)
    ? 'agrees'
    : result.sets.every((set) => set.cases === 0)
      ? 'NOTHING WAS COMPARED'
      : 'DIFFERS';
  const notes = (result.notes ?? []).map((note) => `  ${note}`);
  return [`${result.kind}: ${verdict}`, ...sets, ...notes, ...differences].join('\n');
};

const kindsOf = (kind: string): readonly ConformKind[] => {
  if (kind === 'all') return CONFORM_KINDS;
  const known = CONFORM_KINDS.find((each) => each === kind);
  if (known === undefined)
    throw new TestbedError('USAGE', `there is no kind ${kind} of recorded behaviour`, {
      hint: `one of ${CONFORM_KINDS.join(', ')}, all`,
    });
  return [known];
};

export const run = async (options: ConformOptions, context: CommandContext): Promise<number> => {
  const kinds = kindsOf(options.kind);
  if (kinds.length > 1 && options.folder !== undefined)
    throw new TestbedError('USAGE', 'conform all takes no folder', {
      hint: 'set SURGELAB_SHARED to the folder above golden/',
    });
  const results: ConformResult[] = [];
  for (const kind of kinds) {
    const progress = startProgress(`conform ${kind}`);
    const result = await REPLAYS[kind].run(recordingsOf(kind, options.folder), progress.update);
    progress.end();
    results.push(result);
    if (options.json !== true) context.print(conformText(result));
  }
  if (options.json === true) context.print(JSON.stringify(results.length === 1 ? results[0] : results, null, 1));
  return results.every(conforms) ? OUTCOME_EXIT.ok.code : ERROR_EXIT.CONFORMANCE.code;
};
