// One address in front of pods that join and leave, for a load engine that can follow only one (k6). Stands for the
// product's API tier: queue, choice of pod and caps by the rules of the simulator; HTTP and WebSocket bytes pass as they
// are. Notes for each row when it arrived, which pod got it and what the pod answered to the handshake.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { ROW_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { LoadCensus, LoadPort } from '../../cluster/local/load-port.ts';
import type { Schedule } from '../../model/schedule.ts';
import { requestWeight } from '../../model/service-time.ts';
import type { FrontSettings } from '../replay/front.ts';
import { connectionOf, Connections } from '../../sim/service/connections.ts';
import type { DoorLog } from './door-log.ts';
import { emptyDoorLog } from './door-log.ts';
import type { Pins } from './lane.ts';
import { Lane } from './lane.ts';

export const BEGIN_PATH = '/surgelab/begin';

interface PodAddress {
  readonly host: string;
  readonly port: number;
}

const rowOf = ({ headers }: IncomingMessage): number => {
  const text = headers[ROW_HEADERS.row];
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : -1;
};

const rawHead = ({ method, url, rawHeaders }: IncomingMessage): string => {
  let head = `${method ?? 'GET'} ${url ?? '/'} HTTP/1.1\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]!}: ${rawHeaders[i + 1]!}\r\n`;
  return `${head}\r\n`;
};

const epochMillis = (): number => performance.timeOrigin + performance.now();

const NO_PLACE = '{"error":"No ASR workers available","code":"SERVICE_UNAVAILABLE"}';

/** Invariant of each lane: its queue is empty or none of its pods is eligible. */
export class FrontDoor implements LoadPort {
  readonly log: DoorLog;
  /** Resolves when the engine asks for the origin: it is ready. */
  readonly asked: Promise<undefined>;
  private readonly schedule: Schedule;
  private readonly settings: FrontSettings;
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  private readonly sockets = new Set<Duplex>();
  private readonly batch: Lane;
  private readonly stream: Lane;
  private readonly address = new Map<number, PodAddress>();
  private readonly origin = Promise.withResolvers<number>();
  private readonly isAsked = Promise.withResolvers<undefined>();
  private offeredWeight = 0;
  private readonly timeScale: number;
  /** As the simulator's: null = each request is a connection of its own. Live sessions always are. */
  private readonly connections: Connections | null;
  private originEpochMillis = 0;

  constructor(schedule: Schedule, settings: FrontSettings, timeScale: number) {
    this.schedule = schedule;
    this.settings = settings;
    this.timeScale = timeScale;
    const { connections } = settings;
    this.connections = connections?.kind === 'keep-alive' ? new Connections(connections) : null;
    this.asked = this.isAsked.promise;
    this.log = emptyDoorLog(schedule.count);
    const cap = (own: number): number => (settings.queueAt === 'front' ? own : Infinity);
    this.batch = new Lane(cap(settings.law.batch.cap), settings.balancer, settings.balancerSeed, this.pins());
    this.stream = new Lane(cap(settings.law.stream.cap), settings.balancer, settings.balancerSeed + 1);
    this.server = createServer(
      { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true },
      (request, response) => this.onRequest(request, response),
    );
    this.server.on('upgrade', (request, socket, head) => this.onUpgrade(request, socket, head));
    this.server.on('clientError', (_, socket) => socket.destroy());
  }

