// The balancer in front of real pods: queue, choice of pod, time-out, hang-ups, retries, drops. The same rules as the simulator's
// fleet (sim/service/fleet.ts), whose queue, endpoint set and policies it uses; only the pods are real and answer later.
// Takes rows when they are due and answers when they come; writes the request table.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { LoadCensus } from '../../cluster/local/load-port.ts';
import type { Conduct } from '../../model/conduct.ts';
import type { Failure, Outcome, RequestTable } from '../../model/record.ts';
import { FAILURES, OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { requestWeight } from '../../model/service-time.ts';
import type { ServiceSettings } from '../../scenarios/scenario.ts';
import type { Choose } from '../../sim/service/balancer.ts';
import { chooser, mulberry32 } from '../../sim/service/balancer.ts';
import { RowConnections } from '../../sim/service/connections.ts';
import { EndpointSet } from '../../sim/service/endpoint-set.ts';
import { Fifo } from '../../sim/service/fifo.ts';
import type { Abandon, Answer, Send } from './attempt.ts';
import { Deadlines } from './deadlines.ts';
import { Departures } from './departures.ts';
import type { Unanswered } from './failures.ts';
import { InFlight } from './in-flight.ts';

export type FrontSettings = Pick<
  ServiceSettings,
  'balancer' | 'queueAt' | 'queueLimit' | 'timeout' | 'retries' | 'connections'
> & {
  /** By name of the traffic stream; callers of a stream that is not named stay until they are answered. */
  readonly conduct?: Readonly<Record<string, Conduct>>;
  readonly law: ServiceLaw;
  readonly balancerSeed: number;
  /** Rows under way beyond which a new one is dropped, counted, and never sent. */
  readonly maxInFlight: number;
};

interface Lane {
  readonly queue: Fifo;
  readonly endpoints: EndpointSet;
  readonly choose: Choose;
  readonly load: Map<number, number>;
}

type Place =
  | { readonly at: 'queue'; readonly ticket: number }
  | { readonly at: 'pod'; readonly pod: number; readonly abandon: Abandon }
  | { readonly at: 'backoff'; readonly cancel: () => void };

const CODE = Object.fromEntries(OUTCOMES.map((name, code) => [name, code])) as Readonly<Record<Outcome, number>>;
const STREAM = REQUEST_KINDS.indexOf('stream');

/** Invariants: a row is over once; a lane's queue is empty or none of its endpoints is eligible. */
export class Front {
  private readonly schedule: Schedule;
  private readonly settings: FrontSettings;
  private readonly clock: ScaledClock;
  private readonly send: Send;
  private readonly requests: RequestTable;
  private readonly onOver: (row: number) => void;
  private readonly batch: Lane;
  private readonly stream: Lane;
  /** By row. No Map: it leaves the places of rows that are over behind, for the garbage collector to move and move again. */
  private readonly places: (Place | null)[];
  private inFlight = 0;
  /** Null where callers wait for ever. */
  private readonly deadlines: Deadlines | null;
  private readonly departures: Departures;
  private readonly connections: RowConnections;
  private offeredWeight = 0;
  private readonly sentUnderWay = new InFlight();
  /** Failures and refusals by cause, for the notes of the run. */
  readonly causes = new Map<string, number>();

  constructor(
    schedule: Schedule,
    settings: FrontSettings,
    clock: ScaledClock,
    requests: RequestTable,
    send: Send,
    onOver: (row: number) => void,
  ) {
    this.schedule = schedule;
    this.settings = settings;
    this.clock = clock;
    this.requests = requests;
    this.send = send;
    this.onOver = onOver;
    this.places = new Array<Place | null>(schedule.count).fill(null);
    this.deadlines =
      settings.timeout === null
        ? null
        : new Deadlines(settings.timeout * 1000, clock, requests.intendedMillis, (row, now) => this.giveUp(row, now));
    this.departures = new Departures(schedule, clock);
    this.connections = new RowConnections(schedule, settings.connections);
    const lane = (cap: number, seed: number): Lane => ({
      queue: new Fifo(),
      endpoints: new EndpointSet(settings.queueAt === 'front' ? cap : Infinity),
      choose: chooser(settings.balancer, mulberry32(seed)),
      load: new Map(),
    });
    this.batch = lane(settings.law.batch.cap, settings.balancerSeed);
    this.stream = lane(settings.law.stream.cap, settings.balancerSeed + 1);
  }

  /** Row-milliseconds under way, by window (in-flight.ts), up to now. */
  inFlightByWindow(): readonly number[] {
    this.sentUnderWay.account(this.clock.now(), 0);
    return Array.from(this.sentUnderWay.windows, (area: number | undefined) => area ?? 0);
  }

  census(): LoadCensus {
    let atPods = 0;
    for (const { load } of [this.batch, this.stream]) for (const rows of load.values()) atPods += rows;
    return {
      inService: atPods,
      batchWaiting: this.batch.queue.length,
      streamsWaiting: this.stream.queue.length,
      offeredWeight: this.offeredWeight,
    };
  }

  join(pod: number): void {
    for (const lane of [this.batch, this.stream]) {
      if (lane.endpoints.has(pod)) continue;
      lane.endpoints.join(pod, lane.load.get(pod) ?? 0);
      this.dispatch(lane);
    }
  }

  /** The pod takes no new connection. Its server closes those it has: here both are one moment, in a cluster almost. */
  leave(pod: number): void {
    this.connections.close(pod);
    for (const lane of [this.batch, this.stream]) if (lane.endpoints.has(pod)) lane.endpoints.leave(pod);
  }

  /** A row is due, since `intendedMillis`. */
  arrive(row: number, now: number, intendedMillis: number): void {
    const { requests, schedule, settings } = this;
    requests.intendedMillis[row] = intendedMillis;
    if (this.inFlight >= settings.maxInFlight) {
      this.over(row, NaN, 'dropped');
      return;
    }
    requests.sentMillis[row] = now;
    this.inFlight += 1;
    this.sentUnderWay.account(now, 1);
    if (schedule.kind[row] !== STREAM)
      this.offeredWeight += requestWeight(settings.law.batch, schedule.audioSeconds[row]!, schedule.seed[row]!);
    this.deadlines?.expect(row);
    const conduct = settings.conduct?.[schedule.streams[schedule.stream[row]!]!];
    if (conduct !== undefined) this.expectDeparture(row, intendedMillis, conduct);
    this.attempt(row);
  }

  /** Abandons everything; rows under way stay 'unfinished'. */
  stop(): void {
    const left = this.places.slice();
    this.places.fill(null);
    this.departures.stop();
    // What waits leaves first: an abandoned row frees a place, and the next in the queue would be sent there.
    for (const [row, place] of left.entries()) if (place?.at === 'queue') this.vacate(row, place);
    for (const [row, place] of left.entries()) {
      if (place?.at === 'pod') {
        // A live session was going on and is judged by its lag until now; a batch request waited for its answer.
        const live = this.isLive(row, place);
        const lag = place.abandon();
        if (live) this.requests.lagSeconds[row] = lag;
        else this.fail(row, 'no-answer');
      }
      if (place?.at === 'backoff') place.cancel();
    }
  }

  private fail(row: number, failure: Failure): void {
    this.requests.failure[row] = FAILURES.indexOf(failure);
  }

  private laneOf(row: number): Lane {
    return this.schedule.kind[row] === STREAM ? this.stream : this.batch;
  }

  private attempt(row: number): void {
    this.requests.attempts[row]! += 1;
    const lane = this.laneOf(row);
    const pinned = this.connections.podOf(this.clock.now(), row);
    if (pinned >= 0) this.toPod(lane, row, pinned);
    else if (lane.endpoints.eligibleCount > 0) this.toPod(lane, row, lane.choose(lane.endpoints));
    else if (this.settings.queueAt === 'pod' || this.queueIsFull())
      this.unanswered(row, { kind: 'refused', failure: 'no-endpoint', cause: 'no endpoint or queue full' });
    else this.places[row] = { at: 'queue', ticket: lane.queue.push(row, 0) };
  }

  private queueIsFull(): boolean {
    const { queueLimit } = this.settings;
    return queueLimit !== null && this.batch.queue.length + this.stream.queue.length >= queueLimit;
  }

  private toPod(lane: Lane, row: number, pod: number): void {
    this.requests.pod[row] = pod;
    this.addLoad(lane, pod, 1);
    // Which socket carries it makes no difference to the pod: the client reuses any that leads there.
    this.connections.sent(this.clock.now(), row, pod);
    let open = true;
    const release = (): boolean => {
      if (!open) return false;
      open = false;
      this.connections.left(this.clock.now(), row);
      this.addLoad(lane, pod, -1);
      return true;
    };
    // Set before the sending: a transport may answer at once.
    let hangUp: Abandon = () => NaN;
    const abandon: Abandon = () => {
      if (!release()) return NaN;
      const lag = hangUp();
      this.dispatch(lane);
      return lag;
    };
    this.places[row] = { at: 'pod', pod, abandon };
    hangUp = this.send(pod, row, this.requests.attempts[row]!, (answer) => {
      if (!release()) return;
      this.settle(row, answer);
      this.dispatch(lane);
    });
  }

  private addLoad(lane: Lane, pod: number, change: number): void {
    const load = (lane.load.get(pod) ?? 0) + change;
    lane.load.set(pod, load);
    lane.endpoints.setLoad(pod, load);
  }

  private dispatch(lane: Lane): void {
    while (lane.queue.length > 0 && lane.endpoints.eligibleCount > 0)
      this.toPod(lane, lane.queue.shift(), lane.choose(lane.endpoints));
  }

  private settle(row: number, answer: Answer): void {
    const { requests } = this;
    if (answer.kind !== 'ok') {
      this.unanswered(row, answer);
      return;
    }
    requests.admittedMillis[row] = answer.admittedMillis;
    requests.firstResultMillis[row] = answer.firstResultMillis;
    requests.lagSeconds[row] = answer.lagSeconds;
    this.over(row, answer.doneMillis, 'ok');
  }

  /** Tried again after backoff·2^(tries so far − 1) while tries are left, as in the simulator. */
  private unanswered(row: number, { kind, failure, cause }: Unanswered): void {
    this.causes.set(cause, (this.causes.get(cause) ?? 0) + 1);
    const { retries } = this.settings;
    const tries = this.requests.attempts[row]!;
    const now = this.clock.now();
    if (retries === null || tries > retries.max) {
      this.fail(row, failure);
      this.over(row, now, kind);
      return;
    }
    const cancel = this.clock.at(now + retries.backoff * 1000 * 2 ** (tries - 1), () => {
      this.places[row] = null;
      this.attempt(row);
    });
    this.places[row] = { at: 'backoff', cancel };
  }

  /** The caller gives up; a live session only while it has no place. */
  private giveUp(row: number, now: number): void {
    const place = this.places[row] ?? null;
    if (place === null || this.isLive(row, place)) return;
    if (place.at === 'pod') this.fail(row, 'no-answer');
    this.over(row, now, 'timeout');
    this.vacate(row, place);
  }

  private expectDeparture(row: number, intendedMillis: number, conduct: Conduct): void {
    this.departures.expect(row, intendedMillis, conduct, (why) => {
      const place = this.places[row] ?? null;
      if (place !== null && (why === 'cut' || !this.isLive(row, place))) this.depart(row, place);
    });
  }

  private depart(row: number, place: Place): void {
    const now = this.clock.now();
    const lag = this.vacate(row, place);
    if (this.isLive(row, place)) this.requests.lagSeconds[row] = lag;
    this.over(row, now, 'abandoned');
  }

  private isLive(row: number, place: Place): boolean {
    return place.at === 'pod' && this.schedule.kind[row] === STREAM;
  }

  /** Out of the queue, the back-off or the pod; gives the lag of a live session there. */
  private vacate(row: number, place: Place): number {
    switch (place.at) {
      case 'queue':
        this.laneOf(row).queue.leave(place.ticket);
        return NaN;
      case 'backoff':
        place.cancel();
        return NaN;
      case 'pod':
        return place.abandon();
    }
  }

  private over(row: number, at: number, outcome: Outcome): void {
    if (outcome !== 'dropped') {
      this.inFlight -= 1;
      this.sentUnderWay.account(at, -1);
    }
    this.places[row] = null;
    this.departures.forget(row);
    this.requests.outcome[row] = CODE[outcome];
    this.requests.doneMillis[row] = at;
    this.onOver(row);
  }
}
