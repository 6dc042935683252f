// shadow SCENARIO: a dry run of a candidate HPA, scrape configuration or whole platform against recorded or written traffic,
// beside the present one on the same schedules. Changes nothing anywhere.

import { TestbedError } from '../../model/errors.ts';
import { shadowRun } from '../gate/change.ts';
import type { ShowOptions } from '../gate/show.ts';
import { FEW_SEEDS, showChange } from '../gate/show.ts';
import { wholeOption } from '../options.ts';
import type { ScenarioOptions } from '../question.ts';
import { parseSet, scenarioOptionsOf } from '../question.ts';
import { readManifestsAt } from '../read-scenario.ts';
import type { CommandContext } from '../run-command.ts';

export interface ShadowOptions extends ScenarioOptions, ShowOptions {
  readonly candidate: readonly string[];
  readonly candidateManifests: readonly string[];
  readonly seeds: string;
}

export const run = async (options: ShadowOptions, context: CommandContext): Promise<number> => {
  const { candidate, candidateManifests } = options;
  if (candidate.length === 0 && candidateManifests.length === 0)
    throw new TestbedError('USAGE', 'no candidate was given', {
      hint: '--candidate asr.scrapeInterval=5s, or --candidate-manifests platform/',
    });
  const gated = await shadowRun(
    scenarioOptionsOf(options),
    {
      set: parseSet(candidate),
      manifests: candidateManifests.length === 0 ? null : readManifestsAt(candidateManifests),
    },
    wholeOption('seeds', options.seeds, FEW_SEEDS),
    context,
  );
  return showChange(gated, options, context);
};
