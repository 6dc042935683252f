// replay SCENARIO: the same requests at real processes in real time, as a run folder with its score and verdict. Ctrl-C
// stops every process and keeps what was measured as an incomplete run.

import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { renderSummary } from '../../reports/page/text.ts';
import { capacityCurve } from '../../sim/capacity.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { chooseLoad } from '../choose-load.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import { judge, judgedFiles } from '../judge.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { KNOWN_FILE, knownText } from '../known-file.ts';
import type { Question, ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { LoadWishes, Replayed } from '../replay/real-run.ts';
import { authorizationFrom, originOf } from '../replay/target.ts';
import { replayQuestion, replayQuestionAt, replayQuestionOnBare, replayQuestionOnKind } from '../replay-question.ts';
import type { CommandContext } from '../run-command.ts';
import { checkRunPlace, writeRun } from '../run-folder.ts';
import { capacityQuestion } from '../simulate-question.ts';
import type { ExistingOptions } from './replay-existing.ts';
import { replayOnExisting } from './replay-existing.ts';

/** `target`: address of an existing service, in place of the profile's pods. */
export interface ReplayCommandOptions extends ScenarioOptions, ExistingOptions {
  readonly timeScale: string;
  readonly workers: string;
  readonly closedLoop?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const timeScaleOf = (text: string): number => {
  const factor = Number(text);
  if (!(factor >= 1 && factor <= 1000))
    throw new TestbedError('USAGE', `--time-scale ${text}: expected a number from 1 to 1000`, {
      hint: '--time-scale 10 plays ten virtual seconds in one',
    });
  return factor;
};

const countOf = (flag: string, text: string, most: number): number => {
  const count = Number(text);
  if (!(Number.isInteger(count) && count >= 1 && count <= most))
    throw new TestbedError('USAGE', `${flag} ${text}: expected a whole number from 1 to ${most}`);
  return count;
};

type Ran = Replayed & {
  /** What the run folder holds beside the record. */
  readonly files: Readonly<Record<string, string>>;
};

/** What the options say about the load itself. Throws USAGE. */
const wishesOf = (options: ReplayCommandOptions): LoadWishes & { readonly workers: number } => ({
  workers: countOf('--workers', options.workers, 64),
  ...(options.clips === undefined ? {} : { clipFolder: options.clips }),
  ...(options.closedLoop === undefined
    ? {}
    : { closedLoopUsers: countOf('--closed-loop', options.closedLoop, 20_000) }),
});

/** Real services live in real time. Throws USAGE. */
const assertRealTime = ({ timeScale }: ReplayCommandOptions): void => {
  if (Number(timeScale) !== 1)
    throw new TestbedError('USAGE', `--time-scale ${timeScale} with --target: a real service cannot be hurried`, {
      hint: 'leave --time-scale out; --duration makes the run shorter',
    });
};

const replayAt = async (
  target: string,
  options: ReplayCommandOptions,
  question: Question,
  context: CommandContext,
): Promise<Replayed> => {
  assertRealTime(options);
  const wishes = wishesOf(options);
  return replayQuestionAt(
    question,
    {
      origin: originOf(target),
      authorization: authorizationFrom(options.authEnv, options.authScheme, process.env),
      dialect: options.dialect === 'probe' ? null : (options.dialect as Dialect),
      tell: context.tell,
    },
    context.signal,
    await chooseLoad(options, wishes.workers, context),
    wishes,
  );
};

const replayHere = async (options: ReplayCommandOptions, question: Question, context: CommandContext): Promise<Ran> => {
  const timeScale = timeScaleOf(options.timeScale);
  const wishes = wishesOf(options);
  const local = options.profile !== 'bare' && options.profile !== 'kind';
  if (!local && timeScale !== 1)
    throw new TestbedError(
      'USAGE',
      `--time-scale ${options.timeScale}: the ${options.profile} profile runs in real time`,
      {
        hint: 'real controllers keep their own periods: leave --time-scale out, or use --profile local',
      },
    );
  const { scenario, schedule } = question;
  const capacity = capacityCurve(schedule, fleetSettings(scenario.service, scenario.seed), capacityQuestion(question));
  const chosen = await chooseLoad(options, wishes.workers, context);
  if (local)
    return { ...(await replayQuestion(question, timeScale, capacity, context.signal, chosen, wishes)), files: {} };
  const ran =
    options.profile === 'kind'
      ? await replayQuestionOnKind(question, capacity, context, chosen, wishes)
      : await replayQuestionOnBare(question, capacity, context.signal, chosen, wishes);
  const { epochMillis } = ran.record.header.scenario as unknown as Scenario;
  return {
    ...ran,
    files: { [KNOWN_FILE]: knownText({ epochMillis, scheduleHash: question.hash, inputs: ran.known }) },
  };
};

/** What would be ignored is refused. Throws USAGE. */
const assertOnePlace = ({ profile, target, authEnv, dialect }: ReplayCommandOptions): void => {
  if (target !== undefined && (profile === 'bare' || profile === 'kind'))
    throw new TestbedError('USAGE', `--profile ${profile} with --target: the load goes to its pods or to the target`, {
      hint: 'leave one of them out, or --profile existing for a target whose cluster may be read',
    });
  if (target === undefined && (authEnv !== undefined || dialect !== 'probe'))
    throw new TestbedError('USAGE', `${authEnv === undefined ? '--dialect' : '--auth-env'} without --target`, {
      hint: 'emulated pods ask for no key and are spoken to in one dialect; --target URL names a service',
    });
};

export const run = async (options: ReplayCommandOptions, context: CommandContext): Promise<number> => {
  assertOnePlace(options);
  const question = loadQuestion(options);
  const { target } = options;
  const place =
    options.out ?? join('runs', `${question.scenario.name}-${target === undefined ? options.profile : 'existing'}`);
  await checkRunPlace(place);
  for (const note of question.notes) context.tell(`note: ${note}`);
  const ran = await (async (): Promise<Ran | null> => {
    if (options.profile === 'existing') {
      assertRealTime(options);
      return replayOnExisting(options, question, place, wishesOf(options), context);
    }
    return target === undefined
      ? replayHere(options, question, context)
      : { ...(await replayAt(target, options, question, context)), files: {} };
  })();
  if (ran === null) return OUTCOME_EXIT.ok.code;
  const { record, complete, files } = ran;
  const judged = judge(record);
  const folder = await writeRun(
    place,
    record,
    { ...judgedFiles(judged), ...files },
    complete ? null : { reason: `interrupted at ${(record.header.endMillis / 1000).toFixed(0)} s of the run` },
  );
  context.tell(`run folder: ${folder}`);
  if (!complete) return ERROR_EXIT.INTERRUPTED.code;
  context.print(
    options.json === true
      ? JSON.stringify(judged, null, 1)
      : renderSummary({ ...judged, sweep: null, comparison: null }),
  );
  return judged.verdict.verdict === 'generator-limited' ? ERROR_EXIT.GENERATOR_LIMITED.code : OUTCOME_EXIT.ok.code;
};
