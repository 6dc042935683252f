// `conform hpa DIR`: replays every calc-*, seq-* and quantity file of a golden folder through sim/autoscaler.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { HpaVersion } from '../../sim/autoscaler/versions.ts';
import { HPA_VERSIONS } from '../../sim/autoscaler/versions.ts';
import type { CalcCase } from './hpa-calc.ts';
import { replayCalc } from './hpa-calc.ts';
import type { GoldenInt } from './hpa-golden.ts';
import { comparable } from './hpa-golden.ts';
import type { SequenceCase } from './hpa-sequence.ts';
import { replaySequence } from './hpa-sequence.ts';
import { readNdjson } from './read-ndjson.ts';
import type { ConformMismatch, ConformResult } from './result.ts';
import { conformResult, SetTally } from './result.ts';

interface QuantityCase {
  readonly q: string;
  readonly err?: 1;
  readonly s?: string;
  readonly m?: GoldenInt;
  readonly f?: number;
}

const replayQuantity = (line: QuantityCase): readonly ConformMismatch[] => {
  const quantity = parseQuantity(line.q);
  const got = comparable(quantity === null ? 'refused' : [quantity.text, String(quantity.milli), quantity.approximate]);
  const expected = comparable(line.err === 1 ? 'refused' : [line.s, String(line.m), line.f]);
  return got === expected ? [] : [{ id: line.q, where: 'quantity', expected, got }];
};

const FILE = /^(calc|seq|quantity)(?:-(\d+\.\d+)[^/]*)?\.ndjson(?:\.gz)?$/;

const versionOf = (text: string | undefined): HpaVersion | null =>
  text !== undefined && text in HPA_VERSIONS ? (text as HpaVersion) : null;

const replayFile = async (folder: string, file: string): Promise<SetTally | null> => {
  const [, kind, versionText] = FILE.exec(file) ?? [];
  const version = versionOf(versionText);
  if (kind === undefined || (kind !== 'quantity' && version === null)) return null;
  const tally = new SetTally(file, version ?? '');
  for await (const line of readNdjson(join(folder, file))) {
    if (kind === 'quantity') tally.add(replayQuantity(line as QuantityCase));
    else if (kind === 'calc') tally.add(replayCalc(line as CalcCase, version!));
    else tally.add(replaySequence(line as SequenceCase, version!).mismatches);
  }
  return tally;
};

/**
 * Replays the golden files of `folder`; other files are left alone. A folder without any gives a result without sets,
 * which does not conform. Throws INPUT_MISSING if the folder cannot be read.
 */
export const conformHpa = async (folder: string): Promise<ConformResult> => {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new TestbedError('INPUT_MISSING', `${folder}: cannot be read`, {
      hint: 'give the folder with calc-*.ndjson.gz, seq-*.ndjson.gz and quantity.ndjson.gz',
      cause,
    });
  });
  const tallies: SetTally[] = [];
  for (const file of files.sort()) {
    const tally = await replayFile(folder, file);
    if (tally !== null) tallies.push(tally);
  }
  return conformResult('hpa', tallies);
};
