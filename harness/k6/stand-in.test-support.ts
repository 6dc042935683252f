// For live tests: a program that behaves like k6 as far as the script needs it, and a server that writes down what reaches it.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { ROW_HEADERS, dialectOfPath } from '../../cluster/emulator/dialects.ts';
import type { FoundK6 } from './find-k6.ts';
import { parseK6Version } from './find-k6.ts';

export interface Program {
  readonly found: Extract<FoundK6, { kind: 'found' }>;
  readonly remove: () => void;
}

/** A shell script that stands where k6 would: `body` is what it does. */
export const program = (body: string, version = 'k6 v1.6.0 (stand-in)'): Program => {
  const folder = mkdtempSync(join(tmpdir(), 'surgelab-stand-in-'));
  const path = join(folder, 'k6');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return {
    found: { kind: 'found', path, version: parseK6Version(version)! },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** The stand-in that runs the script on Node. */
export const k6StandIn = (): Program =>
  program(`exec ${process.execPath} ${join(import.meta.dirname, 'node-shim-run.test-support.ts')} "$@"`);

/** One request or session as a server saw it. */
export interface Heard {
  readonly row: number;
  readonly attempt: number;
  readonly mode: 'batch' | 'stream';
  /** Path and query; the number of the row is masked. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a batch request. */
  readonly seed: number | null;
  /** Declared in a header, else by the bytes of PCM16 at 16 kHz. */
  audioSeconds: number;
  bodyBytes: number;
  /** Bytes of each frame, and the texts among them. */
  readonly frames: (number | string)[];
}

export interface RecordingServer {
  readonly origin: string;
  readonly heard: readonly Heard[];
  readonly close: () => void;
}

const BYTES_PER_SECOND = 32_000;
const WAV_HEADER_BYTES = 44;
const KEPT = ['content-type', 'authorization', 'connection'];

const begun = (request: IncomingMessage, mode: Heard['mode']): Heard => {
  const number = (name: string): number | null => {
    const text = request.headers[name];
    return typeof text === 'string' ? Number(text) : null;
  };
  return {
    row: number(ROW_HEADERS.row) ?? -1,
    attempt: number(ROW_HEADERS.attempt) ?? -1,
    mode,
    address: (request.url ?? '').replace(/(external_session_id=[^-]*)-\d+-/, '$1-ROW-'),
    headers: Object.fromEntries(
      KEPT.flatMap((name) => (name in request.headers ? [[name, String(request.headers[name])]] : [])),
    ),
    seed: number(ROW_HEADERS.seed),
    audioSeconds: number(ROW_HEADERS.audioSeconds) ?? 0,
    bodyBytes: 0,
    frames: [],
  };
};

/** Answers every dialect at once, with no service time, and records. */
export const recordingServer = async (): Promise<RecordingServer> => {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const entry = begun(request, 'batch');
    heard.push(entry);
    request.on('data', (piece: Buffer) => (entry.bodyBytes += piece.length));
    request.on('end', () => {
      if (!(ROW_HEADERS.audioSeconds in request.headers))
        entry.audioSeconds = (entry.bodyBytes - WAV_HEADER_BYTES) / BYTES_PER_SECOND;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success","transcription":"a"}');
    });
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    if (dialectOfPath(pathname, 'stream') === null) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const entry = begun(request, 'stream');
      heard.push(entry);
      client.on('message', (data, isBinary) => {
        const bytes = data as Buffer;
        if (isBinary) {
          entry.frames.push(bytes.length);
          entry.bodyBytes += bytes.length;
          entry.audioSeconds = entry.bodyBytes / BYTES_PER_SECOND;
          return;
        }
        entry.frames.push(bytes.toString('utf8'));
        client.send('{"type":"transcription","transcript":"a","is_final":true,"is_last":true}');
        client.close(1000);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
    },
  };
};
