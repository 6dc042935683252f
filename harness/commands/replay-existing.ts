// replay SCENARIO --profile existing: the options of a cluster that is not ours, what would be done in words, the question
// whether to do it, and then the replay.

import { resolve } from 'node:path';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { inNamespace } from '../../cluster/existing/look-there.ts';
import { prometheusPlace } from '../../cluster/existing/prometheus-place.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import { TestbedError } from '../../model/errors.ts';
import { ask } from '../ask.ts';
import type { LoadOptions } from '../choose-load.ts';
import { chooseLoad } from '../choose-load.ts';
import { KNOWN_FILE, knownText } from '../known-file.ts';
import type { Question } from '../question.ts';
import { replayQuestionOnExisting } from '../replay-question.ts';
import { latestMillis } from '../replay/real-run.ts';
import type { LoadWishes, Replayed } from '../replay/real-run.ts';
import { existingPlanText } from '../replay/replay-existing-plan.ts';
import { authorizationFrom, originOf } from '../replay/target.ts';
import type { CommandContext } from '../run-command.ts';

export interface ExistingOptions extends LoadOptions {
  readonly prometheus?: string;
  readonly dryRun?: boolean;
  readonly authEnv?: string;
  readonly authScheme: string;
}

type Ran = Replayed & { readonly files: Readonly<Record<string, string>> };

/** Null = it was a dry run, or a person said no. Throws USAGE. */
export const replayOnExisting = async (
  options: ExistingOptions,
  question: Question,
  folder: string,
  wishes: LoadWishes & { readonly workers: number },
  context: CommandContext,
): Promise<Ran | null> => {
  const { target, namespace, dryRun, yes } = options;
  if (target === undefined)
    throw new TestbedError('USAGE', '--profile existing: expected --target, where the load goes to', {
      hint: '--target https://asr.example.test: the address that callers of the service use',
    });
  const origin = originOf(target);
  const place = options.prometheus === undefined ? null : prometheusPlace(options.prometheus);
  const dialect = options.dialect === 'probe' ? null : (options.dialect as Dialect);
  const authorization = authorizationFrom(options.authEnv, options.authScheme, process.env);
  const kubeconfig = options.kubeconfig === undefined ? null : resolve(options.kubeconfig);
  const platform = namespace === undefined ? question.platform : inNamespace(question.platform, namespace);
  const { schedule, scenario } = question;
  // Whether to go on is asked below, of all that would be done.
  const engine = await chooseLoad({ ...options, yes: true }, wishes.workers, context);
  const api = await connectKubernetes(kubeconfig, options.context ?? null);
  try {
    const plan = existingPlanText({
      server: api.server,
      context: options.context ?? null,
      platform,
      prometheus: place,
      origin,
      dialect,
      schedule,
      latestMillis: latestMillis({ schedule, scenario }),
      folder,
      creates: engine.engine?.creates ?? [],
    });
    if (dryRun === true) {
      context.print(`${plan}\nDry run: nothing of it was done.`);
      return null;
    }
    context.tell(plan);
    if (yes !== true && !(await ask('Send this load?', context.signal))) {
      context.tell('nothing was done');
      return null;
    }
    const { known, epochMillis, ...replayed } = await replayQuestionOnExisting(
      { ...question, platform },
      { api, prometheus: place, origin, authorization, dialect, tell: context.tell },
      context.signal,
      engine,
      wishes,
    );
    const text = knownText({ epochMillis, scheduleHash: question.hash, inputs: known });
    return { ...replayed, files: { [KNOWN_FILE]: text } };
  } finally {
    await api.close();
  }
};
