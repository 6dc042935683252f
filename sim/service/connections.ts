// Keep-alive connections between callers and pods: kube-proxy chooses a pod when a connection is opened, not for each
// request, so requests stick to the pods that were there when their connection was made (load-generation.md 5.4). Takes
// instants as arguments; which pod a new connection gets is the balancer's choice. Simulator and load engine use it alike.

import { keyedUniform } from '../../model/rng.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { ConnectionSettings } from '../../scenarios/scenario.ts';

/** 'conn' in ASCII. */
const CONNECTION = 0x636f6e6e;

/** Which of `pool` connections carries a row: the callers are many and independent, so each row's seed names its own. */
export const connectionOf = (rowSeed: number, pool: number): number =>
  Math.floor(keyedUniform(rowSeed, CONNECTION) * pool);

const NONE = -1;

/**
 * A connection is open from `open` until its age reaches maxAge, it has carried nothing for `idle`, or its pod closes it;
 * all of them are noticed when a request wants it next, so time alone costs no event. Requests share a connection.
 * Invariant: `underWay` of a connection = begun − ended through it, whichever pods it led to meanwhile.
 */
export class Connections {
  private readonly maxAgeMillis: number;
  private readonly idleMillis: number;
  private readonly pod: Int32Array;
  /** Closings of its pod when it was opened. */
  private readonly era: Int32Array;
  private readonly openedMillis: Float64Array;
  /** When it last became free. */
  private readonly freeMillis: Float64Array;
  private readonly underWay: Int32Array;
  private readonly closings: number[] = [];
  readonly size: number;

  constructor({ pool, maxAge, idle }: Extract<ConnectionSettings, { kind: 'keep-alive' }>) {
    this.size = pool;
    this.maxAgeMillis = maxAge === null ? Infinity : maxAge * 1000;
    this.idleMillis = idle === null ? Infinity : idle * 1000;
    this.pod = new Int32Array(pool).fill(NONE);
    this.era = new Int32Array(pool);
    this.openedMillis = new Float64Array(pool);
    this.freeMillis = new Float64Array(pool);
    this.underWay = new Int32Array(pool);
  }

  /** The pod that a connection leads to now; −1 if it has to be opened (again). */
  podOf(now: number, connection: number): number {
    const pod = this.pod[connection]!;
    if (pod === NONE || this.era[connection] !== (this.closings[pod] ?? 0)) return NONE;
    if (now - this.openedMillis[connection]! >= this.maxAgeMillis) return NONE;
    const idle = this.underWay[connection] === 0 ? now - this.freeMillis[connection]! : 0;
    return idle >= this.idleMillis ? NONE : pod;
  }

  open(now: number, connection: number, pod: number): void {
    this.pod[connection] = pod;
    this.era[connection] = this.closings[pod] ?? 0;
    this.openedMillis[connection] = now;
    this.freeMillis[connection] = now;
  }

  /** A request goes out through it; what goes out must come back through `end`. */
  begin(connection: number): void {
    this.underWay[connection]! += 1;
  }

  end(now: number, connection: number): void {
    this.underWay[connection]! -= 1;
    this.freeMillis[connection] = now;
  }

  /** The pod's server closes its connections: it shuts down or died. */
  close(pod: number): void {
    this.closings[pod] = (this.closings[pod] ?? 0) + 1;
  }
}

const STREAM = REQUEST_KINDS.indexOf('stream');

/** The connections of the rows of a schedule. Live sessions have one of their own each; without keep-alive everybody has. */
export class RowConnections {
  private readonly kept: Connections | null;
  private readonly schedule: Schedule;

  constructor(schedule: Schedule, settings: ConnectionSettings | undefined) {
    this.schedule = schedule;
    this.kept = settings?.kind === 'keep-alive' ? new Connections(settings) : null;
  }

  /** The pod that the row's connection leads to now; −1 if the balancer has to choose one. */
  podOf(now: number, row: number): number {
    const { kept } = this;
    return kept === null || this.isLive(row) ? NONE : kept.podOf(now, this.connectionOf(row, kept));
  }

  /** The row goes out to this pod, over a new connection if its own does not lead there. */
  sent(now: number, row: number, pod: number): void {
    const { kept } = this;
    if (kept === null || this.isLive(row)) return;
    const connection = this.connectionOf(row, kept);
    if (kept.podOf(now, connection) !== pod) kept.open(now, connection, pod);
    kept.begin(connection);
  }

  /** A row that went out to a pod is not there any more. */
  left(now: number, row: number): void {
    const { kept } = this;
    if (kept !== null && !this.isLive(row)) kept.end(now, this.connectionOf(row, kept));
  }

  /** The pod's server closes its connections. */
  close(pod: number): void {
    this.kept?.close(pod);
  }

  private connectionOf(row: number, { size }: Connections): number {
    return connectionOf(this.schedule.seed[row]!, size);
  }

  private isLive(row: number): boolean {
    return this.schedule.kind[row] === STREAM;
  }
}
