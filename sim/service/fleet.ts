// The life of every request: arrival, front queue or pod queue, balancer, service, answer, refusal, time-out, retry.
// Takes a schedule and is driven by instants (arrive, completions, deadline, …); asks back through an agenda for events.
// Writes the request table. Knows nothing of Kubernetes: it is told which containers run and which pods may be chosen.

import type { Conduct } from '../../model/conduct.ts';
import { departure } from '../../model/conduct.ts';
import type { RequestTable } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { firstResultSeconds, requestWeight } from '../../model/service-time.ts';
import { RowConnections } from './connections.ts';
import type { FleetAgenda, FleetSettings, Leaving } from './fleet-interface.ts';
import { requestsOf } from './fleet-interface.ts';
import type { Lane } from './lane.ts';
import { newLane } from './lane.ts';
import { Occupancy } from './occupancy.ts';
import type { WorkerListener } from './worker.ts';
import { Worker } from './worker.ts';

export type { FleetAgenda, FleetSettings, Leaving } from './fleet-interface.ts';

/**
 * Where a request is; 0 = not arrived. absent → waiting | atPod | backoff; waiting → atPod; atPod → backoff;
 * backoff → waiting | atPod; each of these → over.
 */
const WAITING = 1;
const AT_POD = 2;
const BACKOFF = 3;
const OVER = 4;

const OK = OUTCOMES.indexOf('ok');
const REFUSED = OUTCOMES.indexOf('refused');
const TIMEOUT = OUTCOMES.indexOf('timeout');
const FAILED = OUTCOMES.indexOf('failed');
const ABANDONED = OUTCOMES.indexOf('abandoned');
const STREAM = REQUEST_KINDS.indexOf('stream');

/**
 * Invariants: a lane's front queue is empty or none of its endpoints is eligible; arrived = over + inSystem; a pod is an
 * endpoint only between `join` and `leave`. `inSystemMillis` is the integral of `inSystem` over time (Little's law).
 */
export class Fleet {
  readonly requests: RequestTable;
  arrived = 0;
  /** Requests between two tries. */
  backingOff = 0;
  /** Requests in service whose callers have left (`abandonedWork: finish`): in service, but not in the system. */
  orphans = 0;
  /** Weight of all batch requests that arrived, and audio seconds of all live sessions. */
  offeredWeight = 0;
  offeredStreamSeconds = 0;
  private readonly occupancy = new Occupancy();
  private readonly schedule: Schedule;
  private readonly settings: FleetSettings;
  private readonly agenda: FleetAgenda;
  private readonly batch: Lane;
  private readonly stream: Lane;
  /** The lanes that the schedule uses at all. */
  private readonly lanes: readonly Lane[];
  private readonly listener: WorkerListener = {
    started: (id, at) => this.started(id, at),
    done: (id, at, lag) => this.done(id, at, lag),
  };
  private readonly workers: (Worker | undefined)[] = [];
  private readonly connections: RowConnections;
  /** By index of the stream in the schedule. */
  private readonly conduct: readonly (Conduct | undefined)[];
  private readonly watched = new Set<number>();
  private readonly state: Uint8Array;
  private readonly ticket: Uint32Array;
  private readonly timeoutMillis: number;
  /** Requests below this have passed their deadline or are over. */
  private oldest = 0;
  private deadlineSet = false;

