// Replays a schedule at a service that exists already, known by its address alone. Takes the address and the key, finds
// out the dialect if it is not given, sends real audio in real time; gives a record with requests only, which says so.

import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { TestbedError } from '../../model/errors.ts';
import type { RealityTable, RunRecord } from '../../model/record.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { seedOf } from '../../model/rng.ts';
import { seconds } from '../../model/units.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import type { LoadSettings } from './load-engine.ts';
import { LoadWorkers } from './load-workers.ts';
import { preflight } from './preflight.ts';
import { raisePriority } from './priority.ts';
import { probe, probeText } from './probe.ts';
import type { RealRunSettings, Replayed } from './real-run.ts';
import { latestMillis, loadSettings, recordOfRealRun, waitUntilOver } from './real-run.ts';
import type { RunningLoad } from './running-load.ts';
import type { TargetWatcher } from './target-watcher.ts';
import type { EndDialect } from './stream-messages.ts';
import { DIALECT_UNKNOWN_HINT } from './target.ts';

export interface TargetSettings extends Omit<RealRunSettings, 'timeScale' | 'capacity'> {
  /** Like https://asr.example.test:7100 */
  readonly origin: string;
  readonly authorization: string | null;
  /** null = probe. */
  readonly dialect: Dialect | null;
  /** Whoever looks at what is behind the address; absent = nobody does. */
  readonly watcher?: TargetWatcher;
  readonly tell: (text: string) => void;
}

interface Spoken {
  readonly dialect: Dialect;
  readonly liveDialect: Dialect;
  readonly endDialect: EndDialect;
  /** For the record: what was found and how. */
  readonly note: string;
}

const STREAM = REQUEST_KINDS.indexOf('stream');
const PROBE_PATIENCE_MILLIS = 5000;
/** Between the message to the workers and the first row. */
const LEAD_MILLIS = 500;
/** The same where watches have to list first what is there. */
const WATCHED_LEAD_MILLIS = 2000;
/** A caller of a real service gives up at the service's own time-out (wire-protocol.md 3.4), if the scenario names none. */
const TIMEOUT_SECONDS = 300;

const NOT_OBSERVED = 'not observed: the service is known by its address only';

const reality = (origin: string): RealityTable => ({
  load: 'Node engine, real HTTP and WebSocket, real audio',
  pod: `a service at ${origin}`,
  scrape: NOT_OBSERVED,
  adapter: NOT_OBSERVED,
  hpa: NOT_OBSERVED,
  scheduler: NOT_OBSERVED,
  kubelet: NOT_OBSERVED,
  time: 'wall clock',
});

/** Nobody looked at pods, decisions or metrics. */
const nothingObserved = (retentionSeconds: number): Pick<RunRecord, 'life' | 'decisions' | 'signals' | 'storage'> => ({
  life: [],
  decisions: [],
  signals: {
    count: 0,
    atMillis: new Float64Array(0),
    observer: new Uint8Array(0),
    subject: new Uint32Array(0),
    subjects: [],
    metric: new Uint16Array(0),
    metrics: [],
    value: new Float64Array(0),
    ageMillis: new Float64Array(0),
  },
  storage: {
    jobs: [],
    samplesPerSecond: 0,
    retainedBytes: 0,
    retentionSeconds,
    headSeries: 0,
    memoryBytes: 0,
    cpuCores: 0,
    moneyPerMonth: 0,
  },
});

/** Asks the server. Throws TARGET_UNREACHABLE, DIALECT_UNKNOWN. */
const findDialect = async ({ origin, authorization, schedule, tell }: TargetSettings): Promise<Spoken> => {
  const report = await probe({ origin, authorization, patienceMillis: PROBE_PATIENCE_MILLIS });
  tell(probeText(origin, report));
  const { batch, live, endDialect } = report;
  const needsLive = schedule.kind.includes(STREAM);
  const needsBatch = schedule.kind.some((kind) => kind !== STREAM);
  const missing = [...(needsBatch && batch === null ? ['batch'] : []), ...(needsLive && live === null ? ['live'] : [])];
  const any = batch ?? live;
  if (missing.length > 0 || any === null)
    throw new TestbedError(
      'DIALECT_UNKNOWN',
      `${origin} speaks no known ${missing.join(' and ')} dialect, and the schedule needs one:\n${probeText(origin, report)}`,
      { hint: DIALECT_UNKNOWN_HINT },
    );
  return {
    dialect: batch ?? any,
    liveDialect: live ?? any,
    endDialect: endDialect ?? 'close_stream',
    note: `probe: batch ${batch ?? 'none'}, live ${live ?? 'none'}, live sessions end by ${endDialect ?? 'nothing that was tried'}`,
  };
};

