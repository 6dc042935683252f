// lint FILE…: traps in the platform YAML of a deployment, each with why it bites and what mends it.

import { relative, resolve } from 'node:path';
import { lint } from '../../cluster/manifests/lint/lint.ts';
import { TestbedError } from '../../model/errors.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { readText, yamlFiles } from '../read-input.ts';
import type { CommandContext } from '../run-command.ts';

export interface LintOptions {
  readonly files: readonly string[];
  readonly json?: boolean;
}

export const run = (options: LintOptions, context: CommandContext): Promise<number> => {
  const files = options.files
    .flatMap((path) => yamlFiles(resolve(path), 'the platform'))
    .map((path) => ({ file: relative(process.cwd(), path), text: readText(path, 'the platform file') }));
  if (!files.some(({ text }) => /\bkind["']?\s*:/.test(text)))
    throw new TestbedError('PLATFORM_INVALID', `there is no Kubernetes object in ${options.files.join(', ')}`, {
      hint: 'give the YAML as `helm template` or `kubectl get -o yaml` prints it',
    });
  const findings = lint(files);
  if (options.json === true) context.print(JSON.stringify(findings, null, 1));
  else {
    for (const f of findings)
      context.print(
        `${f.file}:${f.line}:${f.column} ${f.severity} ${f.trap}: ${f.found}\n  why: ${f.why}\n  fix: ${f.fix}`,
      );
    context.print(findings.length === 0 ? 'no traps found' : `${findings.length} findings`);
  }
  const errors = findings.some((f) => f.severity === 'error');
  return Promise.resolve(errors ? OUTCOME_EXIT.objectivesMissed.code : OUTCOME_EXIT.ok.code);
};