  /** @param sentMillis when each request comes, in the order of the schedule and never decreasing */
  constructor(
    schedule: Schedule,
    settings: FleetSettings,
    agenda: FleetAgenda,
    sentMillis: Float64Array = schedule.offsetMillis,
  ) {
    this.schedule = schedule;
    this.settings = settings;
    this.agenda = agenda;
    this.requests = requestsOf(schedule, sentMillis);
    this.state = new Uint8Array(schedule.count);
    this.ticket = new Uint32Array(schedule.count);
    this.timeoutMillis = settings.timeout === null ? Infinity : settings.timeout * 1000;
    this.connections = new RowConnections(schedule, settings.connections);
    this.conduct = schedule.streams.map((name) => settings.conduct?.[name]);
    const { batch, stream } = settings.law;
    this.batch = newLane(settings, batch.cap, 0, (worker) => worker.batchInService + worker.batchQueued);
    this.stream = newLane(settings, stream.cap, 1, (worker) => worker.activeStreams + worker.streamsQueued);
    const streams = schedule.kind.includes(STREAM);
    const others = schedule.kind.some((kind) => kind !== STREAM);
    this.lanes = [...(others ? [this.batch] : []), ...(streams ? [this.stream] : [])];
  }

  /** Requests that arrived and are not over. */
  get inSystem(): number {
    return this.occupancy.inSystem;
  }

  /** Requests in service on all pods, and requests waiting in front and on pods. */
  get inService(): number {
    return this.occupancy.inService;
  }
  get waiting(): number {
    return this.batchWaiting + this.streamsWaiting + this.occupancy.queuedOnPods;
  }

  /** Requests in front of all pods. */
  get batchWaiting(): number {
    return this.batch.queue.length;
  }
  get streamsWaiting(): number {
    return this.stream.queue.length;
  }

  /** The pod's worker; undefined while no container runs. */
  worker(pod: number): Worker | undefined {
    return this.workers[pod];
  }

  /** @param warm true for a container that has served before the run */
  containerStarts(pod: number, warm = false): void {
    this.occupancy.reset(pod);
    this.workers[pod] = new Worker(this.settings.law, this.listener, this.settings, warm);
  }

  /** Everything on the pod fails now. */
  containerStops(now: number, pod: number): void {
    const worker = this.workers[pod];
    if (worker === undefined) return;
    this.workers[pod] = undefined;
    this.agenda.completions(pod, Infinity);
    this.connections.close(pod);
    for (const id of worker.cut(now)) {
      if (this.state[id] === OVER) {
        this.orphans -= 1;
        continue;
      }
      this.connections.left(now, id);
      this.unanswered(now, id, FAILED);
    }
    this.occupancy.recount(pod, worker);
    for (const lane of this.lanes) {
      lane.endpoints.setLoad(pod, 0);
      this.dispatch(now, lane);
    }
    this.reportIdle(pod, undefined);
  }

  join(now: number, pod: number): void {
    const worker = this.workers[pod];
    for (const lane of this.lanes) {
      lane.endpoints.join(pod, worker === undefined ? 0 : lane.loadOf(worker));
      this.dispatch(now, lane);
    }
  }

  leave(pod: number): void {
    for (const lane of this.lanes) if (lane.endpoints.has(pod)) lane.endpoints.leave(pod);
  }

  /** The pod shuts down: asks for agenda.idle(pod) as soon as nothing is on it, at once if that is so now. */
  watchIdle(pod: number): void {
    this.connections.close(pod);
    this.watched.add(pod);
    this.reportIdle(pod, this.workers[pod]);
  }

  /** Request `id` of the schedule arrives; call in the order of the schedule. */
  arrive(now: number, id: number): void {
    this.occupancy.change(now, 1);
    this.arrived += 1;
    const work = this.work(id);
    if (this.schedule.kind[id] === STREAM) this.offeredStreamSeconds += work;
    else this.offeredWeight += work;
    if (!this.deadlineSet && this.timeoutMillis < Infinity) {
      this.deadlineSet = true;
      this.agenda.deadline(now + this.timeoutMillis);
    }
    const conduct = this.conduct[this.schedule.stream[id]!];
    if (conduct !== undefined) this.expectDeparture(now, id, conduct);
    this.attempt(now, id, work);
  }

  /** A pod's completions are due. */
  completions(now: number, pod: number): void {
    const worker = this.workers[pod]!;
    worker.completeDue(now);
    this.changed(now, pod, worker);
  }

