// The modules of k6 that the script uses, on Node, as one set per VU: http (asyncRequest), websockets, metrics, execution,
// data, timers, and the global `open`. Strict where k6 is: what would hang, throw or warn there throws here.

import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { WebSocket as NodeWebSocket } from 'ws';

export interface VuState {
  readonly id: number;
  inInit: boolean;
  scenario: Readonly<Record<string, string | number>> | null;
  readonly metadata: Record<string, string>;
  tags: Readonly<Record<string, string>>;
  readonly shared: Map<string, readonly unknown[]>;
  readonly write: (line: string) => void;
  readonly startedMillis: number;
}

export class Abort extends Error {}

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The global `open` of the init context. */
export const openFile =
  (folder: string) =>
  (path: string, mode?: string): string | ArrayBuffer => {
    const bytes = readFileSync(join(folder, path));
    return mode === 'b' ? new Uint8Array(bytes).buffer : bytes.toString('utf8');
  };

const point = (state: VuState, metric: string, value: number, tags: Readonly<Record<string, string>>): void => {
  const metadata = Object.keys(state.metadata).length === 0 ? {} : { metadata: { ...state.metadata } };
  const data = { time: new Date().toISOString(), value, tags: { ...state.tags, ...tags }, ...metadata };
  state.write(JSON.stringify({ metric, type: 'Point', data }));
};

const metrics = (state: VuState): Readonly<Record<string, unknown>> => {
  const metric = (type: string) =>
    class {
      readonly name: string;
      constructor(name: string) {
        if (!state.inInit) throw new Error('metrics must be declared in the init context');
        this.name = name;
        state.write(JSON.stringify({ type: 'Metric', metric: name, data: { name, type, contains: 'default' } }));
      }
      add(value: number | boolean, tags: Readonly<Record<string, string>> = {}): boolean {
        if (state.inInit) throw new Error('Adding to metrics in the init context is not supported');
        if (Number.isNaN(Number(value))) throw new Error(`an invalid value for metric ${this.name}`);
        point(state, this.name, Number(value), tags);
        return true;
      }
    };
  return { Counter: metric('counter'), Gauge: metric('gauge'), Rate: metric('rate'), Trend: metric('trend') };
};

const execution = (state: VuState): Readonly<Record<string, unknown>> => ({
  get scenario() {
    if (state.scenario === null) throw new Error('scenario information outside of the VU context');
    return state.scenario;
  },
  instance: {
    get currentTestRunDuration() {
      return performance.now() - state.startedMillis;
    },
  },
  vu: {
    metrics: {
      metadata: new Proxy(state.metadata, {
        set: (target, key, value: unknown) => {
          target[String(key)] = String(value);
          return true;
        },
      }),
    },
  },
  test: {
    abort: (reason = 'test aborted') => {
      throw new Abort(reason);
    },
  },
});

const data = (state: VuState): Readonly<Record<string, unknown>> => ({
  // A constructor that gives an array: `new` takes what a plain function returns.
  SharedArray: function (name: string, make: () => readonly unknown[]): readonly unknown[] {
    if (!state.inInit) throw new Error('SharedArray must be created in the init context');
    const values = state.shared.get(name) ?? make();
    state.shared.set(name, values);
    return values;
  },
});

const timers = (): Readonly<Record<string, unknown>> => {
  const live = new Map<number, NodeJS.Timeout>();
  let last = 0;
  return {
    setTimeout: (fire: () => void, delay: number) => {
      const id = ++last;
      live.set(
        id,
        setTimeout(() => {
          live.delete(id);
          fire();
        }, delay),
      );
      return id;
    },
    clearTimeout: (id: number) => {
      clearTimeout(live.get(id));
      live.delete(id);
    },
  };
};

interface HttpParams {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** `x-testbed-pod` → `X-Testbed-Pod`, as Go writes it. */
const canonical = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash: string, c: string) => dash + c.toUpperCase());

