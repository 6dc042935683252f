// generate k6 SCENARIO: the k6 script of a scenario as a folder to take away, for a k6 the user installed and a service behind
// one address; with --runners as manifests for k6-operator as well. The arrivals are the very rows that the Node engine and
// the simulator play.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECT_IDS } from '../../cluster/emulator/dialects.ts';
import { parseDuration } from '../../model/duration.ts';
import { TestbedError } from '../../model/errors.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { POINTS_FILE } from '../k6/k6-process.ts';
import { k6Files, writeK6Folder } from '../k6/plan.ts';
import { promisesOf } from '../k6/promises.ts';
import { testRunObjects, testRunText } from '../k6/test-run.ts';
import { wholeOption } from '../options.ts';
import type { ScenarioOptions } from '../question.ts';
import { readQuestion, trafficOf } from '../question.ts';
import { latestMillis, loadSettings } from '../replay/real-run.ts';
import { originOf } from '../replay/target.ts';
import type { CommandContext } from '../run-command.ts';

export interface GenerateK6Options extends ScenarioOptions {
  readonly target: string;
  readonly dialect: string;
  /** Of k6-operator; absent = no manifests. */
  readonly runners?: string;
  readonly namespace?: string;
  /** Of the load, from now on. */
  readonly start?: string;
  readonly out?: string;
}

const TEST_RUN_FILE = 'testrun.yaml';
/** Runners have images to pull and rows to read before they can begin as one. */
const START = '5m';

const MAX_IN_FLIGHT = 20_000;

const dialectOf = (text: string): Dialect => {
  const dialect = DIALECT_IDS.find((id) => id === text);
  if (dialect === undefined)
    throw new TestbedError('USAGE', `--dialect ${text}: expected one of ${DIALECT_IDS.join(', ')}`);
  return dialect;
};

/** When all runners begin: whole seconds from now. Throws USAGE. */
const originOfStart = (text: string, nowEpochMillis: number): number => {
  const wait = parseDuration(text);
  if (wait === null || wait < 0)
    throw new TestbedError('USAGE', `--start ${text}: expected a duration from now on`, { hint: '--start 5m' });
  return Math.ceil(nowEpochMillis / 1000 + wait) * 1000;
};

export const run = async (options: GenerateK6Options, context: CommandContext): Promise<number> => {
  const target = originOf(options.target);
  const dialect = dialectOf(options.dialect);
  const runners = options.runners === undefined ? null : wholeOption('runners', options.runners, 1);
  const originEpochMillis = originOfStart(options.start ?? START, Date.now());
  const { scenario, schedule, hash, notes } = trafficOf(readQuestion(options));
  for (const note of notes) context.tell(`note: ${note}`);
  const folder = options.out ?? join('runs', `${scenario.name}-k6`);
  const fleet = fleetSettings(scenario.service, scenario.seed, scenario.traffic);
  const { judged, left } = promisesOf(parseObjectives(scenario.objectives));
  const files = k6Files(schedule, {
    ...loadSettings(scenario, fleet, 'existing'),
    dialect,
    bodies: 'wav',
    service: scenario.service,
    conduct: fleet.conduct ?? {},
    scheduleHash: hash,
    target,
    beginUrl: null,
    timeScale: 1,
    maxInFlight: MAX_IN_FLIGHT,
    latestMillis: latestMillis({ schedule, scenario }),
    promises: judged,
    warmupMillis: scenario.warmup * 1000,
    instances: runners ?? 1,
  });
  const written = await writeK6Folder(folder, files, scenario.seed);
  const manifest = join(folder, TEST_RUN_FILE);
  const objects =
    runners === null
      ? []
      : testRunObjects(written, {
          scenario: scenario.name,
          namespace: options.namespace ?? null,
          runners,
          originEpochMillis,
          scheduleHash: hash,
        });
  if (runners !== null) await writeFile(manifest, testRunText(objects));
  const vus = files.plan.streams.reduce((sum, stream) => sum + stream.vus, 0);
  context.print(
    [
      `${schedule.count} requests in ${files.plan.streams.length} k6 scenarios with ${vus} VUs, schedule ${hash}`,
      `folder: ${folder}`,
      `start:  k6 run --out json=${join(folder, POINTS_FILE)} ${join(folder, 'script.ts')}`,
      ...judged.map(({ text }) => `threshold: ${text}`),
      ...left.map((text) => `not for k6: ${text} (surgelab gate judges it from a run folder)`),
      ...(runners === null
        ? []
        : [
            `k6-operator: ${manifest}, ${runners} runners, files in ${objects.length - 1} ConfigMaps`,
            `  kubectl apply --server-side -f ${manifest}`,
            `  all begin at ${new Date(originEpochMillis).toISOString()} (SURGELAB_ORIGIN in it); later ones abort`,
          ]),
      'another address: -e SURGELAB_TARGET=URL; a key: -e SURGELAB_AUTHORIZATION="Bearer KEY"',
    ].join('\n'),
  );
  return OUTCOME_EXIT.ok.code;
};