  /** The back-off of a request is over; it may have given up meanwhile. */
  retry(now: number, id: number): void {
    if (this.state[id] !== BACKOFF) return;
    this.backingOff -= 1;
    this.attempt(now, id, this.work(id));
  }

  /** Callers that have waited for the whole time-out give up; a live session only while it has no place. */
  deadline(now: number): void {
    const { sentMillis } = this.requests;
    for (; this.oldest < this.arrived; this.oldest++) {
      const id = this.oldest;
      if (this.state[id] === OVER) continue;
      const at = sentMillis[id]! + this.timeoutMillis;
      if (at > now) {
        this.agenda.deadline(at);
        return;
      }
      if (!this.isLive(id)) this.giveUp(now, id, TIMEOUT);
    }
    this.deadlineSet = false;
  }

  /** A caller's patience is over, or it cuts its session. A live session that has its place is only ever cut. */
  callerLeaves(now: number, id: number, why: Leaving): void {
    if (this.state[id] === OVER || (why === 'hangup' && this.isLive(id))) return;
    if (this.isLive(id)) this.requests.lagSeconds[id] = this.workers[this.requests.pod[id]!]!.lagOf(now, id);
    this.giveUp(now, id, ABANDONED);
  }

  /** The run is over: a live session that goes on is judged by its lag until now. */
  runEnds(now: number): void {
    for (let id = 0; id < this.arrived; id++)
      if (this.isLive(id)) this.requests.lagSeconds[id] = this.workers[this.requests.pod[id]!]!.lagOf(now, id);
  }

  /** Integral of the number in the system up to now, request-milliseconds. */
  inSystemMillis(now: number): number {
    return this.occupancy.integralMillis(now);
  }

  private attempt(now: number, id: number, work: number): void {
    this.requests.attempts[id]! += 1;
    const lane = this.laneOf(id);
    const pinned = this.connections.podOf(now, id);
    if (pinned >= 0) this.send(now, lane, id, work, pinned);
    else if (lane.endpoints.eligibleCount > 0) this.send(now, lane, id, work, lane.choose(lane.endpoints));
    else if (this.settings.queueAt === 'pod' || this.queueIsFull()) this.unanswered(now, id, REFUSED);
    else {
      this.state[id] = WAITING;
      this.ticket[id] = lane.queue.push(id, work);
    }
  }

  private send(now: number, lane: Lane, id: number, work: number, pod: number): void {
    const worker = this.workers[pod];
    this.requests.pod[id] = pod;
    if (worker === undefined) {
      this.unanswered(now, id, FAILED);
      return;
    }
    const mayQueue = this.settings.queueAt === 'pod' && !this.queueIsFull();
    const arrived =
      lane === this.stream ? worker.arriveStream(now, id, work, mayQueue) : worker.arriveBatch(now, id, work, mayQueue);
    if (arrived === 'full') {
      this.unanswered(now, id, REFUSED);
      return;
    }
    this.state[id] = AT_POD;
    this.connections.sent(now, id, pod);
    lane.endpoints.setLoad(pod, lane.loadOf(worker));
    this.occupancy.recount(pod, worker);
    this.agenda.completions(pod, worker.nextCompletionMillis());
  }

  private dispatch(now: number, lane: Lane): void {
    const { queue, endpoints } = lane;
    while (queue.length > 0 && endpoints.eligibleCount > 0) {
      const id = queue.shift();
      this.send(now, lane, id, queue.shiftedWork, lane.choose(endpoints));
    }
  }

  private expectDeparture(now: number, id: number, conduct: Conduct): void {
    const { seed, audioSeconds, kind } = this.schedule;
    const { patienceMillis, cutMillis } = departure(conduct, seed[id]!, audioSeconds[id]!, kind[id] === STREAM);
    const at = (millis: number): number => Math.max(now, this.requests.intendedMillis[id]! + millis);
    if (patienceMillis < Infinity) this.agenda.leave(id, at(patienceMillis), 'hangup');
    if (cutMillis < Infinity) this.agenda.leave(id, at(cutMillis), 'cut');
  }

