// replay SCENARIO: the same requests at real processes in real time, as a run folder with its score and verdict. Ctrl-C
// stops every process and keeps what was measured as an incomplete run.

import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { renderSummary } from '../../reports/page/text.ts';
import { capacityCurve } from '../../sim/capacity.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import type { EngineName } from '../k6/choose-engine.ts';
import { chooseEngine } from '../k6/choose-engine.ts';
import { judge, judgedFiles } from '../judge.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import { replayQuestion } from '../replay-question.ts';
import type { CommandContext } from '../run-command.ts';
import { writeRun } from '../run-folder.ts';
import { capacityQuestion } from '../simulate-question.ts';

export interface ReplayCommandOptions extends ScenarioOptions {
  readonly profile: string;
  readonly timeScale: string;
  readonly engine: EngineName;
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

export const run = async (options: ReplayCommandOptions, context: CommandContext): Promise<number> => {
  const timeScale = timeScaleOf(options.timeScale);
  const question = loadQuestion(options);
  for (const note of question.notes) context.tell(`note: ${note}`);
  const { scenario, schedule } = question;
  const capacity = capacityCurve(schedule, fleetSettings(scenario.service, scenario.seed), capacityQuestion(question));
  const chosen = await chooseEngine(options.engine, process.env, context.tell);
  const { record, complete } = await replayQuestion(question, timeScale, capacity, context.signal, chosen);
  const judged = judge(record);
  const folder = await writeRun(
    options.out ?? join('runs', `${scenario.name}-${options.profile}`),
    record,
    judgedFiles(judged),
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
