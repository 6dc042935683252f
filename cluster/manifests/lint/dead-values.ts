// T9, A1, T27: values that no template reads, and one key with two values.

import { parsePrometheusDuration } from '../../../model/duration.ts';
import type { Path } from '../documents.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { LintInput } from './input.ts';
import { at, ofKind, textOf, wherePath } from './input.ts';

/** Keys of the umbrella chart that no template of 0.2.2 reads. */
const DEAD: readonly { readonly trap: string; readonly path: Path; readonly fix: string }[] = [
  {
    trap: 'T9',
    path: ['scaling', 'auto', 'lightningAsr', 'servicemonitor', 'enabled'],
    fix: 'scaling.auto.enabled is the only switch',
  },
  {
    trap: 'T9',
    path: ['scaling', 'auto', 'lightningAsr', 'hpa', 'enabled'],
    fix: 'scaling.auto.enabled is the only switch',
  },
  {
    trap: 'A1',
    path: ['scaling', 'auto', 'lightningAsr', 'hpa', 'scaleUpStabilizationWindowSeconds'],
    fix: 'set scaling.auto.lightningAsr.hpa.behavior.scaleUp.stabilizationWindowSeconds',
  },
  {
    trap: 'A1',
    path: ['scaling', 'auto', 'lightningAsr', 'hpa', 'scaleDownStabilizationWindowSeconds'],
    fix: 'set scaling.auto.lightningAsr.hpa.behavior.scaleDown.stabilizationWindowSeconds',
  },
];

const conflicting = (input: LintInput): readonly Finding[] => {
  const retentions = input.prometheus
    .map((spec) => at(spec, 'retention'))
    .filter((one) => parsePrometheusDuration(textOf(one)) !== null);
  const first = retentions[0];
  return retentions
    .slice(1)
    .filter((one) => textOf(one) !== textOf(first!))
    .map((one) =>
      finding('T27', 'warning', one, {
        found: `retention ${textOf(one)} here and ${textOf(first!)} in ${first!.document.file}`,
        why: 'only one of them applies, and history is deleted in whole blocks',
        fix: 'choose one value',
      }),
    );
};

export const deadValues = (input: LintInput): readonly Finding[] => [
  ...ofKind(input, '').flatMap((root) =>
    DEAD.map(({ trap, path, fix }) => ({ trap, fix, value: at(root, ...path) }))
      .filter(({ value }) => value.value !== undefined)
      .map(({ trap, fix, value }) =>
        finding(trap, 'warning', value, {
          found: wherePath(value),
          why: 'no template of the chart reads this key: it has no effect',
          fix,
        }),
      ),
  ),
  ...conflicting(input),
];