  /** A live session that has its place. */
  private isLive(id: number): boolean {
    return (
      this.schedule.kind[id] === STREAM && this.state[id] === AT_POD && !Number.isNaN(this.requests.admittedMillis[id]!)
    );
  }

  /** After somebody left the pod's service: new load, next completion, the queue moves up. */
  private changed(now: number, pod: number, worker: Worker): void {
    this.agenda.completions(pod, worker.nextCompletionMillis());
    this.occupancy.recount(pod, worker);
    for (const lane of this.lanes) {
      lane.endpoints.setLoad(pod, lane.loadOf(worker));
      this.dispatch(now, lane);
    }
    this.reportIdle(pod, worker);
  }

  private started(id: number, at: number): void {
    this.requests.admittedMillis[id] = at;
    if (this.schedule.kind[id] !== STREAM) return;
    const worker = this.workers[this.requests.pod[id]!]!;
    const first = firstResultSeconds(this.settings.law.stream, worker.activeStreams, this.schedule.seed[id]!);
    this.requests.firstResultMillis[id] = at + 1000 * first;
  }

  private done(id: number, at: number, lagSeconds: number): void {
    if (this.state[id] === OVER) {
      this.orphans -= 1;
      return;
    }
    this.connections.left(at, id);
    if (this.schedule.kind[id] === STREAM) this.requests.lagSeconds[id] = lagSeconds;
    else this.requests.firstResultMillis[id] = at;
    this.over(at, id, OK);
  }

  /** Refused or failed: tried again after backoff·2^(tries so far − 1), without jitter, while tries are left. */
  private unanswered(now: number, id: number, outcome: number): void {
    const { retries } = this.settings;
    const tries = this.requests.attempts[id]!;
    if (retries === null || tries > retries.max) {
      this.over(now, id, outcome);
      return;
    }
    this.state[id] = BACKOFF;
    this.backingOff += 1;
    this.requests.admittedMillis[id] = NaN;
    this.requests.firstResultMillis[id] = NaN;
    this.agenda.retry(id, now + retries.backoff * 1000 * 2 ** (tries - 1));
  }

  private giveUp(now: number, id: number, outcome: number): void {
    const was = this.state[id]!;
    this.over(now, id, outcome);
    if (was === BACKOFF) this.backingOff -= 1;
    if (was === WAITING) this.laneOf(id).queue.leave(this.ticket[id]!);
    if (was !== AT_POD) return;
    const pod = this.requests.pod[id]!;
    const worker = this.workers[pod]!;
    this.connections.left(now, id);
    if (this.settings.abandonedWork !== 'finish') worker.abandon(now, id);
    else if (worker.disown(now, id)) this.orphans += 1;
    this.changed(now, pod, worker);
  }

  private over(at: number, id: number, outcome: number): void {
    this.occupancy.change(at, -1);
    this.state[id] = OVER;
    this.requests.outcome[id] = outcome;
    this.requests.doneMillis[id] = at;
  }

  private reportIdle(pod: number, worker: Worker | undefined): void {
    if (this.watched.size === 0 || !this.watched.has(pod)) return;
    if (
      worker !== undefined &&
      worker.batchInService + worker.activeStreams + worker.batchQueued + worker.streamsQueued > 0
    )
      return;
    this.watched.delete(pod);
    this.agenda.idle(pod);
  }

  private queueIsFull(): boolean {
    const { queueLimit } = this.settings;
    return queueLimit !== null && this.waiting >= queueLimit;
  }

  private laneOf(id: number): Lane {
    return this.schedule.kind[id] === STREAM ? this.stream : this.batch;
  }

  /** Weight of a batch request, audio seconds of a live session. */
  private work(id: number): number {
    const { kind, audioSeconds, seed } = this.schedule;
    return kind[id] === STREAM
      ? audioSeconds[id]!
      : requestWeight(this.settings.law.batch, audioSeconds[id]!, seed[id]!);
  }
}
