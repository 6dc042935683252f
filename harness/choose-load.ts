// Who sends the load of a replay, by its options: processes of this machine with one of the engines, or pods of an Indexed
// Job. What one of them would ignore is refused.

import { randomBytes } from 'node:crypto';
import { LOAD_JOB } from '../cluster/kind/node-image.ts';
import { TestbedError } from '../model/errors.ts';
import type { JobPlaceOptions } from './job-place.ts';
import { checkJobPlace, openJobPlace } from './job-place.ts';
import type { ChosenEngine, EngineName } from './k6/choose-engine.ts';
import { chooseEngine } from './k6/choose-engine.ts';
import { loadJobChoice, loadJobText } from './load-job.ts';
import type { CommandContext } from './run-command.ts';

export interface LoadOptions extends JobPlaceOptions {
  readonly engine: EngineName;
  readonly on: 'local' | 'k8s';
  readonly profile: string;
  readonly target?: string;
  readonly dialect: string;
  readonly namespace?: string;
  readonly clips?: string;
}

const NAMESPACE = 'default';

/** Throws USAGE. */
const assertForPods = ({ engine, profile, target, dialect, clips }: LoadOptions): void => {
  const refuse = (what: string, hint: string): never => {
    throw new TestbedError('USAGE', `--on k8s ${what}`, { hint });
  };
  if (engine !== 'node')
    refuse(`with --engine ${engine}`, 'surgelab generate k6 --runners N makes a TestRun of k6-operator');
  if (clips !== undefined) refuse('with --clips: pods do not have your files', 'synthetic speech, or --on local');
  if (target === undefined && profile !== 'kind')
    refuse(`with --profile ${profile}: its pods are processes of this machine`, '--profile kind, or --target URL');
  if (target !== undefined && dialect === 'probe')
    refuse('without --dialect: an address inside the cluster cannot be probed from here', '--dialect onprem-v1');
};

/** @param workers how many processes, or pods, send. Throws USAGE */
export const chooseLoad = async (
  options: LoadOptions,
  workers: number,
  context: Pick<CommandContext, 'signal' | 'tell'>,
): Promise<ChosenEngine> => {
  if (options.on === 'local') return chooseEngine(options.engine, process.env, context.tell);
  assertForPods(options);
  const job = { namespace: options.namespace ?? NAMESPACE, workers, id: randomBytes(4).toString('hex') };
  // The kind profile makes the cluster if it is not up; the existing one asks by itself.
  if (options.profile !== 'kind') checkJobPlace(options, loadJobText(job));
  return {
    engine: loadJobChoice({
      ...job,
      token: randomBytes(16).toString('hex'),
      place: () => openJobPlace(options, LOAD_JOB, context),
      tell: context.tell,
    }),
    notes: [],
  };
};
