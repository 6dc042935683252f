// One experiment on the bare profile in a process of its own: argument 1 is its scenario, 2 the run folder. Several may run
// side by side, each with a control plane of its own.

import { KNOWN_FILE, knownText } from '../known-file.ts';
import { questionOf } from '../question.ts';
import { readScenario } from '../read-scenario.ts';
import { replayBare } from '../replay/replay-bare.ts';
import { writeRun } from '../run-folder.ts';
import { runVersions } from '../versions.ts';
import { CONFORMANCE_FILE } from './bare-runs.ts';

const [file, folder] = process.argv.slice(2) as [string, string];
const question = questionOf(readScenario(file));
const interrupted = new AbortController();
process.once('SIGTERM', () => interrupted.abort());
process.once('SIGINT', () => interrupted.abort());
const { complete, record, known, conformance } = await replayBare({
  schedule: question.schedule,
  scenario: question.scenario,
  platform: question.platform,
  timeScale: 1,
  logFolder: null,
  environment: process.env,
  scheduleHash: question.hash,
  versions: runVersions(question.platform),
  capacity: null,
  signal: interrupted.signal,
  onProgress: () => undefined,
});
const epochMillis = Number(record.header.scenario['epochMillis']);
await writeRun(
  folder,
  record,
  {
    [KNOWN_FILE]: knownText({ epochMillis, scheduleHash: question.hash, inputs: known }),
    [CONFORMANCE_FILE]: `${JSON.stringify(conformance, null, 1)}\n`,
  },
  complete ? null : { reason: 'interrupted' },
);
process.exit(0);
