// plan SCENARIO: how many GPUs the load needs, what the HPA should be allowed, what keeping the promise costs. Writes
// plan.json, plan.csv and the patch of HPA and grace period; what was simulated is remembered, so an interrupted plan goes on from there.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { PlatformPatch } from '../../cluster/manifests/patch.ts';
import { platformPatch } from '../../cluster/manifests/patch.ts';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import type { PlanAnswer } from '../../reports/plan/answer.ts';
import type { LoadCase } from '../../reports/plan/plan.ts';
import { planCsv, planText } from '../../reports/plan/plan-text.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { numberOption, wholeOption } from '../options.ts';
import { planQuestion } from '../plan/plan-question.ts';
import { advisedSet } from '../plan/settings.ts';
import { tellPlatformNotes } from '../platform-notes.ts';
import { startProgress } from '../progress.ts';
import type { ScenarioOptions } from '../question.ts';
import { platformOf, readQuestion, scenarioOptionsOf } from '../question.ts';
import { readManifestFiles } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';
import { openSimulations } from '../tune/simulations.ts';

export interface PlanOptions extends ScenarioOptions {
  readonly growth: string;
  readonly season: readonly string[];
  readonly loseNodes: string;
  readonly seeds: string;
  readonly out?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

/** `december=1.4` */
const seasonOf = (text: string): LoadCase => {
  const [name, factor] = text.split('=');
  if (name === undefined || name === '' || !(Number(factor) > 0 && Number(factor) < Infinity))
    throw new TestbedError('USAGE', `--season ${text}: expected name=factor with a factor above 0`, {
      hint: '--season december=1.4 for 40 % more calls than the forecast',
    });
  return { name, factor: Number(factor) };
};

/** What is advised, against what the YAML has. */
const patchOf = (options: ScenarioOptions, answer: PlanAnswer): PlatformPatch => {
  const file = readQuestion(options);
  const manifests = readManifestFiles(file);
  const { set } = file.scenario.platform;
  const after = readPlatform(manifests, { ...set, ...(answer.keep ? {} : advisedSet(answer)) });
  return platformPatch(readPlatform(manifests, set), after, manifests);
};

export const run = async (options: PlanOptions, context: CommandContext): Promise<number> => {
  const seeds = wholeOption('seeds', options.seeds, 2);
  const growth = numberOption('growth', options.growth, 0.01);
  const loseNodes = wholeOption('lose-nodes', options.loseNodes, 0);
  const seasons = options.season.map(seasonOf);
  const question = scenarioOptionsOf(options);
  const file = readQuestion(question);
  const out = options.out ?? join('runs', `${file.scenario.name}-plan`);
  tellPlatformNotes([platformOf(file)], context.tell);
  const expected = seeds * (5 + 2 * (3 + seasons.length + Math.min(1, loseNodes)));
  const progress = startProgress(`plan: ${expected} simulations if a target is enough`);
  const simulations = openSimulations(question, join(out, 'outcomes.ndjson'), context.signal, (done) =>
    progress.update(Math.min(1, done / expected)),
  );
  try {
    const answer = await planQuestion({
      options: question,
      growth,
      seasons,
      loseNodes,
      seeds,
      simulations,
      signal: context.signal,
    });
    progress.end();
    makeFolder(out);
    const json = JSON.stringify(answer, null, 1);
    const patch = patchOf(question, answer);
    const files: readonly (readonly [name: string, text: string | null])[] = [
      ['plan.json', `${json}\n`],
      ['plan.csv', planCsv(answer)],
      ['patch.yaml', patch.objects],
      ['values.yaml', patch.values],
    ];
    for (const [name, text] of files)
      if (text === null) rmSync(join(out, name), { force: true });
      else writeFileSync(join(out, name), text);
    for (const line of patch.byHand) context.tell(`by hand: ${line}`);
    context.print(options.json === true ? json : options.csv === true ? planCsv(answer).trimEnd() : planText(answer));
    context.tell(
      `written to ${out}: ${files.flatMap(([name, text]) => (text === null ? [] : [name])).join(', ')}${answer.keep ? '' : '; the node pool is yours to set'}`,
    );
    const forecast = answer.checks.find((check) => check.settings === (answer.keep ? 'present' : 'advised'));
    return forecast === undefined || (forecast.attainment === null && forecast.live === null)
      ? OUTCOME_EXIT.noData.code
      : forecast.kept
        ? OUTCOME_EXIT.ok.code
        : OUTCOME_EXIT.objectivesMissed.code;
  } finally {
    progress.end();
    await simulations.close();
  }
};
