// sweep SCENARIO --vary PATH=V1,V2,…: every value on the same seeds, as a table with paired differences: on the cores of this
// machine, or as an Indexed Job on a cluster (the kind cluster that is up, or one that a kubeconfig names).

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SWEEP_JOB } from '../../cluster/kind/node-image.ts';
import { parseDuration } from '../../model/duration.ts';
import { TestbedError } from '../../model/errors.ts';
import { stream } from '../../model/rng.ts';
import { sweepText } from '../../reports/page/text.ts';
import { sweepOf } from '../../reports/sweep.ts';
import type { SweepPoint } from '../../reports/sweep.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { JobPlaceOptions } from '../job-place.ts';
import { checkJobPlace, openJobPlace } from '../job-place.ts';
import { wholeOption } from '../options.ts';
import { tellPlatformNotes } from '../platform-notes.ts';
import { startProgress } from '../progress.ts';
import type { ScenarioOptions } from '../question.ts';
import { platformOf, readQuestion, scenarioOptionsOf } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import type { SweepPlan, SweepSetting } from '../sweep.ts';
import { runSweep } from '../sweep.ts';
import { sweepOnKubernetes } from '../sweep-job.ts';

export interface SweepOptions extends ScenarioOptions, Omit<JobPlaceOptions, 'context'> {
  readonly vary: string;
  readonly seeds: string;
  readonly on: 'local' | 'k8s';
  readonly namespace: string;
  readonly parallelism: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `asr.scrapeInterval=2s,15s` as settings. Throws USAGE. */
export const variedSettings = (text: string): readonly SweepSetting[] => {
  const at = text.indexOf('=');
  const values = text
    .slice(at + 1)
    .split(',')
    .filter((each) => each !== '');
  if (at <= 0 || new Set(values).size < 2)
    throw new TestbedError('USAGE', `--vary ${text}: expected a path and at least two values`, {
      hint: '--vary asr.scrapeInterval=2s,5s,15s',
    });
  const path = text.slice(0, at);
  return values.map((value) => ({
    label: value,
    value: parseDuration(value) ?? Number(value),
    set: [`${path}=${value}`],
  }));
};

const onCluster = async (
  options: SweepOptions,
  plan: SweepPlan,
  folder: string,
  context: CommandContext,
): Promise<readonly SweepPoint[]> => {
  const { namespace } = options;
  checkJobPlace(options, `a Job and a ConfigMap would be created in namespace ${namespace} and removed again`);
  const { api, image } = await openJobPlace(options, SWEEP_JOB, context);
  try {
    return await sweepOnKubernetes({
      ...plan,
      api,
      image,
      namespace,
      parallelism: wholeOption('parallelism', options.parallelism, 1),
      folder,
      tell: context.tell,
    });
  } finally {
    await api.close();
  }
};

export const run = async (options: SweepOptions, context: CommandContext): Promise<number> => {
  const settings = variedSettings(options.vary);
  const seeds = Array.from({ length: wholeOption('seeds', options.seeds, 2) }, (_, i) => i + 1);
  const question = scenarioOptionsOf(options);
  const { name } = readQuestion(question).scenario;
  // A setting that the platform does not have is told here, not by each worker or pod.
  const platforms = settings.map(({ set }) =>
    platformOf(readQuestion({ ...question, set: [...(question.set ?? []), ...set] })),
  );
  tellPlatformNotes(platforms, context.tell);
  const progress = startProgress(`sweep of ${settings.length} settings × ${seeds.length} seeds`);
  const plan: SweepPlan = {
    options: question,
    settings,
    seeds,
    signal: context.signal,
    onProgress: progress.update,
  };
  const folder = options.out ?? join('runs', `${name}-sweep`);
  try {
    const points = options.on === 'k8s' ? await onCluster(options, plan, folder, context) : await runSweep(plan);
    const path = options.vary.slice(0, options.vary.indexOf('='));
    const swept = sweepOf(path, '', points, settings[0]!.label, stream(1, 'bootstrap'));
    if (options.on === 'k8s') writeFileSync(join(folder, 'sweep.json'), `${JSON.stringify(swept, null, 1)}\n`);
    context.print(options.json === true ? JSON.stringify(swept, null, 1) : sweepText(swept));
    return OUTCOME_EXIT.ok.code;
  } finally {
    progress.end();
  }
};
