// import prometheus: the user's own traffic as a scenario, out of the history of a Prometheus, with what could not be known.

import { writeFileSync } from 'node:fs';
import { parseDuration } from '../../model/duration.ts';
import { TestbedError } from '../../model/errors.ts';
import { historyScenario } from '../../scenarios/history/to-scenario.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { readHistory } from '../import/prometheus.ts';
import type { CommandContext } from '../run-command.ts';

export interface ImportPrometheusOptions {
  readonly url: string;
  readonly last: string;
  readonly until?: string;
  readonly step: string;
  readonly match: string;
  readonly name: string;
  readonly calibration: string;
  readonly gpu: string;
  readonly manifests: readonly string[];
  readonly out?: string;
}

/** What Prometheus answers at most per series. */
const MOST_STEPS = 11_000;
const LEAST_STEP_SECONDS = 15;

const span = (name: string, text: string, least: number): number => {
  const parsed = parseDuration(text);
  if (parsed === null || parsed < least)
    throw new TestbedError('USAGE', `--${name} ${text}: expected a duration of at least ${least} s`);
  return parsed;
};

const instant = (text: string | undefined): number => {
  if (text === undefined) return Date.now() / 1000;
  const millis = Date.parse(text);
  if (Number.isNaN(millis))
    throw new TestbedError('USAGE', `--until ${text}: expected a date such as 2026-01-05T18:00:00Z`);
  return millis / 1000;
};

export const run = async (options: ImportPrometheusOptions, context: CommandContext): Promise<number> => {
  if (!URL.canParse(options.url))
    throw new TestbedError('USAGE', `--url ${options.url}: expected an address`, {
      hint: '--url http://localhost:9090',
    });
  const step = span('step', options.step, LEAST_STEP_SECONDS);
  const last = span('last', options.last, 10 * step);
  if (last / step > MOST_STEPS)
    throw new TestbedError(
      'USAGE',
      `--last ${options.last} in steps of ${options.step}: more than ${MOST_STEPS} steps`,
      {
        hint: 'give a longer --step',
      },
    );
  const until = Math.floor(instant(options.until) / step) * step;
  const history = await readHistory({
    url: options.url,
    fromSeconds: until - Math.floor(last / step) * step,
    toSeconds: until,
    stepSeconds: step,
    match: options.match,
    signal: context.signal,
  });
  const { calibration, gpu, name } = options;
  const manifests = options.manifests.length > 0 ? options.manifests : ['vendor-0.2.2'];
  const { yaml, notes } = historyScenario(history, { name, calibration, gpu, manifests });
  for (const note of notes) context.tell(`note: ${note}`);
  if (options.out === undefined) context.print(yaml.trimEnd());
  else {
    writeFileSync(options.out, yaml);
    context.tell(`written to ${options.out}`);
  }
  return OUTCOME_EXIT.ok.code;
};
