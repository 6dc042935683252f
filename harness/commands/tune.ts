// tune SCENARIO: how often to scrape, and what the HPA should be allowed. Searches over simulations; writes the answer and an
// applicable patch; Ctrl-C keeps what was simulated, and the same call goes on from there.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformPatch } from '../../cluster/manifests/patch.ts';
import { tuneText } from '../../reports/search/tune-text.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { makeFolder } from '../make-folder.ts';
import { numberOption, wholeOption } from '../options.ts';
import { tellPlatformNotes } from '../platform-notes.ts';
import { startProgress } from '../progress.ts';
import type { ScenarioOptions } from '../question.ts';
import { platformOf, readQuestion, scenarioOptionsOf } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { openSimulations } from '../tune/simulations.ts';
import { tune } from '../tune/tune.ts';

export interface TuneOptions extends ScenarioOptions {
  readonly seeds: string;
  readonly budget: string;
  readonly penalty?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export const run = async (options: TuneOptions, context: CommandContext): Promise<number> => {
  const seeds = wholeOption('seeds', options.seeds, 2);
  const budget = wholeOption('budget', options.budget, 4 * seeds);
  const penaltyPerMiss = options.penalty === undefined ? null : numberOption('penalty', options.penalty, 0);
  const question = scenarioOptionsOf(options);
  const file = readQuestion(question);
  const out = options.out ?? join('runs', `${file.scenario.name}-tune`);
  tellPlatformNotes([platformOf(file)], context.tell);
  const progress = startProgress(`tune: up to ${budget} simulations`);
  const simulations = openSimulations(question, join(out, 'outcomes.ndjson'), context.signal, (done) =>
    progress.update(Math.min(1, done / budget)),
  );
  if (simulations.remembered > 0) context.tell(`${simulations.remembered} simulations are remembered from ${out}`);
  try {
    const { answer, before, after, manifests } = await tune({
      options: question,
      seeds,
      budget,
      penaltyPerMiss,
      simulations,
    });
    progress.end();
    const patch = platformPatch(before, after, manifests);
    makeFolder(out);
    const files: readonly (readonly [name: string, text: string | null])[] = [
      ['tune.json', `${JSON.stringify(answer, null, 1)}\n`],
      ['patch.yaml', patch.objects],
      ['values.yaml', patch.values],
      ['values-monitors.yaml', patch.monitorValues],
    ];
    // What an earlier search advised must not lie beside what this one does.
    for (const [name, text] of files)
      if (text === null) rmSync(join(out, name), { force: true });
      else writeFileSync(join(out, name), text);
    const written = files.flatMap(([name, text]) => (text === null ? [] : [name]));
    context.print(options.json === true ? JSON.stringify(answer, null, 1) : tuneText(answer));
    for (const line of patch.byHand) context.tell(`by hand: ${line}`);
    context.tell(`written to ${out}: ${written.join(', ')}`);
    return OUTCOME_EXIT.ok.code;
  } finally {
    progress.end();
    await simulations.close();
  }
};
