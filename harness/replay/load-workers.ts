// The load engine as N workers, forked here or wherever a link leads, worker w with the rows whose index mod N = w. Takes pods
// that join and leave, merges what the workers send; a worker that dies is noticed and what it had not reported is lost,
// counted and said.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { LoadCensus, LoadPort } from '../../cluster/local/load-port.ts';
import { TestbedError } from '../../model/errors.ts';
import type { RequestTable, ValidityCheck } from '../../model/record.ts';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { FrameFigures, LoadSettings } from './load-engine.ts';
import { forkWorker } from './forked-worker.ts';
import type { ProcessHealth } from './process-health.ts';
import type { OpenLink, WorkerLink } from './worker-link.ts';
import type { FromWorker, PodMessage, ToWorker, WorkerReport } from './worker-messages.ts';
import { unpackRows } from './worker-messages.ts';

export interface WorkersReport {
  readonly requests: RequestTable;
  readonly health: readonly ProcessHealth[];
  readonly causes: readonly (readonly [cause: string, count: number])[];
  readonly frames: readonly FrameFigures[];
  /** Rows that were due and whose worker died before it told of them. They count as dropped. */
  readonly lostRows: number;
  /** Of the workers that reported: the integral of the rows under way, row-milliseconds. */
  readonly inFlightMillis: number;
  /** The same by window (in-flight.ts); absent = the engine knows the total only. */
  readonly inFlightByWindow?: readonly number[];
  /** What else this engine proves about itself. */
  readonly checks?: readonly ValidityCheck[];
  /** What happened to workers, sentences. */
  readonly notes: readonly string[];
}

interface LoadWorker {
  readonly index: number;
  readonly link: WorkerLink;
  readonly prepared: Promise<void>;
  readonly exit: Promise<void>;
  /** Its last row is over, or it is dead. */
  readonly finished: Promise<void>;
  census: LoadCensus;
  report: WorkerReport | null;
}

const PATIENCE_MILLIS = 3000;
const NOBODY: LoadCensus = {
  inService: 0,
  batchWaiting: 0,
  streamsWaiting: 0,
  offeredWeight: 0,
};
const DROPPED = OUTCOMES.indexOf('dropped');

export class LoadWorkers implements LoadPort {
  private readonly schedule: Schedule;
  private readonly settings: LoadSettings;
  private readonly requests: RequestTable;
  private readonly workers: LoadWorker[];
  private readonly reported: Uint8Array;
  private readonly early: PodMessage[] = [];
  private readonly notes: string[] = [];
  private begun = false;
  private stopping = false;

  private constructor(schedule: Schedule, settings: LoadSettings, count: number, open: OpenLink) {
    this.schedule = schedule;
    this.settings = settings;
    this.requests = emptyRequests(schedule.count);
    this.reported = new Uint8Array(schedule.count);
    this.workers = Array.from({ length: count }, (_, index) => this.worker(index, open));
  }

  /** Starts the workers; resolves when they can begin. Each front may fill a pod up to its share of the cap. */
  static async start(
    schedule: Schedule,
    settings: LoadSettings,
    count: number,
    open: OpenLink = forkWorker,
  ): Promise<LoadWorkers> {
    const made = new LoadWorkers(schedule, settings, count, open);
    await Promise.all(made.workers.map(({ prepared }) => prepared));
    return made;
  }

  /** Process ids of the workers, in order. */
  get processIds(): readonly number[] {
    return this.workers.flatMap(({ link }) => (link.pid === null ? [] : [link.pid]));
  }

  /** Hands out the schedule; arrivals begin at the origin of `clock`. */
  begin(clock: ScaledClock): void {
    this.begun = true;
    const { schedule, settings } = this;
    const workers = this.workers.length;
    const share = (cap: number): number => Math.max(1, Math.floor(cap / workers));
    const { law } = settings.front;
    const users = settings.closedLoopUsers;
    const { connections } = settings.front;
    const kept = connections?.kind === 'keep-alive' ? { ...connections, pool: share(connections.pool) } : null;
    const own = {
      ...law,
      batch: { ...law.batch, cap: share(law.batch.cap) },
      stream: { ...law.stream, cap: share(law.stream.cap) },
    };
    for (const worker of this.workers) {
      this.tell(worker, {
        kind: 'begin',
        schedule,
        settings: {
          ...settings,
          front: {
            ...settings.front,
            law: own,
            ...(kept === null ? {} : { connections: kept }),
          },
          ...(users === undefined ? {} : { closedLoopUsers: usersOf(users, worker.index, workers) }),
        },
        worker: worker.index,
        workers,
        originMonotonicMillis: clock.originMonotonicMillis,
        timeScale: clock.timeScale,
        earlier: this.early,
      });
    }
  }

  readonly join = (pod: number, origin: string): void => this.broadcast({ kind: 'join', pod, origin });
  readonly leave = (pod: number): void => this.broadcast({ kind: 'leave', pod });

