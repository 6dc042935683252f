// Makes sim/autoscaler/golden from a full golden/hpa folder: all named sequences, every quantity, and of the random cases
// those that show something new (family, metric, outcome, pod states; reasons and events), plus where versions differ.
//
//   npx node harness/dev/golden-subset-hpa.ts [FOLDER]     default: ../shared/golden/hpa

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readNdjson } from '../conform/read-ndjson.ts';

type Line = Readonly<Record<string, unknown>> & { readonly id: string; readonly e?: unknown };

const TARGET = join(import.meta.dirname, '../../sim/autoscaler/golden');
const SOURCE = process.argv[2] ?? join(import.meta.dirname, '../../../shared/golden/hpa');

const readAll = async (file: string): Promise<Line[]> => {
  const lines: Line[] = [];
  for await (const line of readNdjson(join(SOURCE, file))) lines.push(line as Line);
  return lines;
};

const write = async (file: string, lines: readonly unknown[]): Promise<void> => {
  const bytes = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { level: 9 });
  await writeFile(join(TARGET, file), bytes);
  console.log(`${file}: ${lines.length} lines, ${Math.round(bytes.length / 1024)} KiB`);
};

const size = (value: unknown): string => {
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? 'huge' : value;
  const n = Number(value);
  return n < 0 ? 'negative' : n === 0 ? 'zero' : Math.abs(n) >= 2147483647 ? 'int32' : 'plain';
};

/** Two calculator lines with the same traits exercise the same code. */
const calcTraits = (line: Line): string => {
  const { id, t, av, v, r, c, sr, p, m, x, tol, e } = line;
  const pods = (p ?? []) as readonly (readonly [number, string])[];
  const outcome = Array.isArray(e) ? [...(e as unknown[]).map(size), e[0] === sr, Number(e[0]) > Number(sr)] : e;
  const target = av !== undefined ? 'average' : v !== undefined ? 'value' : 'utilization';
  const states = [...new Set(pods.map(([, state]) => state))].sort().slice(0, 1);
  return JSON.stringify([
    id.split('-')[0],
    t,
    target,
    r === 'cpu',
    c !== undefined,
    states,
    m === 'err',
    x !== undefined,
    tol !== undefined,
    outcome,
  ]);
};

/** What happens in a sequence: family with each kind of condition, event list, error and failing call. */
const sequenceTraits = (line: Line): string[] => {
  const family = line.id.split('-')[0]!;
  const traits = new Set<string>();
  for (const step of line['steps'] as readonly Readonly<Record<string, unknown>>[]) {
    const e = step['e'] as Readonly<Record<string, unknown>>;
    for (const [, status, reason] of (e['c'] ?? []) as readonly string[][])
      traits.add(`${family} ${status!} ${reason!}`);
    traits.add(JSON.stringify([family, e['ev'] ?? [], e['err'] ?? '', step['f'] ?? '', 'sw' in e]));
  }
  return [...traits];
};

const chooseCalc = (lines: readonly Line[], twins: readonly Line[], share: number): Set<string> => {
  const seen = new Set<string>();
  const chosen = new Set<string>();
  lines.forEach((line, i) => {
    const traits = calcTraits(line);
    const differs = JSON.stringify(line.e) !== JSON.stringify(twins[i]!.e) && i % share === 0;
    if (!seen.has(traits) || differs) chosen.add(line.id);
    seen.add(traits);
  });
  return chosen;
};

const chooseSequences = (lines: readonly Line[]): Set<string> => {
  const seen = new Set<string>();
  const chosen = new Set<string>();
  for (const line of lines) {
    const traits = sequenceTraits(line);
    const named = line.id.startsWith('n:');
    if (named || traits.some((t) => !seen.has(t))) chosen.add(line.id);
    for (const t of traits) seen.add(t);
  }
  return chosen;
};

await mkdir(TARGET, { recursive: true });
const files = await readdir(SOURCE);
const versions = (kind: string): string[] => files.filter((file) => file.startsWith(`${kind}-`)).sort();

const calc = await Promise.all(versions('calc').map(readAll));
const chosenCalc = chooseCalc(calc[0]!, calc.at(-1)!, 1);
for (const [i, file] of versions('calc').entries())
  await write(
    file,
    calc[i]!.filter((line) => chosenCalc.has(line.id)),
  );

const sequences = await Promise.all(versions('seq').map(readAll));
const chosenSequences = chooseSequences(sequences.at(-1)!);
for (const [i, file] of versions('seq').entries()) {
  await write(
    file,
    sequences[i]!.filter((line) => chosenSequences.has(line.id)),
  );
}

await write('quantity.ndjson.gz', await readAll('quantity.ndjson.gz'));
