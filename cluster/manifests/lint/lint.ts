// The linter: every trap of reference/metrics-path.md section 4 that can be seen in the YAML alone. Takes files, gives
// findings in the order of the files.

import { formatProblem, TestbedError } from '../../../model/errors.ts';
import type { ManifestFile } from '../documents.ts';
import { openManifests } from '../documents.ts';
import { adapterRules } from './adapter-rules.ts';
import { alertTraps } from './alerts.ts';
import { deadValues } from './dead-values.ts';
import { deploymentTraps } from './deployments.ts';
import type { Finding } from './finding.ts';
import { hpaTraps } from './hpa.ts';
import type { LintInput } from './input.ts';
import { lintInput } from './input.ts';
import { intervals } from './intervals.ts';
import { rulePlacement } from './rule-placement.ts';
import { scrapeJobs } from './scrape-jobs.ts';
import { storageTraps } from './storage.ts';

export type { Finding, Severity } from './finding.ts';

const TRAPS: readonly ((input: LintInput) => readonly Finding[])[] = [
  rulePlacement,
  scrapeJobs,
  adapterRules,
  intervals,
  deadValues,
  hpaTraps,
  alertTraps,
  storageTraps,
  deploymentTraps,
];

/**
 * Traps in the platform YAML. Throws PLATFORM_INVALID if a file is not YAML.
 *
 * @example lint([{ file: 'values.yaml', text }]).map((one) => `${one.file}:${one.line} ${one.trap}`)
 */
export const lint = (files: readonly ManifestFile[]): readonly Finding[] => {
  const { documents, problems } = openManifests(files);
  if (problems.length > 0) {
    throw new TestbedError(
      'PLATFORM_INVALID',
      `these files cannot be read:\n${problems.map((one) => `  ${formatProblem(one)}`).join('\n')}`,
    );
  }
  const input = lintInput(documents);
  const order = new Map(files.map(({ file }, i) => [file, i]));
  return TRAPS.flatMap((trap) => trap(input)).toSorted(
    (x, y) => order.get(x.file)! - order.get(y.file)! || x.line - y.line || x.column - y.column,
  );
};