  readonly census = (): LoadCensus =>
    this.workers.reduce<LoadCensus>(
      (sum, { census }) => ({
        inService: sum.inService + census.inService,
        batchWaiting: sum.batchWaiting + census.batchWaiting,
        streamsWaiting: sum.streamsWaiting + census.streamsWaiting,
        offeredWeight: sum.offeredWeight + census.offeredWeight,
      }),
      NOBODY,
    );

  /** Resolves when the last row of every worker is over, or its worker dead. */
  async run(): Promise<void> {
    await Promise.all(this.workers.map(({ finished }) => finished));
  }

  /** Ends the workers and merges what they told. `endMillis`: rows due until then were to be sent. */
  async stop(endMillis: number): Promise<WorkersReport> {
    this.stopping = true;
    for (const worker of this.workers) this.tell(worker, { kind: 'stop' });
    const patience = setTimeout(() => {
      for (const { link } of this.workers) link.end();
    }, PATIENCE_MILLIS);
    await Promise.all(this.workers.map(({ exit }) => exit));
    clearTimeout(patience);
    const reports = this.workers.flatMap(({ report }) => (report === null ? [] : [report]));
    const inFlightByWindow = windowSums(reports);
    return {
      requests: this.requests,
      health: reports.map(({ health }) => health),
      causes: merged(reports),
      frames: reports.flatMap(({ frames }) => (frames === null ? [] : [frames])),
      lostRows: this.countLost(endMillis),
      inFlightMillis: inFlightByWindow.reduce((sum, area) => sum + area, 0),
      inFlightByWindow,
      notes: this.notes,
    };
  }

  private countLost(endMillis: number): number {
    const { offsetMillis, count } = this.schedule;
    const dead = new Set(this.workers.flatMap(({ report, index }) => (report === null ? [index] : [])));
    let lost = 0;
    for (let row = 0; row < count && offsetMillis[row]! <= endMillis; row++) {
      // In a closed loop nothing is due by the clock: a row is intended when it is sent.
      const closed = this.settings.closedLoopUsers !== undefined;
      this.requests.intendedMillis[row] = closed ? this.requests.sentMillis[row]! : offsetMillis[row]!;
      if (this.reported[row] === 1 || !dead.has(row % this.workers.length)) continue;
      this.requests.outcome[row] = DROPPED;
      lost += 1;
    }
    return lost;
  }

  private broadcast(message: PodMessage): void {
    if (this.begun) for (const worker of this.workers) this.tell(worker, message);
    else this.early.push(message);
  }

  private tell(worker: LoadWorker, message: ToWorker): void {
    worker.link.send(message);
  }

  private worker(index: number, open: OpenLink): LoadWorker {
    const prepared = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<undefined>();
    const exit = Promise.withResolvers<undefined>();
    prepared.promise.catch(() => undefined);
    const hear = (message: FromWorker): void => {
      switch (message.kind) {
        case 'prepared':
          prepared.resolve(undefined);
          return;
        case 'rows':
          worker.census = message.census;
          unpackRows(message.rows, this.requests, (row) => {
            this.reported[row] = 1;
          });
          return;
        case 'done':
          finished.resolve(undefined);
          return;
        case 'report':
          worker.report = message.report;
          return;
        case 'failed':
          this.notes.push(`load worker ${index} failed: ${message.message}`);
      }
    };
    const gone = (what: string): void => {
      if (worker.report === null) this.notes.push(`load worker ${index} ${what}: its open rows are lost`);
      worker.census = { ...worker.census, inService: 0, batchWaiting: 0, streamsWaiting: 0 };
      prepared.reject(new TestbedError('TARGET_FAILED', `load worker ${index} ${what}`));
      finished.resolve(undefined);
      exit.resolve(undefined);
    };
    const worker: LoadWorker = {
      index,
      link: open(index, { hear, gone }),
      prepared: prepared.promise,
      exit: exit.promise,
      finished: finished.promise,
      census: NOBODY,
      report: null,
    };
    return worker;
  }
}

/** Users of worker `index` of `workers`, all of them together as many as asked for. */
const usersOf = (users: number, index: number, workers: number): number =>
  Math.floor(users / workers) + (index < users % workers ? 1 : 0);

const windowSums = (reports: readonly WorkerReport[]): readonly number[] => {
  const length = Math.max(0, ...reports.map(({ inFlightByWindow }) => inFlightByWindow.length));
  return Array.from({ length }, (_, i) => reports.reduce((sum, r) => sum + (r.inFlightByWindow[i] ?? 0), 0));
};

const merged = (reports: readonly WorkerReport[]): readonly (readonly [string, number])[] => {
  const sum = new Map<string, number>();
  for (const { causes } of reports) for (const [cause, count] of causes) sum.set(cause, (sum.get(cause) ?? 0) + count);
  return [...sum];
};
