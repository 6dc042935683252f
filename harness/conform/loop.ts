// `conform loop DIR`: recordings of the closed loop, stage by stage, each stage fed with the recorded input of the stage,
// and as a whole.

import { TestbedError } from '../../model/errors.ts';
import { loopFolders, readLoopFolder } from './closed-loop-reader.ts';
import { checkAdapter } from './loop-adapter.ts';
import { checkDecisions } from './loop-decisions.ts';
import { checkKubernetes } from './loop-kubernetes.ts';
import { checkService } from './loop-requests.ts';
import { checkVictims } from './loop-victims.ts';
import type { WholeOutcome } from './loop-outcome.ts';
import { wholeOutcome } from './loop-outcome.ts';
import { wholeNotes, wholeTallies } from './loop-whole.ts';
import type { ConformResult } from './result.ts';
import { conformResult, SetTally } from './result.ts';

const VERSION = '1.37';
/** Their 95 % band is their range; docs/fidelity.md has it from a hundred. */
const DRAWS = 20;

/**
 * Replays every recording below `path`, or those whose folder name `only` accepts. `progress` gets the share done; the
 * whole loop is run `draws` times from the configuration alone.
 * Throws INPUT_MISSING if there is none or one cannot be read.
 */
export const conformLoop = async (
  path: string,
  progress: (done: number) => void = () => undefined,
  only: (folder: string) => boolean = () => true,
  draws = DRAWS,
): Promise<ConformResult> => {
  const folders = (await loopFolders(path)).filter(only);
  if (folders.length === 0)
    throw new TestbedError('INPUT_MISSING', `${path}: holds no recording of a closed loop`, {
      hint: 'give golden/closed-loop or one folder of it',
    });
  const decisions = new SetTally('HPA decisions', VERSION);
  const adapter = {
    values: new SetTally('values of the adapter', ''),
    races: new SetTally('answers during a commit', ''),
  };
  const kubernetes = new SetTally('pod and node events', VERSION);
  const service = {
    requests: new SetTally('requests', ''),
    gauges: new SetTally('gauges at scrapes', ''),
    races: new SetTally('races inside a millisecond', ''),
  };
  const outcomes: WholeOutcome[] = [];
  const stable = new SetTally('victims by creation order', VERSION);
  const other = new SetTally('victims by another input order', VERSION);
  for (const [i, name] of folders.entries()) {
    const folder = await readLoopFolder(name);
    checkDecisions(folder, decisions);
    checkAdapter(folder, adapter);
    checkService(folder, service);
    checkKubernetes(folder, kubernetes);
    checkVictims(folder, stable, other);
    outcomes.push(wholeOutcome(folder, draws));
    progress((i + 1) / folders.length);
  }
  // A single folder may have had no scale-down and no race; requests and decisions it always has.
  const needed = [decisions, adapter.values, service.requests, service.gauges, kubernetes];
  const others = [stable, other, adapter.races, service.races].filter((tally) => tally.set.cases > 0);
  const result = conformResult('loop', [...needed, ...others, ...wholeTallies(outcomes)]);
  return { ...result, notes: wholeNotes(outcomes) };
};
