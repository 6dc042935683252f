// k6 as the load engine of a local replay: a front door for its one address, the folder it runs, its process, and its output
// in the words of the Node engine. What it did not tell of a row that was due is lost, counted and said.

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { monotonicMillis } from '../../cluster/emulator/scaled-clock.ts';
import type { LoadCensus } from '../../cluster/local/load-port.ts';
import { TestbedError } from '../../model/errors.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { LoadSettings } from '../replay/load-engine.ts';
import type { WorkersReport } from '../replay/load-workers.ts';
import type { HealthMonitor } from '../replay/process-health.ts';
import { monitorHealth } from '../replay/process-health.ts';
import type { LoadChoice, LoadRunContext, RunningLoad } from '../replay/running-load.ts';
import { scheduleHash } from '../schedule-hash.ts';
import type { FoundK6 } from './find-k6.ts';
import { BEGIN_PATH, FrontDoor } from './front-door.ts';
import { K6Process, K6_EXIT, POINTS_FILE } from './k6-process.ts';
import { k6Files, writeK6Folder } from './plan.ts';
import type { K6Table } from './read-points.ts';
import { arrivalsOf, framesOf, readK6Points, tableOf } from './read-points.ts';
import type { ScriptPoint } from './script-data.ts';

type Found = Extract<FoundK6, { kind: 'found' }>;

const DOOR_NOTE =
  'k6 reaches the pods through a front door; it tells nothing about its event loops: health is that of the process with the front door, CPU the larger share of both, latenesses are k6’s';
const DIRECT_NOTE =
  'k6 tells nothing about its event loops: health is that of the process that started it, on the same machine, CPU the larger share of both, latenesses are k6’s';
const DROPPED = OUTCOMES.indexOf('dropped');
/** Real time that k6 gets to end by itself when the run is over. */
const PATIENCE_MILLIS = 5000;

/** Wall-clock milliseconds at the origin of a clock; read when the wall clock ticks, since it counts whole milliseconds. */
const epochOf = (clock: ScaledClock): number => {
  const before = Date.now();
  let wall = before;
  while (wall === before) wall = Date.now();
  return wall - (monotonicMillis() - clock.originMonotonicMillis);
};

export class K6Load implements RunningLoad {
  private readonly schedule: Schedule;
  private readonly context: LoadRunContext;
  private readonly door: FrontDoor;
  private readonly folder: string;
  private readonly k6: K6Process;
  private readonly hasOwnClips: boolean;
  private health: HealthMonitor | null = null;
  private originEpochMillis = NaN;

  private constructor(
    schedule: Schedule,
    context: LoadRunContext,
    door: FrontDoor,
    folder: string,
    k6: K6Process,
    hasOwnClips: boolean,
  ) {
    this.schedule = schedule;
    this.context = context;
    this.door = door;
    this.folder = folder;
    this.k6 = k6;
    this.hasOwnClips = hasOwnClips;
  }

