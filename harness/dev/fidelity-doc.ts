// Writes docs/fidelity.md from the recordings of the closed loop: errors per stage, per family and of the whole loop, beside
// the figures of the recordings' own README and of real runs of one configuration. Argument: drawn runs per recording
// (default 100). Exit code 1 if a stage differs or what `conform loop` checks does not hold.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loopFolders, readLoopFolder } from '../conform/closed-loop-reader.ts';
import { recordingsOf } from '../conform/kinds.ts';
import type { DrawnRuns } from '../conform/loop-run.ts';
import { drawnRuns } from '../conform/loop-run.ts';
import { trajectoryError } from '../../reports/fidelity/trajectory.ts';
import { recordedTrajectory } from '../conform/loop-trajectory.ts';
import type { WholeOutcome } from '../conform/loop-outcome.ts';
import { wholeOutcome } from '../conform/loop-outcome.ts';
import { wholeTallies } from '../conform/loop-whole.ts';
import { conformLoop } from '../conform/loop.ts';
import { conforms } from '../conform/result.ts';
import { fidelityPage } from './fidelity-page.ts';

/** Rows that are for comparison only: a share of the runs will do. */
const SHARE = 4;

/** Recordings of one configuration and schedule. */
interface Alike {
  readonly trajectories: Int32Array[];
  readonly schedule: DrawnRuns[];
}

const draws = Number(process.argv[2] ?? 100);
const path = recordingsOf('loop', undefined);
process.stderr.write('stages …\n');
const stages = await conformLoop(path, undefined, undefined, 0);

const outcomes: WholeOutcome[] = [];
const syncs: DrawnRuns[] = [];
const alike = new Map<string, Alike>();
for (const folder of await loopFolders(path)) {
  const recording = await readLoopFolder(folder);
  const { config, name } = recording;
  process.stderr.write(`${name} …\n`);
  const outcome = wholeOutcome(recording, draws);
  outcomes.push(outcome);
  if (outcome.drawn === null) continue;
  syncs.push(drawnRuns(recording, 'syncs', Math.ceil(draws / SHARE)));
  const key = JSON.stringify([Array.from(recording.schedule.offsetMillis), config.service.a, config.scrapeSeconds]);
  const same: Alike = alike.get(key) ?? { trajectories: [], schedule: [] };
  alike.set(key, same);
  same.trajectories.push(recordedTrajectory(recording));
  same.schedule.push(drawnRuns(recording, 'schedule', Math.ceil(draws / SHARE)));
}

const groups = [...alike.values()];
const page = fidelityPage({
  stages,
  outcomes,
  draws,
  syncs,
  schedule: groups.flatMap(({ schedule }) => schedule),
  repeated: groups.flatMap(({ schedule }) => (schedule.length > 1 ? schedule : [])),
  pairs: groups.flatMap(({ trajectories }) =>
    trajectories.flatMap((a, i) => trajectories.slice(i + 1).map((b) => trajectoryError(a, b))),
  ),
});
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'fidelity.md'), page);
const held = wholeTallies(outcomes).every(({ set }) => set.mismatches === 0);
process.exitCode = conforms(stages) && held ? 0 : 1;
