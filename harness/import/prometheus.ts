// Reads a traffic history out of a Prometheus: three range queries and one instant query over its HTTP API. Takes the address
// and the range, gives the series; sends GET requests to that address and nowhere else.

import { TestbedError } from '../../model/errors.ts';
import type { TrafficHistory } from '../../scenarios/history/estimate.ts';

export interface HistoryRequest {
  /** e.g. http://localhost:9090, with a path prefix if there is one. */
  readonly url: string;
  /** Unix seconds. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
  /** Matchers in every selector, e.g. `namespace="asr"`; '' = none. */
  readonly match: string;
  readonly signal: AbortSignal;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Fetch says only that it failed; its cause says why. */
const whyNoAnswer = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error && message === 'fetch failed' ? cause.message : message;
};

const ask = async (
  { url, signal }: HistoryRequest,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<readonly Series[]> => {
  const address = `${url.replace(/\/+$/, '')}/api/v1/${path}?${new URLSearchParams(query).toString()}`;
  let body: unknown;
  try {
    const response = await fetch(address, { signal });
    body = await response.json();
  } catch (cause) {
    if (signal.aborted) throw new TestbedError('INTERRUPTED', 'the import was interrupted', { cause });
    throw new TestbedError('INPUT_MISSING', `no Prometheus answers at ${url}: ${whyNoAnswer(cause)}`, {
      hint: 'kubectl port-forward svc/…-prometheus 9090, then --url http://localhost:9090',
      cause,
    });
  }
  const { status, error, data } = body as { status?: string; error?: string; data?: { result?: readonly Series[] } };
  if (status !== 'success')
    throw new TestbedError(
      'QUERY_INVALID',
      `Prometheus refused ${query['query'] ?? path}: ${error ?? 'no reason given'}`,
    );
  return data?.result ?? [];
};

const finite = (text: string): number | null => {
  const n = Number(text);
  return Number.isFinite(n) ? n : null;
};

/** The first series on the grid of steps; null where it has no sample. */
const onGrid = (series: readonly Series[], request: HistoryRequest): readonly (number | null)[] => {
  const at = new Map((series[0]?.values ?? []).map(([t, value]) => [Math.round(t), finite(value)]));
  const steps = Math.floor((request.toSeconds - request.fromSeconds) / request.stepSeconds);
  return Array.from(
    { length: steps },
    (_, i) => at.get(Math.round(request.fromSeconds + (i + 1) * request.stepSeconds)) ?? null,
  );
};

const bound = (le: string | undefined): number => (le === '+Inf' ? Infinity : Number(le));

/** Throws INPUT_MISSING if nothing answers, QUERY_INVALID if Prometheus refuses a query, INTERRUPTED. */
export const readHistory = async (request: HistoryRequest): Promise<TrafficHistory> => {
  const { fromSeconds, toSeconds, stepSeconds, match } = request;
  const of = (name: string): string => (match === '' ? name : `${name}{${match}}`);
  const range = async (query: string) =>
    onGrid(
      await ask(request, 'query_range', {
        query,
        // A value at the end of each step is about that step.
        start: String(fromSeconds + stepSeconds),
        end: String(toSeconds),
        step: String(stepSeconds),
      }),
      request,
    );
  const rate = await range(`sum(rate(${of('asr_total_requests')}[${stepSeconds}s]))`);
  const active = await range(`sum(${of('asr_active_requests')})`);
  const pods = await range(`count(${of('asr_active_requests')})`);
  const buckets = await ask(request, 'query', {
    query: `sum by (le) (increase(${of('asr_request_duration_seconds_bucket')}[${Math.round(toSeconds - fromSeconds)}s]))`,
    time: String(toSeconds),
  });
  const durations = buckets
    .flatMap(({ metric, value }) => {
      const count = value === undefined ? null : finite(value[1]);
      return count === null || Number.isNaN(bound(metric['le'])) ? [] : [[bound(metric['le']), count] as const];
    })
    .toSorted(([x], [y]) => x - y);
  return { stepSeconds, fromSeconds, rate, active, pods, durations };
};