  /** Opens on a free port of loopback; gives the address. */
  async listen(): Promise<string> {
    const { server } = this;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', 4096, resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Tells the engine the origin of the run. */
  begin(originEpochMillis: number): void {
    this.originEpochMillis = originEpochMillis;
    this.origin.resolve(originEpochMillis);
  }

  readonly join = (pod: number, origin: string): void => {
    const { hostname, port } = new URL(origin);
    this.address.set(pod, { host: hostname, port: Number(port) });
    this.batch.join(pod);
    this.stream.join(pod);
  };

  readonly leave = (pod: number): void => {
    this.connections?.close(pod);
    this.batch.leave(pod);
    this.stream.leave(pod);
  };

  readonly census = (): LoadCensus => ({
    inService: this.batch.inService + this.stream.inService,
    batchWaiting: this.batch.waiting,
    streamsWaiting: this.stream.waiting,
    offeredWeight: this.offeredWeight,
  });

  /** Closes the door; what is under way breaks. */
  async close(): Promise<void> {
    this.agent.destroy();
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private pins(): Pins | null {
    const { connections } = this;
    if (connections === null) return null;
    const now = (): number => (epochMillis() - this.originEpochMillis) * this.timeScale;
    const own = (seed: number): number => connectionOf(seed, connections.size);
    return {
      podOf: (seed) => connections.podOf(now(), own(seed)),
      connect: (seed, pod) => {
        if (connections.podOf(now(), own(seed)) !== pod) connections.open(now(), own(seed), pod);
        connections.begin(own(seed));
        return () => connections.end(now(), own(seed));
      },
    };
  }

  private arrived(request: IncomingMessage, isStream: boolean): number {
    const row = rowOf(request);
    const { log, schedule } = this;
    if (row < 0 || row >= schedule.count) {
      log.strangers += 1;
      return -1;
    }
    log.attempts[row]! += 1;
    log.turnedAway[row] = 0;
    if (log.attempts[row] === 1) {
      log.arrivedEpochMillis[row] = epochMillis();
      if (!isStream)
        this.offeredWeight += requestWeight(this.settings.law.batch, schedule.audioSeconds[row]!, schedule.seed[row]!);
    }
    return row;
  }

  private seedOf(row: number): number {
    return row < 0 ? 0 : this.schedule.seed[row]!;
  }

  private mayWait(): boolean {
    const { queueAt, queueLimit } = this.settings;
    return queueAt === 'front' && (queueLimit === null || this.batch.waiting + this.stream.waiting < queueLimit);
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === BEGIN_PATH) {
      this.isAsked.resolve(undefined);
      void this.origin.promise.then((originEpochMillis) => response.end(JSON.stringify({ originEpochMillis })));
      return;
    }
    const row = this.arrived(request, false);
    const place = this.batch.enter(this.mayWait(), this.seedOf(row), (pod) =>
      this.passRequest(row, pod, request, response),
    );
    if (place === null) {
      if (row >= 0) this.log.turnedAway[row] = 1;
      response.writeHead(503, { 'content-type': 'application/json' }).end(NO_PLACE);
    } else response.once('close', () => place.leave());
  }

  private passRequest(row: number, pod: number, request: IncomingMessage, response: ServerResponse): void {
    if (row >= 0) this.log.pod[row] = pod;
    const { method, url, headers } = request;
    const inner = httpRequest(
      { ...this.address.get(pod)!, agent: this.agent, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    // A pod that breaks off shows as a broken connection, as it does without a door.
    inner.on('error', () => response.destroy());
    response.once('close', () => inner.destroy());
    request.pipe(inner);
  }

  private onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const row = this.arrived(request, true);
    const place = this.stream.enter(this.mayWait(), this.seedOf(row), (pod) =>
      this.passSocket(row, pod, request, socket, head),
    );
    if (place === null) {
      if (row >= 0) this.log.turnedAway[row] = 1;
      socket.end(`HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    }
    socket.once('close', () => {
      this.sockets.delete(socket);
      place?.leave();
    });
  }

  private passSocket(row: number, pod: number, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (row >= 0) this.log.pod[row] = pod;
    const inner: Socket = connect({ ...this.address.get(pod)!, noDelay: true });
    inner.on('error', () => inner.destroy());
    inner.once('data', (first: Buffer) => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first.subarray(0, 16).toString('latin1'))?.[1] ?? 0);
      if (row >= 0 && status !== 101) this.log.refusedUpgrade[row] = status;
    });
    inner.write(rawHead(request));
    if (head.length > 0) inner.write(head);
    socket.pipe(inner);
    inner.pipe(socket);
    socket.once('close', () => inner.destroy());
    inner.once('close', () => socket.destroy());
  }
}