const http = (state: VuState): Readonly<Record<string, unknown>> => {
  const agent = new Agent({ keepAlive: true });
  const asyncRequest = (method: string, url: string, body: string | ArrayBuffer | null, params: HttpParams = {}) =>
    new Promise((resolve) => {
      let waitingFrom = performance.now();
      let over = false;
      const answer = (fields: Readonly<Record<string, unknown>>): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        point(state, 'http_reqs', 1, { ...params.tags, method });
        const timings = { receiving: performance.now() - waitingFrom };
        resolve({ status: 0, error: '', error_code: 0, body: '', headers: {}, timings, ...fields });
      };
      const outgoing = request(url, { method, agent, headers: params.headers ?? {} }, (response) => {
        waitingFrom = performance.now();
        const pieces: Buffer[] = [];
        const headers = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [canonical(name), String(value)]),
        );
        const status = response.statusCode ?? 0;
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', (error) => answer({ error: error.message, error_code: 1000 }));
        response.on('end', () =>
          answer({
            status,
            headers,
            body: Buffer.concat(pieces).toString('utf8'),
            error_code: status >= 400 ? 1000 + status : 0,
          }),
        );
      });
      const timer = setTimeout(() => {
        answer({ error: 'request timeout', error_code: 1050 });
        outgoing.destroy();
      }, params.timeout ?? 60_000);
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNREFUSED'
          ? answer({ error: 'dial: connection refused', error_code: 1212 })
          : answer({
              error: error.code === 'ECONNRESET' ? 'connection reset by peer' : error.message,
              error_code: 1220,
            }),
      );
      outgoing.end(body === null ? undefined : typeof body === 'string' ? body : new Uint8Array(body));
    });
  return { asyncRequest };
};

type Listener = (event: Readonly<Record<string, unknown>>) => void;

const SOCKET_PARAMS: ReadonlySet<string> = new Set(['headers', 'tags', 'jar', 'compression']);

const websockets = (): Readonly<Record<string, unknown>> => ({
  WebSocket: class {
    onopen: Listener = () => undefined;
    onmessage: Listener = () => undefined;
    onerror: Listener = () => undefined;
    binaryType = 'blob';
    private readonly closing: Listener[] = [];
    private readonly socket: NodeWebSocket;

    constructor(url: string, _protocols: null, params: { readonly headers?: Readonly<Record<string, string>> } = {}) {
      const unknown = Object.keys(params).find((key) => !SOCKET_PARAMS.has(key));
      if (unknown !== undefined) throw new Error(`unknown option ${unknown}`);
      this.socket = new NodeWebSocket(url, { perMessageDeflate: false, headers: params.headers ?? {} });
      const error = (text: string): void => this.onerror({ type: 'error', error: text, timestamp: Date.now() });
      let wasOpen = false;
      this.socket.on('open', () => {
        wasOpen = true;
        this.onopen({ type: 'open' });
      });
      this.socket.on('message', (bytes, isBinary) => {
        if (isBinary && this.binaryType !== 'arraybuffer') throw new Error('the stand-in has no blobs');
        const buffer = bytes as Buffer;
        const given = isBinary ? new Uint8Array(buffer).buffer : buffer.toString('utf8');
        this.onmessage({ type: 'message', data: given, timestamp: Date.now() });
      });
      this.socket.on('error', (cause: NodeJS.ErrnoException) => {
        if (wasOpen) return;
        const refused = cause.code === 'ECONNREFUSED';
        error(refused ? 'dial tcp: connect: connection refused' : 'websocket: bad handshake');
      });
      this.socket.on('close', (code) => {
        if (wasOpen && code !== 1000 && code !== 1001) error(`websocket: close ${code} (told by the stand-in)`);
        for (const listener of this.closing) listener({ type: 'close', code });
      });
    }

    get bufferedAmount(): number {
      return this.socket.bufferedAmount;
    }

    addEventListener(type: string, listener: Listener): void {
      if (type !== 'close') throw new Error(`the stand-in listens to close only, not to ${type}`);
      this.closing.push(listener);
    }

    send(bytes: string | ArrayBuffer | ArrayBufferView): void {
      if (this.socket.readyState !== NodeWebSocket.OPEN) throw new Error('InvalidStateError');
      this.socket.send(bytes);
    }

    close(code = 1000): void {
      if (this.socket.readyState === NodeWebSocket.CONNECTING)
        throw new Error('k6 hangs when a socket that still connects is closed');
      this.socket.close(code);
    }
  },
});

/** Everything that a script of this VU may import. */
export const vuModules = (state: VuState): Modules => ({
  'k6/data': data(state),
  'k6/execution': execution(state),
  'k6/http': http(state),
  'k6/metrics': metrics(state),
  'k6/timers': timers(),
  'k6/websockets': websockets(),
});
