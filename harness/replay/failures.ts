// Why an attempt was not answered: from what a socket, a status or a close code said to one of the classes of
// model/record.ts and a sentence for the notes. Both clients and the probe use it, so that they cannot disagree.

import type { Failure } from '../../model/record.ts';

export interface Unanswered {
  /** refused: the service said "not now"; a caller may try again. failed: everything else. */
  readonly kind: 'refused' | 'failed';
  readonly failure: Failure;
  /** What was seen, for a person; equal causes are counted together. */
  readonly cause: string;
}

const NETWORK: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EPROTO: 'tls',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  EMFILE: 'local-limit',
  ENFILE: 'local-limit',
  EADDRNOTAVAIL: 'local-limit',
  ENOBUFS: 'local-limit',
};

/** OpenSSL's verdicts on a certificate have names of their own; Node's begin with ERR_TLS or ERR_SSL. */
const TLS = /^(ERR_(TLS|SSL)|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/;
/** llhttp's and ws' words for bytes that are no HTTP or no WebSocket frames. */
const GARBAGE = /^(HPE_|WS_ERR_)/;

const classOfCode = (code: string): Failure =>
  NETWORK[code] ?? (TLS.test(code) ? 'tls' : GARBAGE.test(code) ? 'garbage' : 'reset');

const codeOf = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  // Several addresses were tried: each has an error of its own.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : null;
};

/**
 * A socket's error. Its code names the cause (ECONNREFUSED, ENOTFOUND, a certificate) better than its text.
 *
 * @example networkFailure(Object.assign(new Error(), { code: 'ENOTFOUND' })) // { kind: 'failed', failure: 'dns', cause: 'ENOTFOUND' }
 */
export const networkFailure = (error: Error): Unanswered => {
  const code = codeOf(error);
  if (code !== null) return { kind: 'failed', failure: classOfCode(code), cause: code };
  if (error.name === 'HTTPParserError') return { kind: 'failed', failure: 'garbage', cause: 'answer is no HTTP' };
  if (/handshake has timed out/.test(error.message))
    return { kind: 'failed', failure: 'no-answer', cause: 'no answer to the WebSocket handshake' };
  if (/Sec-WebSocket-Accept|[Uu]pgrade header|subprotocol/.test(error.message))
    return { kind: 'failed', failure: 'garbage', cause: error.message };
  return { kind: 'failed', failure: 'reset', cause: error.message };
};

const classOfStatus = (status: number): Failure => {
  if (status === 429) return 'rejected-429';
  if (status === 503) return 'rejected-503';
  if (status === 404 || status === 405) return 'wrong-dialect';
  return status >= 500 ? 'server-error' : 'rejected-4xx';
};

/** An HTTP status other than the expected one, on a batch request. */
export const statusFailure = (status: number): Unanswered => ({
  kind: status === 429 || status === 503 ? 'refused' : 'failed',
  failure: classOfStatus(status),
  cause: `HTTP ${status}`,
});

/** A status in place of the upgrade. A 2xx or 426 is a server that knows no WebSocket at this path. */
export const upgradeFailure = (status: number): Unanswered => ({
  ...statusFailure(status),
  failure: status < 400 || status === 426 ? 'wrong-dialect' : classOfStatus(status),
  cause: `HTTP ${status} before the upgrade`,
});

/** A socket that was closed before its last transcript. */
export const closeFailure = (code: number): Unanswered =>
  code === 1008
    ? { kind: 'refused', failure: 'ws-policy-1008', cause: 'close 1008' }
    : { kind: 'failed', failure: 'ws-abnormal', cause: `close ${code}` };

export const failed = (failure: Failure, cause: string): Unanswered => ({ kind: 'failed', failure, cause });
