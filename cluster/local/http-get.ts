// One GET to an emulated pod with a deadline: for scrapes and probes. Every outcome is a value.

import { Agent, request } from 'undici';

export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly contentType: string;
      /** One character per byte. */ readonly bytes: string;
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly cause: string };

/** Connections of scrapes and probes, kept alive as Prometheus and the kubelet's client do. */
export const controlAgent = (): Agent =>
  new Agent({
    connections: 8,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 600_000,
    keepAliveMaxTimeout: 600_000,
  });

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

/**
 * Deadlines of scrapes and probes are compressed with everything else, but not below this: half a second of waiting for a
 * core says something about the machine, and a scrape that fails for it would blank a healthy pod.
 */
const SHORTEST_DEADLINE_REAL_MILLIS = 500;

export const httpGet = async (
  dispatcher: Agent,
  url: string,
  deadlineRealMillis: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> => {
  const signal = AbortSignal.timeout(Math.max(SHORTEST_DEADLINE_REAL_MILLIS, Math.ceil(deadlineRealMillis)));
  try {
    const answer = await request(url, { dispatcher, signal, headers });
    const bytes = Buffer.from(await answer.body.arrayBuffer()).toString('latin1');
    const type = answer.headers['content-type'];
    return { kind: 'answer', status: answer.statusCode, contentType: typeof type === 'string' ? type : '', bytes };
  } catch (error) {
    return signal.aborted ? { kind: 'timeout' } : { kind: 'failed', cause: causeOf(error) };
  }
};
