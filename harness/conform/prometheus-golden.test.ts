import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenFolder } from './kinds.ts';
import { conformPromql } from './promql.ts';
import { conforms, type ConformResult } from './result.ts';
import { conformRules } from './rules.ts';

const COMPACT = join(import.meta.dirname, '../../sim/prometheus/golden');

const agreesFully = (result: ConformResult): void => {
  for (const { name, version, cases, mismatches } of result.sets)
    console.log(`${name} ${version}: ${cases} cases, ${mismatches} mismatches`);
  expect(result.mismatches).toEqual([]);
  expect(conforms(result)).toBe(true);
};

describe('the recorded answers of Prometheus 2.53.0 and 3.16.0', () => {
  it('agree with the evaluator in the part kept in the repository', async () => {
    agreesFully(await conformPromql(join(COMPACT, 'promql')));
  });

  it('agree with the rule engine in the part kept in the repository', async () => {
    agreesFully(await conformRules(join(COMPACT, 'rules')));
  });

  const promql = join(goldenFolder(), 'promql');
  it.skipIf(!existsSync(promql))(
    `agree with the evaluator in all of them (skipped if there is no golden/promql in the shared folder)`,
    async () => agreesFully(await conformPromql(promql)),
  );

  const rules = join(goldenFolder(), 'rules');
  it.skipIf(!existsSync(rules))(
    `agree with the rule engine in all of them (skipped if there is no golden/rules in the shared folder)`,
    async () => agreesFully(await conformRules(rules)),
  );
});
