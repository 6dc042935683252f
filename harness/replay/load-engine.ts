// One open-loop load engine: plays its rows of the schedule through a front to real pods. Takes pods that join and
// leave; gives the request table and what it measured about itself. Runs in the parent or in a worker process alike.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import type { RequestTable } from '../../model/record.ts';
import { emptyRequests } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { ArrivalsPlayer } from './arrivals.ts';
import { playArrivals } from './arrivals.ts';
import { ClosedLoop } from './closed-loop.ts';
import type { ConnectionPolicy } from './batch-client.ts';
import { BatchClient } from './batch-client.ts';
import type { AudioChoice, AudioSource } from './audio-source.ts';
import { audioSource } from './audio-source.ts';
import { FrameWheel } from './frame-wheel.ts';
import type { LoadCensus } from '../../cluster/local/load-port.ts';
import type { Send } from './attempt.ts';
import type { FrontSettings } from './front.ts';
import { Front } from './front.ts';
import type { ProcessHealth } from './process-health.ts';
import { monitorHealth } from './process-health.ts';
import type { StreamFigures } from './stream-client.ts';
import { StreamClient } from './stream-client.ts';
import type { EndDialect } from './stream-messages.ts';

export interface LoadSettings extends AudioChoice {
  readonly front: FrontSettings;
  readonly dialect: Dialect;
  /** Of live sessions; absent = the same. */
  readonly liveDialect?: Dialect;
  readonly connection: ConnectionPolicy;
  readonly authorization: string | null;
  readonly endDialect: EndDialect;
  readonly frameMillis: number;
  /** Part of the correlation key of streams. */
  readonly runId: string;
  /** Users who each wait for an answer before their next request, in place of the schedule's instants; absent = open loop. */
  readonly closedLoopUsers?: number;
}

/** Frames of all live sessions of one engine; null if it had none. Latenesses are real milliseconds. */
export interface FrameFigures extends StreamFigures {
  readonly catchUpFrames: number;
  readonly latenessP50Millis: number | null;
  readonly latenessP99Millis: number | null;
  readonly latenessMaxMillis: number;
}

export interface EngineReport {
  /** Rows of this engine only; all others are as `emptyRequests` made them. */
  readonly requests: RequestTable;
  readonly health: ProcessHealth;
  /** Refusals and failures by cause. */
  readonly causes: readonly (readonly [cause: string, count: number])[];
  readonly frames: FrameFigures | null;
  /** Row-milliseconds under way by window (in-flight.ts): the left side of Little's law. */
  readonly inFlightByWindow: readonly number[];
}

interface PodClients {
  readonly batch: BatchClient;
  readonly stream: StreamClient;
}

const STREAM = REQUEST_KINDS.indexOf('stream');

export class LoadEngine {
  private readonly schedule: Schedule;
  private readonly settings: LoadSettings;
  private readonly clock: ScaledClock;
  private readonly rows: readonly number[];
  readonly requests: RequestTable;
  private readonly front: Front;
  private readonly clients = new Map<number, PodClients>();
  private readonly wheel: FrameWheel;
  private readonly audio: AudioSource;
  private readonly health = monitorHealth();
  private arrivals: ArrivalsPlayer | null = null;
  private readonly closedLoop: ClosedLoop | null;
  private left: number;
  private tellDone: () => void = () => undefined;

  /** @param onOver called with each row when its outcome is in the table */
  constructor(
    schedule: Schedule,
    rows: Iterable<number>,
    settings: LoadSettings,
    clock: ScaledClock,
    onOver: (row: number) => void = () => undefined,
  ) {
    this.schedule = schedule;
    this.settings = settings;
    this.clock = clock;
    this.rows = [...rows];
    this.left = this.rows.length;
    this.requests = emptyRequests(schedule.count);
    this.wheel = new FrameWheel(clock);
    this.audio = audioSource(
      settings,
      this.rows.some((row) => schedule.kind[row] === STREAM),
    );
    this.front = new Front(schedule, settings.front, clock, this.requests, this.send, (row) => {
      onOver(row);
      this.left -= 1;
      if (this.left === 0) this.tellDone();
      this.closedLoop?.over();
    });
    const users = settings.closedLoopUsers;
    this.closedLoop =
      users === undefined
        ? null
        : new ClosedLoop(clock, this.rows, users, schedule.durationMillis, {
            start: (row, now) => this.front.arrive(row, now, now),
            done: (unsent) => {
              this.left -= unsent;
              if (this.left === 0) this.tellDone();
            },
          });
  }