  /** Resolves when k6 has read everything and waits for the origin. Throws TARGET_FAILED with k6's words if it ends before. */
  static async start(found: Found, schedule: Schedule, load: LoadSettings, context: LoadRunContext): Promise<K6Load> {
    if (load.closedLoopUsers !== undefined)
      throw new TestbedError('USAGE', 'a closed loop is played by the Node engine only', { hint: '--engine node' });
    const door = new FrontDoor(schedule, load.front, context.timeScale);
    const folder = await mkdtemp(join(tmpdir(), 'surgelab-k6-'));
    try {
      const address = await door.listen();
      const files = k6Files(schedule, {
        ...load,
        ...context,
        service: load.front,
        conduct: load.front.conduct ?? {},
        target: context.direct ?? address,
        beginUrl: `${address}${BEGIN_PATH}`,
        maxInFlight: load.front.maxInFlight,
      });
      await writeK6Folder(folder, files, load.clipSeed);
      const k6 = new K6Process(found, folder, load.authorization);
      const made = new K6Load(schedule, context, door, folder, k6, load.clipFolder !== undefined);
      const early = await Promise.race([door.asked, k6.exit]);
      if (early !== undefined)
        throw new TestbedError(
          'TARGET_FAILED',
          `k6 ended before the run began (code ${String(early.code)}): ${early.said}`,
          {
            hint: 'replay with --engine node, or run the folder of `surgelab generate k6` by hand to see more',
          },
        );
      return made;
    } catch (error) {
      await door.close();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private get isDirect(): boolean {
    return this.context.direct !== undefined;
  }

  /** k6 runs on all cores: its share of them, which the gate holds against the CPU of one worker. */
  private get cpuShare(): number {
    return (this.k6.cpuCores ?? 0) / availableParallelism();
  }

  get processIds(): readonly number[] {
    return this.k6.pid === null ? [] : [this.k6.pid];
  }

  readonly join = (pod: number, origin: string): void => this.door.join(pod, origin);
  readonly leave = (pod: number): void => this.door.leave(pod);
  readonly census = (): LoadCensus => this.door.census();

  readonly begin = (clock: ScaledClock): void => {
    this.originEpochMillis = epochOf(clock);
    this.health = monitorHealth();
    this.door.begin(this.originEpochMillis);
  };

  readonly run = async (): Promise<void> => {
    await this.k6.exit;
  };

  readonly stop = async (endMillis: number): Promise<WorkersReport> => {
    // One that still waits for the origin would wait for ever.
    const isAbortive = this.context.signal.aborted || Number.isNaN(this.originEpochMillis);
    const exit = await this.k6.stop(isAbortive ? 0 : PATIENCE_MILLIS);
    const health = this.health?.stop();
    await this.door.close();
    const { points, inFlightMillis, isCut } = await readK6Points(join(this.folder, POINTS_FILE));
    await rm(this.folder, { recursive: true, force: true });
    const table = tableOf(this.schedule, points, this.isDirect ? null : this.door.log);
    if (this.isDirect) table.requests.attempts.forEach((tries, row) => (table.requests.pod[row] = tries > 0 ? 0 : -1));
    const lostRows = this.completeMissing(table, endMillis);
    const { strangers } = this.door.log;
    const frames = framesOf(points);
    const isExpected = exit.code === K6_EXIT.ok || exit.code === K6_EXIT.thresholds || isAbortive;
    return {
      requests: table.requests,
      health: health === undefined ? [] : [{ ...health, cpuCores: Math.max(health.cpuCores, this.cpuShare) }],
      causes: table.causes,
      frames: frames === null ? [] : [frames],
      lostRows,
      inFlightMillis,
      notes: [
        this.isDirect ? DIRECT_NOTE : DOOR_NOTE,
        ...(this.hasOwnClips ? ['k6 sends synthetic speech: the clips that were asked for are the Node engine’s'] : []),
        ...(this.k6.cpuCores === null ? [] : [`k6 used ${this.k6.cpuCores.toFixed(2)} cores`]),
        ...(isExpected ? [] : [`k6 ended with ${exit.signal ?? `code ${String(exit.code)}`}: ${exit.said}`]),
        ...this.proofOfArrivals(points, table),
        ...(isCut ? ['the output of k6 is cut off'] : []),
        ...(table.strangers > 0 ? [`k6 told of ${table.strangers} rows twice or of rows that are not asked for`] : []),
        ...(strangers > 0 ? [`${strangers} requests of no row came to the front door`] : []),
      ],
    };
  };

  /** What k6 says it played against what it was given. */
  private proofOfArrivals(points: readonly ScriptPoint[], { missing, strangers }: K6Table): readonly string[] {
    if (missing.length > 0 || strangers > 0) return [];
    const { scheduleHash: given } = this.context;
    const played = scheduleHash(arrivalsOf(points, this.schedule));
    return [
      played === given
        ? `k6 played the schedule row by row: its arrivals have the hash ${given}`
        : `k6 played other arrivals than it was given: their hash is ${played}, that of the schedule ${given}`,
    ];
  }

  /** Rows that k6 told nothing of: what the door saw was under way; what it did not see, though due, is lost. */
  private completeMissing({ requests, missing }: K6Table, endMillis: number): number {
    const { schedule, context } = this;
    const { arrivedEpochMillis, attempts, pod } = this.door.log;
    let lost = 0;
    for (const row of missing) {
      if (schedule.offsetMillis[row]! > endMillis) continue;
      requests.intendedMillis[row] = schedule.offsetMillis[row]!;
      if (attempts[row]! > 0) {
        requests.sentMillis[row] = (arrivedEpochMillis[row]! - this.originEpochMillis) * context.timeScale;
        requests.attempts[row] = attempts[row]!;
        requests.pod[row] = pod[row]!;
      } else {
        requests.outcome[row] = DROPPED;
        lost += 1;
      }
    }
    return lost;
  }
}

/** k6 as an engine to choose. */
export const k6Choice = (found: Found): LoadChoice => ({
  reality: `k6 ${found.version.major}.${found.version.minor}.${found.version.patch}, real HTTP`,
  versions: { k6: found.version.text },
  start: (schedule, load, context) => K6Load.start(found, schedule, load, context),
});