const startLoad = async (real: RealRunSettings, load: LoadSettings, origin: string): Promise<RunningLoad> => {
  const { schedule, scheduleHash, signal, engine, workers } = real;
  return engine === undefined
    ? LoadWorkers.start(schedule, load, workers ?? 1)
    : engine.start(schedule, load, {
        timeScale: 1,
        scheduleHash,
        latestMillis: latestMillis(real),
        signal,
        direct: origin,
      });
};

/**
 * Throws TARGET_UNREACHABLE, DIALECT_UNKNOWN, LIMIT_TOO_LOW, CLIPS_INVALID before anything of the schedule was sent.
 *
 * @example replayTarget({ origin: 'http://127.0.0.1:7100', authorization: null, dialect: null, schedule, scenario, … })
 */
export const replayTarget = async (settings: TargetSettings): Promise<Replayed> => {
  const { schedule, scenario, platform, origin, authorization } = settings;
  const fleet = fleetSettings(scenario.service, seedOf(scenario.seed, 'balancer'), scenario.traffic);
  const timeout = scenario.service.timeout ?? seconds(TIMEOUT_SECONDS);
  const workers = settings.workers ?? 1;
  const asked = loadSettings(scenario, fleet, 'existing', settings);
  // The limits of other machines are theirs.
  if (settings.engine?.creates === undefined)
    preflight({
      schedule,
      workers,
      maxInFlight: asked.front.maxInFlight,
      timeout: scenario.service.timeout,
      law: fleet.law,
      clipFolder: settings.clipFolder,
      oneAddress: true,
    });
  const spoken: Spoken =
    settings.dialect === null
      ? await findDialect(settings)
      : {
          dialect: settings.dialect,
          liveDialect: settings.dialect,
          endDialect: 'close_stream',
          note: `dialect as asked for: ${settings.dialect}, not probed`,
        };
  const real: RealRunSettings = {
    ...settings,
    timeScale: 1,
    capacity: null,
    notes: [
      ...(settings.notes ?? []),
      ...(settings.watcher === undefined
        ? [
            `the record holds requests only: pods, decisions and metrics behind ${origin} were not observed, and the platform of the scenario was not used`,
          ]
        : []),
      spoken.note,
    ],
  };
  const priority = raisePriority();
  try {
    const load = await startLoad(
      real,
      {
        ...asked,
        dialect: spoken.dialect,
        liveDialect: spoken.liveDialect,
        endDialect: spoken.endDialect,
        authorization,
        bodies: 'wav',
        // The service queues and balances by itself: every row is sent when it is due.
        front: { ...asked.front, queueAt: 'pod', queueLimit: null, timeout },
      },
      origin,
    );
    const { watcher } = settings;
    const clock = scaledClock(monotonicMillis() + (watcher === undefined ? LEAD_MILLIS : WATCHED_LEAD_MILLIS), 1);
    load.join(0, origin);
    watcher?.begin(clock, load.census);
    load.begin(clock);
    let complete = false;
    let endMillis = 0;
    let report;
    try {
      complete = await waitUntilOver({ clock, broken: new Promise<never>(() => undefined) }, load, real);
    } finally {
      endMillis = Math.max(0, clock.now());
      report = await load.stop(endMillis);
    }
    const seen = await watcher?.end(endMillis);
    const cluster = seen?.cluster ?? { ...nothingObserved(platform.prometheus.retention), notes: [] };
    return {
      complete,
      record: recordOfRealRun(real, {
        profile: 'existing',
        reality: { ...reality(origin), ...seen?.reality },
        cluster,
        report,
        endMillis,
        priority: priority.kind,
      }),
      processIds: load.processIds,
    };
  } finally {
    priority.restore();
  }
};
