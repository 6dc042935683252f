// Prometheus over its HTTP API: raw samples of a stretch of time, its active targets, rule groups, configuration, and its
// own metrics. Takes an address; gives answers as read. What they mean is left to stored-series.ts and prometheus-cost.ts.

import { request } from 'undici';
import { TestbedError } from '../../model/errors.ts';
import type { Labels } from '../../sim/prometheus/store.ts';
import type { StoredSeries } from './stored-series.ts';
import { joinedSeries, storedSeries } from './stored-series.ts';

export interface ActiveTarget {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  /** Name of the scrape job. */
  readonly scrapePool: string;
  readonly scrapeUrl: string;
}

export interface RuleGroupState {
  readonly name: string;
  readonly file: string;
  /** Seconds. */
  readonly interval: number;
  readonly evaluationTime: number;
  /** RFC 3339, nanoseconds. */
  readonly lastEvaluation: string;
}

export interface PrometheusApi {
  /** Raw samples in (from, to], Unix milliseconds. `selector` is an instant selector, for instance `{job="asr"}`. */
  readonly samples: (selector: string, fromUnix: number, toUnix: number) => Promise<readonly StoredSeries[]>;
  readonly instant: (query: string, atUnix: number) => Promise<readonly StoredSeries[]>;
  readonly targets: () => Promise<readonly ActiveTarget[]>;
  readonly ruleGroups: () => Promise<readonly RuleGroupState[]>;
  /** Its clock, Unix milliseconds; NaN if it does not say. */
  readonly now: () => Promise<number>;
  /** The configuration it runs with, YAML. */
  readonly config: () => Promise<string>;
  /** Its own page of metrics. */
  readonly ownPage: () => Promise<string>;
}

const PATIENCE_MILLIS = 30_000;
/** A window of raw samples per query keeps answers to some megabytes. */
const WINDOW_MILLIS = 300_000;

const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const textOf = async (url: string): Promise<string> => {
  try {
    const answer = await request(url, { headersTimeout: PATIENCE_MILLIS, bodyTimeout: PATIENCE_MILLIS });
    return await answer.body.text();
  } catch (cause) {
    throw new TestbedError('TARGET_UNREACHABLE', `no answer from Prometheus at ${url}: ${errorText(cause)}`, {
      hint: 'is it up, and is this its address?',
      cause,
    });
  }
};

/** The text at a path such as /api/v1/query?query=up. */
export type ReadPage = (path: string) => Promise<string>;

const jsonOf = async (read: ReadPage, path: string): Promise<unknown> => {
  const text = await read(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TestbedError('TARGET_FAILED', `${path} of Prometheus did not answer in JSON: ${text.slice(0, 200)}`, {
      hint: 'this should be the address of Prometheus, without a path of a page',
      cause,
    });
  }
};

const dataOf = async <T>(read: ReadPage, path: string): Promise<T> =>
  ((await jsonOf(read, path)) as { readonly data: T }).data;

/** @param address `http://127.0.0.1:9090`, with a path prefix where it has one */
export const prometheusApi = (address: string): PrometheusApi => {
  const base = address.replace(/\/$/, '');
  return prometheusApiBy((path) => textOf(base + path));
};

/** Where something else than a plain request reaches it, for instance the API server's proxy to its Service. */
export const prometheusApiBy = (read: ReadPage): PrometheusApi => {
  const instant: PrometheusApi['instant'] = async (query, atUnix) =>
    storedSeries(
      await jsonOf(read, `/api/v1/query?query=${encodeURIComponent(query)}&time=${(atUnix / 1000).toFixed(3)}`),
    );
  return {
    instant,
    samples: async (selector, fromUnix, toUnix) => {
      const windows: (readonly StoredSeries[])[] = [];
      for (let from = fromUnix; from < toUnix; from += WINDOW_MILLIS) {
        const to = Math.min(toUnix, from + WINDOW_MILLIS);
        windows.push(await instant(`${selector}[${Math.ceil(to - from)}ms]`, to));
      }
      return joinedSeries(windows);
    },
    targets: async () =>
      (await dataOf<{ readonly activeTargets: readonly ActiveTarget[] }>(read, `/api/v1/targets?state=active`))
        .activeTargets,
    ruleGroups: async () =>
      (await dataOf<{ readonly groups: readonly RuleGroupState[] }>(read, `/api/v1/rules`)).groups,
    now: async () => {
      const { result } = await dataOf<{ readonly result?: readonly [number, string] }>(
        read,
        '/api/v1/query?query=time()',
      );
      return result === undefined ? NaN : Math.round(1000 * Number(result[1]));
    },
    config: async () => (await dataOf<{ readonly yaml: string }>(read, `/api/v1/status/config`)).yaml,
    ownPage: () => read('/metrics'),
  };
};
