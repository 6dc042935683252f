// doctor: the verification ladder of the metric path against a live cluster, read-only. The exit code names the first
// broken rung.

import { resolve } from 'node:path';
import { styleText } from 'node:util';
import { findInstances } from '../../cluster/bare/instance.ts';
import { gatherFacts } from '../../cluster/doctor/gather.ts';
import type { Step } from '../../cluster/doctor/ladder.ts';
import { climb, firstBroken } from '../../cluster/doctor/ladder.ts';
import { USUAL_SERIES_LIMIT } from '../../cluster/doctor/subject.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { TestbedError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import type { Paint } from '../doctor/ladder-text.ts';
import { ladderText } from '../doctor/ladder-text.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { numberOption, wholeOption } from '../options.ts';
import { parseSet, platformOf, readQuestion } from '../question.ts';
import { readManifestsAt } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';

export interface DoctorOptions {
  readonly scenario?: string;
  readonly manifests: readonly string[];
  readonly set: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly prometheus?: string;
  readonly seriesLimit?: string;
  readonly patience: string;
  readonly json?: boolean;
}

const expectedPlatform = ({ scenario, manifests, set }: DoctorOptions): Platform | null => {
  if (scenario !== undefined && manifests.length > 0)
    throw new TestbedError('USAGE', 'a scenario and --manifests were given: expected one of them');
  if (scenario !== undefined) return platformOf(readQuestion({ scenario, set }));
  return manifests.length === 0
    ? null
    : readPlatform(readManifestsAt(manifests.map((path) => resolve(path))), parseSet(set));
};

const kubectlWords = ({ kubeconfig, context }: DoctorOptions): string =>
  [
    'kubectl',
    ...(kubeconfig === undefined ? [] : [`--kubeconfig ${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context ${context}`]),
  ].join(' ');

/** The address of Prometheus of a bare control plane of this machine, found by its API server. */
const barePrometheus = (server: string): string | null => {
  const address = findInstances().find(({ facts }) => facts['apiServer'] === server)?.facts['prometheus'];
  return typeof address === 'string' ? address : null;
};

export const exitCodeOf = (steps: readonly Step[]): number => {
  const first = firstBroken(steps);
  if (first !== null) return OUTCOME_EXIT.ladderUndecided.code + first.number;
  return steps.some(({ state }) => state === 'unknown') ? OUTCOME_EXIT.ladderUndecided.code : OUTCOME_EXIT.ok.code;
};

const plain: Paint = (_colour, text) => text;
const coloured: Paint = (colour, text) => styleText(colour, text);

export const run = async (options: DoctorOptions, context: CommandContext): Promise<number> => {
  const { kubeconfig, context: name, namespace, prometheus, seriesLimit, patience, json } = options;
  const platform = expectedPlatform(options);
  const api = await connectKubernetes(kubeconfig === undefined ? null : resolve(kubeconfig), name ?? null);
  try {
    const facts = await gatherFacts({
      api,
      platform,
      namespace: namespace ?? null,
      prometheus: prometheus ?? barePrometheus(api.server),
      kubectl: kubectlWords(options),
      seriesLimit: seriesLimit === undefined ? USUAL_SERIES_LIMIT : wholeOption('series-limit', seriesLimit, 1),
      patienceMillis: 1000 * numberOption('patience', patience, 0.1),
    });
    const steps = climb(facts);
    const exitCode = exitCodeOf(steps);
    if (json === true)
      context.print(
        JSON.stringify({ facts, steps, firstBroken: firstBroken(steps)?.number ?? null, exitCode }, null, 1),
      );
    else context.print(ladderText(facts, steps, process.stdout.isTTY ? coloured : plain));
    return exitCode;
  } finally {
    await api.close();
  }
};