  /** The pod may be chosen from now on. `origin` like http://127.0.0.1:40123 */
  join(pod: number, origin: string): void {
    if (!this.clients.has(pod)) this.clients.set(pod, this.client(origin));
    this.front.join(pod);
  }

  /** No new requests to the pod; those under way go on. */
  leave(pod: number): void {
    this.front.leave(pod);
  }

  census(): LoadCensus {
    return this.front.census();
  }

  /** Starts the arrivals; resolves when the last row is over. */
  run(): Promise<undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.tellDone = () => resolve(undefined);
    if (this.left === 0) this.tellDone();
    if (this.closedLoop !== null) {
      this.closedLoop.begin();
      return promise;
    }
    this.arrivals = playArrivals(this.clock, this.schedule.offsetMillis, this.rows, (row, now) => {
      this.front.arrive(row, now, this.schedule.offsetMillis[row]!);
    });
    return promise;
  }

  /** Abandons what is under way (it stays 'unfinished') and closes all connections. */
  stop(): EngineReport {
    this.arrivals?.stop();
    this.closedLoop?.stop();
    const inFlightByWindow = this.front.inFlightByWindow();
    this.front.stop();
    this.wheel.stop();
    for (const { batch } of this.clients.values()) batch.close();
    return {
      requests: this.requests,
      health: this.health.stop(),
      causes: [...this.front.causes],
      frames: this.frameFigures(),
      inFlightByWindow,
    };
  }

  private frameFigures(): FrameFigures | null {
    if (this.wheel.lateness.count === 0) return null;
    const sum = { framesDue: 0, framesSent: 0, maxBufferedBytes: 0, unknownMessages: 0 };
    for (const { stream } of this.clients.values()) {
      sum.framesDue += stream.figures.framesDue;
      sum.framesSent += stream.figures.framesSent;
      sum.unknownMessages += stream.figures.unknownMessages;
      sum.maxBufferedBytes = Math.max(sum.maxBufferedBytes, stream.figures.maxBufferedBytes);
    }
    const { lateness, catchUps } = this.wheel;
    return {
      ...sum,
      catchUpFrames: catchUps,
      latenessP50Millis: lateness.quantile(0.5),
      latenessP99Millis: lateness.quantile(0.99),
      latenessMaxMillis: lateness.max,
    };
  }

  private client(origin: string): PodClients {
    const { settings, clock, wheel, audio } = this;
    const { dialect, connection, authorization, endDialect, frameMillis, runId } = settings;
    const declareAudio = settings.bodies === 'declared' && settings.clipFolder === undefined;
    const bodyOf = audio.batch;
    const audioOf = audio.live;
    return {
      batch: new BatchClient(origin, { clock, dialect, connection, authorization, bodyOf, declareAudio }),
      stream: new StreamClient(origin, {
        clock,
        wheel,
        dialect: settings.liveDialect ?? dialect,
        endDialect,
        authorization,
        runId,
        frameMillis,
        audioOf,
      }),
    };
  }

  private readonly send: Send = (pod, row, attempt, settle) => {
    const { batch, stream } = this.clients.get(pod)!;
    const { schedule } = this;
    const request = { row, attempt, seed: schedule.seed[row]!, audioSeconds: schedule.audioSeconds[row]! };
    return schedule.kind[row] === STREAM ? stream.send(request, settle) : batch.send(request, settle);
  };
}
