// The Kubernetes API as JSON: get, create, replace, patch, delete, and lines of a watch (watch.ts makes watches that
// survive). Objects are plain JSON: whoever reads one knows its kind. Who is asked with which rights is access.ts.
//
// @example
//   const api = await connectKubernetes('/path/to/kubeconfig');   // null = as kubectl would choose
//   const pod = await api.get<KubeObject>('/api/v1/namespaces/asr/pods/x');
//   await api.patch('/api/v1/namespaces/asr/pods/x/status', { status: { phase: 'Running' } });

import { WebSocket, request } from 'undici';
import type { KubeAccess } from './access.ts';
import { kubeAccess } from './access.ts';

export interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: KubeMetadata;
}

/** A line of `status.conditions`. */
export interface KubeCondition {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** RFC 3339, whole seconds. */
  readonly lastTransitionTime?: string | null;
}

export interface KubeList<T extends KubeObject = KubeObject> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** An answer of the API server other than success; `status` 0 = no answer at all. */
export class KubeError extends Error {
  readonly status: number;
  /** `NotFound`, `Conflict`, `AlreadyExists`, `Expired`, …; '' if the answer names none. */
  readonly reason: string;
  constructor(status: number, reason: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
  }
}

export const isKubeError = (error: unknown, status: number): boolean =>
  error instanceof KubeError && error.status === status;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

export interface KubeClient {
  readonly server: string;
  /** Any method, any path below the server, for instance `/readyz`; every status is an answer. */
  readonly raw: (method: Method, path: string, body?: unknown, contentType?: string) => Promise<RawAnswer>;
  readonly get: <T>(path: string) => Promise<T>;
  readonly create: <T>(path: string, body: unknown) => Promise<T>;
  readonly replace: <T>(path: string, body: unknown) => Promise<T>;
  /** Merge patch unless said otherwise. */
  readonly patch: <T>(path: string, body: unknown, type?: keyof typeof PATCH_TYPES) => Promise<T>;
  /** `options` is a DeleteOptions body, for instance `{ gracePeriodSeconds: 0 }`. Gone already is fine. */
  readonly remove: (path: string, options?: unknown) => Promise<void>;
  /** The body as it comes, line by line; ends when the server ends it or `signal` aborts. For watches. */
  readonly lines: (path: string, signal: AbortSignal) => AsyncGenerator<string>;
  readonly close: () => Promise<void>;
}

/** A client that reaches into pods, too. */
export interface KubeConnection extends KubeClient {
  /**
   * A WebSocket to a server in a pod, through the API server: needs `get` on pods/proxy and nothing else of the network.
   * It carries ArrayBuffers. Throws KubeError when nobody takes the call.
   */
  readonly socket: (path: string) => Promise<WebSocket>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const ANSWER_MILLIS = 60_000;

const kubeError = (method: Method, path: string, { status, text }: RawAnswer): KubeError => {
  let body: { readonly reason?: string; readonly message?: string } = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // a proxy or an aggregated server answers in plain text
  }
  return new KubeError(status, body.reason ?? '', `${method} ${path}: ${status} ${body.message ?? text.slice(0, 300)}`);
};

const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? `${error.code} ${error.message}` : error.message;
};

/** Resolves when `socket` is open. Rejects with KubeError. */
export const opened = (socket: WebSocket, what: string): Promise<WebSocket> => {
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener(
      'error',
      ({ error }) => reject(new KubeError(0, '', `${what}: ${errorText(error)}`, error)),
      { once: true },
    );
  });
};

const clientFor = ({ server, authorize, close }: KubeAccess): KubeConnection => {
  const send = async (method: Method, path: string, options: Partial<Parameters<typeof request>[1]> = {}) => {
    const { headers, dispatcher } = await authorize();
    try {
      return await request(server + path, {
        method,
        dispatcher,
        ...options,
        headers: { accept: 'application/json', ...headers, ...(options.headers as Record<string, string> | undefined) },
      });
    } catch (error) {
      throw new KubeError(0, '', `${method} ${path}: no answer from ${server}: ${errorText(error)}`, error);
    }
  };
  const raw: KubeClient['raw'] = async (method, path, body, contentType = 'application/json') => {
    const answer = await send(method, path, {
      headersTimeout: ANSWER_MILLIS,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': contentType } }),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const json = async <T>(method: Method, path: string, body?: unknown, contentType?: string): Promise<T> => {
    const answer = await raw(method, path, body, contentType);
    if (answer.status < 200 || answer.status > 299) throw kubeError(method, path, answer);
    return JSON.parse(answer.text) as T;
  };
  return {
    server,
    raw,
    get: (path) => json('GET', path),
    create: (path, body) => json('POST', path, body),
    replace: (path, body) => json('PUT', path, body),
    patch: (path, body, type = 'merge') => json('PATCH', path, body, PATCH_TYPES[type]),
    remove: async (path, options) => {
      try {
        await json('DELETE', path, options);
      } catch (error) {
        if (!isKubeError(error, 404)) throw error;
      }
    },
    lines: async function* (path, signal) {
      const answer = await send('GET', path, { signal, bodyTimeout: 0, headersTimeout: ANSWER_MILLIS });
      if (answer.statusCode !== 200)
        throw kubeError('GET', path, { status: answer.statusCode, text: await answer.body.text() });
      let rest = '';
      for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop()!;
        yield* parts.filter((line) => line !== '');
      }
    },
    socket: async (path) => {
      const { headers, dispatcher } = await authorize();
      return opened(new WebSocket(server.replace(/^http/, 'ws') + path, { headers, dispatcher }), `WebSocket ${path}`);
    },
    close,
  };
};

/**
 * @param kubeconfig its path; null = $KUBECONFIG, ~/.kube/config or the service account of the pod, as kubectl does
 * @param context one of it; null = its current one
 */
export const connectKubernetes = async (
  kubeconfig: string | null,
  context: string | null = null,
): Promise<KubeConnection> => clientFor(await kubeAccess(kubeconfig, context));
