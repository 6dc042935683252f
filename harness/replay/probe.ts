// Which dialects does this server speak, and how does a live session end there? Takes an address and a key; sends one
// short clip to every known endpoint (wire-protocol.md section 2, order C, B, A, D) and gives what it tried and saw.

import { request } from 'undici';
import { WebSocket } from 'ws';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECTS } from '../../cluster/emulator/dialects.ts';
import { TestbedError } from '../../model/errors.ts';
import type { Failure } from '../../model/record.ts';
import { BATCH_QUERY } from './batch-client.ts';
import { SAMPLE_RATE, syntheticPcm, wavHeader } from './clip.ts';
import type { Unanswered } from './failures.ts';
import { networkFailure } from './failures.ts';
import type { EndDialect } from './stream-messages.ts';
import { END_MESSAGE, STREAM_QUERY, parseMessage } from './stream-messages.ts';

export interface ProbeSettings {
  /** Like https://asr.example.test or http://127.0.0.1:7100, without a path. */
  readonly origin: string;
  /** `Authorization` header value; null = none is sent. */
  readonly authorization: string | null;
  /** Real milliseconds for each step. */
  readonly patienceMillis: number;
}

export interface Tried {
  readonly dialect: Dialect;
  readonly mode: 'batch' | 'live';
  /** `POST /path` or `WS /path`. */
  readonly sent: string;
  readonly saw: string;
  readonly verdict: 'present' | 'absent' | 'inconclusive';
}

export interface ProbeReport {
  readonly tried: readonly Tried[];
  /** The first that is present, in the order of the probe; null = none. */
  readonly batch: Dialect | null;
  readonly live: Dialect | null;
  /** What ends a live session; null = no live dialect, or nothing did. */
  readonly endDialect: EndDialect | null;
  /** A present endpoint wanted another key than the one sent. */
  readonly needsKey: boolean;
}

const ORDER: readonly Dialect[] = ['pulse-v1', 'lightning', 'onprem-v1', 'stt'];
const ENDS: readonly EndDialect[] = ['close_stream', 'end', 'finalize-ends'];
const CLIP_SECONDS = 0.5;
/** Failures that no other path of the same server can mend. */
const HOPELESS: ReadonlySet<Failure> = new Set<Failure>(['unreachable', 'dns', 'tls', 'local-limit']);

const HINTS: { readonly [F in Failure]?: string } = {
  unreachable: 'is the service running, and is the port right? curl the same address',
  dns: 'check the spelling of the host name, or use its address',
  tls: 'use the name that the certificate holds; for an own authority set NODE_EXTRA_CA_CERTS=/path/ca.pem',
  'no-answer': 'is this the API server (port 7100), and is it ready? see its /health',
  'local-limit': 'this machine has no socket left: raise `ulimit -n`',
};

/** Throws TARGET_UNREACHABLE. */
const unreachable = (origin: string, { failure, cause }: Unanswered): TestbedError =>
  new TestbedError('TARGET_UNREACHABLE', `${origin} cannot be reached (${failure}): ${cause}`, {
    hint: HINTS[failure] ?? 'curl the same address',
  });

const verdictOf = (status: number): Tried['verdict'] => {
  if (status === 404 || status === 405) return 'absent';
  return status >= 500 ? 'inconclusive' : 'present';
};

/** A 2xx counts only with the field that carries the text: a web page answers 200 to everything. */
const isTranscript = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && ('transcription' in value || 'text' in value);
  } catch {
    return false;
  }
};

const isTimeout = (error: Error): boolean => error.name === 'TimeoutError' || error.name === 'AbortError';

const KEPT_CHARACTERS = 80;
const excerpt = (text: string): string => JSON.stringify(text.slice(0, KEPT_CHARACTERS));

const tryBatch = async (settings: ProbeSettings, dialect: Dialect): Promise<Tried> => {
  const path = `${DIALECTS[dialect].batchPath}${BATCH_QUERY[dialect]}`;
  const base = { dialect, mode: 'batch' as const, sent: `POST ${path}` };
  const pcm = syntheticPcm(CLIP_SECONDS, 1);
  try {
    const answer = await request(`${settings.origin}${path}`, {
      method: 'POST',
      body: Buffer.concat([wavHeader(pcm.length), pcm]),
      headers: {
        'content-type': dialect === 'onprem-v1' ? 'audio/wav' : 'application/octet-stream',
        ...(settings.authorization === null ? {} : { authorization: settings.authorization }),
      },
      signal: AbortSignal.timeout(settings.patienceMillis),
    });
    const text = await answer.body.text();
    const { statusCode } = answer;
    if (statusCode < 200 || statusCode >= 300)
      return { ...base, saw: `HTTP ${statusCode}`, verdict: statusCode < 400 ? 'absent' : verdictOf(statusCode) };
    return isTranscript(text)
      ? { ...base, saw: `HTTP ${statusCode} with a transcript`, verdict: 'present' }
      : { ...base, saw: `HTTP ${statusCode}, but no transcript: ${excerpt(text)}`, verdict: 'absent' };
  } catch (error) {
    return { ...base, ...unanswered(settings, error as Error) };
  }
};

