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
import type { ConnectionPolicy } from './batch-client.ts';
import { BatchClient } from './batch-client.ts';
import { tokenBody, wavBodies } from './clip.ts';
import type { Census, FrontSettings } from './front.ts';
import { Front } from './front.ts';
import type { ProcessHealth } from './process-health.ts';
import { monitorHealth } from './process-health.ts';

export interface LoadSettings {
  readonly front: FrontSettings;
  readonly dialect: Dialect;
  readonly connection: ConnectionPolicy;
  readonly authorization: string | null;
  /** 'declared': a token body and the length in a header (emulated pods only); 'wav': real bytes. */
  readonly bodies: 'declared' | 'wav';
  readonly clipSeed: number;
}

export interface EngineReport {
  /** Rows of this engine only; all others are as `emptyRequests` made them. */
  readonly requests: RequestTable;
  readonly health: ProcessHealth;
  /** Refusals and failures by cause. */
  readonly causes: readonly (readonly [cause: string, count: number])[];
  readonly maxInFlight: number;
}

const STREAM = REQUEST_KINDS.indexOf('stream');

export class LoadEngine {
  private readonly schedule: Schedule;
  private readonly settings: LoadSettings;
  private readonly clock: ScaledClock;
  private readonly rows: readonly number[];
  private readonly requests: RequestTable;
  private readonly front: Front;
  private readonly clients = new Map<number, BatchClient>();
  private readonly wav: (audioSeconds: number) => Buffer;
  private readonly health = monitorHealth();
  private arrivals: ArrivalsPlayer | null = null;
  private left: number;
  private mostInFlight = 0;
  private tellDone: () => void = () => undefined;

  constructor(schedule: Schedule, rows: Iterable<number>, settings: LoadSettings, clock: ScaledClock) {
    this.schedule = schedule;
    this.settings = settings;
    this.clock = clock;
    this.rows = [...rows];
    this.left = this.rows.length;
    this.requests = emptyRequests(schedule.count);
    this.wav = wavBodies(settings.clipSeed);
    this.front = new Front(
      schedule,
      settings.front,
      clock,
      this.requests,
      (pod, row, attempt, settle) => this.send(pod, row, attempt, settle),
      () => {
        this.left -= 1;
        if (this.left === 0) this.tellDone();
      },
    );
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

  census(): Census {
    return this.front.census();
  }

  /** Starts the arrivals; resolves when the last row is over. */
  run(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.tellDone = resolve;
    if (this.left === 0) resolve();
    this.arrivals = playArrivals(this.clock, this.schedule.offsetMillis, this.rows, (row, now) => {
      this.front.arrive(row, now);
      this.mostInFlight = Math.max(this.mostInFlight, this.front.inFlight);
    });
    return promise;
  }

  /** Abandons what is under way (it stays 'unfinished') and closes all connections. */
  stop(): EngineReport {
    this.arrivals?.stop();
    this.front.stop();
    for (const client of this.clients.values()) client.close();
    return {
      requests: this.requests,
      health: this.health.stop(),
      causes: [...this.front.causes],
      maxInFlight: this.mostInFlight,
    };
  }

  private client(origin: string): BatchClient {
    const { settings } = this;
    const declared = settings.bodies === 'declared';
    return new BatchClient(origin, {
      clock: this.clock,
      dialect: settings.dialect,
      connection: settings.connection,
      authorization: settings.authorization,
      bodyOf: declared ? tokenBody : this.wav,
      declareAudio: declared,
    });
  }

  private send(pod: number, row: number, attempt: number, settle: Parameters<BatchClient['send']>[1]): () => void {
    const client = this.clients.get(pod)!;
    const { schedule } = this;
    if (schedule.kind[row] === STREAM) {
      settle({ kind: 'failed', cause: 'streams are not sent yet' });
      return () => undefined;
    }
    return client.send({ row, attempt, seed: schedule.seed[row]!, audioSeconds: schedule.audioSeconds[row]! }, settle);
  }
}
