// Chooses from the recorded PromQL and rule sets a small part that still shows every kind of expression and every
// difference between the versions, and writes it to sim/prometheus/golden, so that a lone clone is tested too.
// Run: npx node harness/dev/compact-prometheus-golden.ts

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { GoldenData, PromqlCase } from '../conform/promql.ts';
import type { RulesCase } from '../conform/rules.ts';
import { goldenFolder } from '../conform/kinds.ts';
import { readNdjson } from '../conform/read-ndjson.ts';

const OUT = join(import.meta.dirname, '../../sim/prometheus/golden');
/** Bytes of NDJSON before compression; together they stay below 1 MB compressed. */
const PROMQL_BYTES = 4_000_000;
const RULES_BYTES = 4_500_000;

const write = (name: string, lines: readonly string[]): void => {
  const bytes = gzipSync(`${lines.join('\n')}\n`, { level: 9 });
  writeFileSync(join(OUT, name), bytes);
  process.stdout.write(`${name}: ${lines.length} lines, ${bytes.length} bytes\n`);
};

/** What an expression shows: its family, its words without names and numbers, and how the versions differ. */
const features = (golden: PromqlCase & { readonly diff?: string }): string[] => {
  const shape = golden.expr
    .replace(/"[^"]*"/g, 'S')
    .replace(/\b(?:asr|kube)_\w+|\bup\b/g, 'M')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/-?\b\d[\w.]*/g, '#');
  const words =
    golden.expr.match(/\b[a-z][a-z_0-9]*(?= ?\()|\b(?:and|or|unless|bool|offset|group_left)\b|[=!]~/g) ?? [];
  return [`${golden.fam} ${shape}`, ...words.map((word) => `${golden.fam} ${word} ${golden.diff ?? ''}`)];
};

interface Choice<T> {
  readonly item: T;
  readonly bytes: number;
  readonly features: readonly string[];
}

/** Greedy cover: always the candidate with the most unseen features per byte, until the budget is spent. */
const cover = <T>(candidates: readonly Choice<T>[], budget: number): T[] => {
  const seen = new Set<string>();
  const left = new Set(candidates);
  const chosen: T[] = [];
  let spent = 0;
  for (;;) {
    let best: Choice<T> | undefined;
    let bestScore = 0;
    for (const candidate of left) {
      if (spent + candidate.bytes > budget) continue;
      const score = candidate.features.filter((f) => !seen.has(f)).length / candidate.bytes;
      if (score > bestScore) [best, bestScore] = [candidate, score];
    }
    if (best === undefined) return chosen;
    left.delete(best);
    spent += best.bytes;
    for (const feature of best.features) seen.add(feature);
    chosen.push(best.item);
  }
};

const compactPromql = async (folder: string): Promise<void> => {
  const cases = new Map<string, PromqlCase[]>();
  for await (const value of readNdjson(join(folder, 'cases.ndjson.gz'))) {
    const golden = value as PromqlCase;
    const known = cases.get(golden.ds);
    if (known === undefined) cases.set(golden.ds, [golden]);
    else known.push(golden);
  }
  const candidates: Choice<{ readonly data: string; readonly cases: readonly string[] }>[] = [];
  for await (const value of readNdjson(join(folder, 'datasets.ndjson.gz'))) {
    const dataSet = value as GoldenData & { readonly ds: string };
    const own = cases.get(dataSet.ds) ?? [];
    const data = JSON.stringify(dataSet);
    const lines = own.map((golden) => JSON.stringify(golden));
    candidates.push({
      item: { data, cases: lines },
      bytes: data.length + lines.reduce((sum, line) => sum + line.length, 0),
      features: [...new Set(own.flatMap(features))],
    });
  }
  const chosen = cover(candidates, PROMQL_BYTES);
  mkdirSync(join(OUT, 'promql'), { recursive: true });
  write(
    'promql/datasets.ndjson.gz',
    chosen.map(({ data }) => data),
  );
  write(
    'promql/cases.ndjson.gz',
    chosen.flatMap((choice) => choice.cases),
  );
};

const compactRules = async (folder: string): Promise<void> => {
  const candidates: Choice<string>[] = [];
  for await (const value of readNdjson(join(folder, 'cases.ndjson.gz'))) {
    const golden = value as RulesCase;
    const line = JSON.stringify(golden);
    const split = Object.keys(golden).filter((key) => key.endsWith('253'));
    const lines = golden.yaml.split('\n').map((text) => text.trim().replace(/\d+/g, '#'));
    const marks = [golden.fam, golden.start, ...split, ...lines].map((mark) => `${golden.fam} ${mark}`);
    candidates.push({ item: line, bytes: line.length, features: [...new Set(marks)] });
  }
  mkdirSync(join(OUT, 'rules'), { recursive: true });
  write('rules/cases.ndjson.gz', cover(candidates, RULES_BYTES));
};

const golden = goldenFolder();
await compactPromql(join(golden, 'promql'));
await compactRules(join(golden, 'rules'));