const unanswered = (settings: ProbeSettings, error: Error): Pick<Tried, 'saw' | 'verdict'> => {
  if (isTimeout(error)) return { saw: `no answer within ${settings.patienceMillis / 1000} s`, verdict: 'inconclusive' };
  const seen = networkFailure(error);
  if (HOPELESS.has(seen.failure)) throw unreachable(settings.origin, seen);
  return { saw: `${seen.failure}: ${seen.cause}`, verdict: 'inconclusive' };
};

type Handshake =
  | { readonly kind: 'open'; readonly socket: WebSocket }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'error'; readonly error: Error };

const livePath = (dialect: Dialect): string =>
  `${DIALECTS[dialect].streamPath}?${STREAM_QUERY[dialect]}&encoding=linear16&sample_rate=${SAMPLE_RATE}`;

const handshake = (settings: ProbeSettings, dialect: Dialect): Promise<Handshake> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${settings.origin}${livePath(dialect)}`, {
      perMessageDeflate: false,
      handshakeTimeout: settings.patienceMillis,
      ...(settings.authorization === null ? {} : { headers: { authorization: settings.authorization } }),
    });
    socket.on('open', () => resolve({ kind: 'open', socket }));
    socket.on('unexpected-response', (_, answer) => {
      resolve({ kind: 'refused', status: answer.statusCode ?? 0 });
      socket.terminate();
    });
    socket.on('error', (error) => resolve({ kind: 'error', error }));
  });

const tryLive = async (settings: ProbeSettings, dialect: Dialect): Promise<Tried> => {
  const base = { dialect, mode: 'live' as const, sent: `WS ${livePath(dialect)}` };
  const opened = await handshake(settings, dialect);
  switch (opened.kind) {
    case 'open':
      opened.socket.terminate();
      return { ...base, saw: 'the socket opened', verdict: 'present' };
    case 'error':
      return { ...base, ...unanswered(settings, opened.error) };
    case 'refused': {
      const { status } = opened;
      // 2xx, 3xx and 426 come from a server that knows no WebSocket at this path.
      const verdict = status < 400 || status === 426 ? 'absent' : verdictOf(status);
      return { ...base, saw: `HTTP ${status} before the upgrade`, verdict };
    }
  }
};

/** Does this end message bring the last transcript? */
const endsWith = async (settings: ProbeSettings, dialect: Dialect, end: EndDialect): Promise<boolean> => {
  const opened = await handshake(settings, dialect);
  if (opened.kind !== 'open') return false;
  const { socket } = opened;
  try {
    return await new Promise<boolean>((resolve) => {
      const patience = setTimeout(() => resolve(false), settings.patienceMillis);
      socket.on('message', (data) => {
        if (parseMessage(data)?.isLast === true) resolve(true);
      });
      socket.on('close', () => resolve(false));
      socket.send(syntheticPcm(CLIP_SECONDS, 1));
      socket.send(END_MESSAGE[end]);
      socket.once('close', () => clearTimeout(patience));
    });
  } finally {
    socket.terminate();
  }
};

const firstPresent = (tried: readonly Tried[], mode: Tried['mode']): Dialect | null =>
  tried.find((t) => t.mode === mode && t.verdict === 'present')?.dialect ?? null;

/**
 * Throws TARGET_UNREACHABLE when no connection can be made, or when nothing is ever answered.
 *
 * @example await probe({ origin: 'http://127.0.0.1:2269', authorization: null, patienceMillis: 5000 })
 */
export const probe = async (settings: ProbeSettings): Promise<ProbeReport> => {
  const tried: Tried[] = [];
  for (const [mode, attempt] of [
    ['batch', tryBatch],
    ['live', tryLive],
  ] as const)
    for (const dialect of ORDER) {
      const result = await attempt(settings, dialect);
      tried.push(result);
      // A server that takes the connection and says nothing would cost the patience once per path.
      if (mode === 'batch' && dialect === ORDER[0] && result.saw.startsWith('no answer'))
        throw unreachable(settings.origin, {
          kind: 'failed',
          failure: 'no-answer',
          cause: `${result.sent}: ${result.saw}`,
        });
    }
  const live = firstPresent(tried, 'live');
  const opens = tried.some(
    ({ mode, dialect, saw }) => mode === 'live' && dialect === live && saw === 'the socket opened',
  );
  let endDialect: EndDialect | null = null;
  if (live !== null && opens)
    for (const end of ENDS)
      if (await endsWith(settings, live, end)) {
        endDialect = end;
        break;
      }
  return {
    tried,
    batch: firstPresent(tried, 'batch'),
    live,
    endDialect,
    needsKey: tried.some(({ saw, verdict }) => verdict === 'present' && /HTTP 40[13]\b/.test(saw)),
  };
};

/** The report for a terminal. */
export const probeText = (origin: string, { tried, batch, live, endDialect, needsKey }: ProbeReport): string => {
  const width = Math.max(...tried.map(({ sent }) => sent.length));
  const lines = tried.map(
    ({ dialect, verdict, sent, saw }) => `  ${dialect.padEnd(9)}  ${verdict.padEnd(12)}  ${sent.padEnd(width)}  ${saw}`,
  );
  return [
    origin,
    ...lines,
    `batch dialect: ${batch ?? 'none found'}`,
    `live dialect:  ${live ?? 'none found'}${live === null ? '' : `, ended by ${endDialect ?? 'nothing that was tried'}`}`,
    ...(needsKey ? ['the server wants a key: --auth-env NAME reads it from the environment'] : []),
  ].join('\n');
};
