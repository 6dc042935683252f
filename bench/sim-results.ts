// What bench:sim printed, a file per part, kept for docs/measurements.md.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SIM_PARTS = ['day', 'scaling', 'sweep', 'peer'] as const;
export type SimPart = (typeof SIM_PARTS)[number];

const FOLDER = join(import.meta.dirname, '..', '.cache', 'bench');
const fileOf = (part: SimPart): string => join(FOLDER, `sim-${part}.txt`);

export const writeSimResult = (part: SimPart, lines: readonly string[]): void => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(fileOf(part), lines.map((line) => `${line}\n`).join(''));
};

/** Lines of all parts that were measured; of the others that they were not. */
export const readSimResults = (): readonly string[] =>
  SIM_PARTS.flatMap((part) =>
    existsSync(fileOf(part)) ? readFileSync(fileOf(part), 'utf8').trimEnd().split('\n') : [`${part}: not run`],
  );
