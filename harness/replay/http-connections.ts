// The HTTP/1.1 connections of one load process to one address: as many as there are requests at once, one request at a
// time on each, the last used first. On bare sockets, because a generator should cost less than what it measures
// (docs/decisions.md). Time-outs of answers are the caller's; TLS certificates are checked as Node does.

import type { Socket } from 'node:net';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { UploadBody } from './clip.ts';
import type { AnswerHead } from './http-answer.ts';
import { AnswerReader } from './http-answer.ts';
import { untilWritable } from './until-writable.ts';

export interface Exchange {
  readonly head: (head: AnswerHead) => void;
  /** @param firstByte of the body, −1 if it had none */
  readonly end: (firstByte: number) => void;
  /** The connection could not be made or broke; its `code` says why. */
  readonly broken: (error: Error) => void;
}

const CONNECT_MILLIS = 10_000;
const READ_BYTES = 65_536;
const SMALL_BYTES = 2048;
/** All sockets of a process read into it, one after the other: what came is used before the next read. */
const READ_BUFFER = Buffer.alloc(READ_BYTES);

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

interface Address {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const addressOf = (origin: string): Address => {
  const url = new URL(origin);
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, isTls };
};

class Connection {
  isAlive = true;
  private readonly socket: Socket;
  private readonly reader: AnswerReader;
  private exchange: Exchange | null = null;
  /** The body of the request under way is not all written. */
  private isSending = false;
  private readonly connectTimer: NodeJS.Timeout;
  private readonly onFree: (connection: Connection) => void;
  private readonly onGone: (connection: Connection) => void;

  constructor(
    { host, port, isTls }: Address,
    onFree: (connection: Connection) => void,
    onGone: (connection: Connection) => void,
  ) {
    this.onFree = onFree;
    this.onGone = onGone;
    this.reader = new AnswerReader({
      head: (head) => this.exchange?.head(head),
      end: (firstByte, isLast) => this.answered(firstByte, isLast),
      garbage: (why) => this.break(coded('HPE_INVALID', why)),
    });
    const hear = (bytes: Buffer): void => {
      if (this.exchange === null) this.socket.destroy();
      else this.reader.feed(bytes);
    };
    if (isTls) {
      this.socket = connectTls({
        host,
        port,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ALPNProtocols: ['http/1.1'],
      });
      this.socket.on('data', hear);
    } else {
      const callback = (count: number, buffer: Uint8Array): boolean => {
        hear(Buffer.from(buffer.buffer, buffer.byteOffset, count));
        return true;
      };
      this.socket = connect({ host, port, noDelay: true, onread: { buffer: READ_BUFFER, callback } });
    }
    this.connectTimer = setTimeout(
      () => this.break(coded('ETIMEDOUT', `no connection within ${CONNECT_MILLIS / 1000} s`)),
      CONNECT_MILLIS,
    );
    this.socket.once(isTls ? 'secureConnect' : 'connect', () => clearTimeout(this.connectTimer));
    this.socket.on('error', (error) => this.break(error));
    this.socket.on('close', () => this.closed());
    // The server has said all; without an end of ours the socket would stay half open.
    this.socket.on('end', () => this.socket.end());
  }

  send(head: string, body: UploadBody, exchange: Exchange): void {
    this.exchange = exchange;
    this.reader.begin();
    const { socket } = this;
    if (Buffer.isBuffer(body) && body.length <= SMALL_BYTES) {
      // One system call, and no vector of buffers.
      socket.write(head + body.toString('latin1'), 'latin1');
      return;
    }
    socket.cork();
    socket.write(head, 'latin1');
    if (Buffer.isBuffer(body)) socket.write(body);
    else void this.sendPieces(body.pieces, exchange);
    socket.uncork();
  }

  /** Ends it if this is still under way; nobody is told. */
  abandon(exchange: Exchange): void {
    if (this.exchange === exchange) this.destroy();
  }

  /** Ends it whatever is under way; nobody is told. */
  destroy(): void {
    this.exchange = null;
    this.socket.destroy();
  }

  private async sendPieces(pieces: Iterable<Buffer>, exchange: Exchange): Promise<void> {
    this.isSending = true;
    for (const piece of pieces) {
      if (this.exchange !== exchange || this.socket.destroyed) return;
      if (!this.socket.write(piece)) await untilWritable(this.socket);
    }
    this.isSending = false;
  }

  private answered(firstByte: number, isLast: boolean): void {
    const { exchange } = this;
    this.exchange = null;
    // An answer before the end of the body leaves a connection in the middle of a request.
    if (isLast || this.isSending) this.socket.destroy();
    else this.onFree(this);
    exchange?.end(firstByte);
  }

  private break(error: Error): void {
    const { exchange } = this;
    this.exchange = null;
    this.socket.destroy();
    this.gone();
    exchange?.broken(error);
  }

  private closed(): void {
    if (this.exchange !== null && !this.reader.closed())
      this.break(coded('ECONNRESET', 'the connection was closed before the answer was whole'));
    this.gone();
  }

  private gone(): void {
    clearTimeout(this.connectTimer);
    if (!this.isAlive) return;
    this.isAlive = false;
    this.onGone(this);
  }
}

export class HttpConnections {
  private readonly address: Address;
  private readonly idle: Connection[] = [];
  private readonly all = new Set<Connection>();

  constructor(origin: string) {
    this.address = addressOf(origin);
  }

  /** Sends `head` (complete, with its empty line) and `body`; gives how to abandon it, after which nothing is told. */
  send(head: string, body: UploadBody, exchange: Exchange): () => void {
    let connection = this.idle.pop();
    while (connection?.isAlive === false) connection = this.idle.pop();
    if (connection === undefined) {
      connection = new Connection(
        this.address,
        (free) => this.idle.push(free),
        (gone) => this.all.delete(gone),
      );
      this.all.add(connection);
    }
    const used = connection;
    used.send(head, body, exchange);
    return () => used.abandon(exchange);
  }

  /** Whatever is under way ends without a word. */
  close(): void {
    for (const connection of this.all) connection.destroy();
    this.idle.length = 0;
  }
}
