// T6, T7, T16, A8 and the window rule (W): intervals against each other: scrape, adapter, HPA sync, range windows.

import { parseDuration } from '../../../model/duration.ts';
import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import { adapterTree, isRangeFunction, ranges, treeOf } from './expressions.ts';
import type { LintInput } from './input.ts';
import { at, durationOf, elements, ofKind, textOf } from './input.ts';

const SYNC_SECONDS = 15;
const DEFAULT_INTERVAL_SECONDS = 30;

const endpoints = (input: LintInput): readonly Located[] =>
  ofKind(input, 'ServiceMonitor', 'PodMonitor').flatMap((monitor) => [
    ...elements(at(monitor, 'spec', 'endpoints')),
    ...elements(at(monitor, 'spec', 'podMetricsEndpoints')),
  ]);

const globalInterval = (input: LintInput): number =>
  input.prometheus.map((spec) => durationOf(at(spec, 'scrapeInterval'))).find((seconds) => seconds !== null) ??
  DEFAULT_INTERVAL_SECONDS;

/** The chart's relist interval, which is the greatest age too. */
const maxAge = (input: LintInput): number =>
  input.adapters
    .map((root) => parseDuration(textOf(at(root, 'metricsMaxAge')) || textOf(at(root, 'metricsRelistInterval'))))
    .find((seconds) => seconds !== null) ?? 60;

const tunedGlobal = (input: LintInput): readonly Finding[] =>
  input.prometheus.flatMap((spec) => {
    const interval = at(spec, 'scrapeInterval');
    const seconds = durationOf(interval);
    const own = endpoints(input).find((endpoint) => durationOf(at(endpoint, 'interval')) !== null);
    if (seconds === null) return [];
    if (own !== undefined) {
      return [
        finding('T6', 'warning', interval, {
          found: `scrapeInterval ${textOf(interval)}, while a monitor sets ${textOf(at(own, 'interval'))} itself`,
          why: 'the interval of a monitor always wins: this changes every job except that one',
          fix: 'change the interval in the monitor',
        }),
      ];
    }
    return seconds === DEFAULT_INTERVAL_SECONDS
      ? [
          finding('T6', 'note', interval, {
            found: 'scrapeInterval 30s',
            why: 'this is the default already',
            fix: 'leave it out',
          }),
        ]
      : [];
  });

const slowScrapes = (input: LintInput): readonly Finding[] => {
  const scaled = ofKind(input, 'HorizontalPodAutoscaler').length > 0;
  return endpoints(input).flatMap((endpoint) => {
    const interval = at(endpoint, 'interval');
    const seconds = durationOf(interval) ?? globalInterval(input);
    const where = durationOf(interval) === null ? endpoint : interval;
    const age = maxAge(input);
    if (scaled && seconds >= age / 2) {
      return [
        finding('T7', seconds >= age ? 'error' : 'warning', where, {
          found: `scraped every ${seconds} s, while the adapter forgets names older than ${age} s`,
          why: `mean detection of a step is ${((seconds + SYNC_SECONDS) / 2).toFixed(1)} s, and at ${age} s the metric comes and goes with each relist`,
          fix: 'scrape every 5 s and relist at twice the scrape interval or more',
        }),
      ];
    }
    return scaled && seconds > SYNC_SECONDS
      ? [
          finding('T7', 'warning', where, {
            found: `scraped every ${seconds} s, slower than the HPA looks (${SYNC_SECONDS} s)`,
            why: `mean detection of a step is ${((seconds + SYNC_SECONDS) / 2).toFixed(1)} s against ${((5 + SYNC_SECONDS) / 2).toFixed(1)} s at 5 s`,
            fix: 'scrape the metrics that the HPA reads every 5 s',
          }),
        ]
      : [];
  });
};

const shortTimeouts = (input: LintInput): readonly Finding[] =>
  endpoints(input).flatMap((endpoint) => {
    const timeout =
      durationOf(at(endpoint, 'scrapeTimeout')) ??
      Math.min(10, durationOf(at(endpoint, 'interval')) ?? globalInterval(input));
    return timeout > 2
      ? []
      : [
          finding(
            'A8',
            'warning',
            at(endpoint, durationOf(at(endpoint, 'scrapeTimeout')) === null ? 'interval' : 'scrapeTimeout'),
            {
              found: `a scrape has ${timeout} s to answer`,
              why: 'a busy server answers later; each failed scrape makes the pod vanish from the metric until the next good one',
              fix: 'scrape every 5 s with a timeout of 4 s',
            },
          ),
        ];
  });

/** Windows of the queries that the HPA waits for. */
const laggingQueries = (input: LintInput): readonly Finding[] =>
  input.adapterRules.flatMap(({ rule }) => {
    const query = at(rule, 'metricsQuery');
    const tree = adapterTree(textOf(query), textOf(at(rule, 'seriesQuery')));
    const interval =
      Math.max(
        ...endpoints(input).map((endpoint) => durationOf(at(endpoint, 'interval')) ?? globalInterval(input)),
        0,
      ) || globalInterval(input);
    return (tree === null ? [] : ranges(tree))
      .filter(({ of, range }) => isRangeFunction(of) && range.rangeMillis / 1000 > 2 * interval + SYNC_SECONDS)
      .map(({ of, range }) =>
        finding('T16', 'warning', query, {
          found: `${of} over ${range.rangeMillis / 1000} s in a query of the HPA`,
          why: `after a step it climbs for ${range.rangeMillis / 1000} s: half the step is seen after ${range.rangeMillis / 2000} s`,
          fix: 'a shorter window, or the raw gauge and the stabilisation windows of the HPA',
        }),
      );
  });

const narrowWindows = (input: LintInput): readonly Finding[] => {
  const interval =
    Math.max(0, ...endpoints(input).map((endpoint) => durationOf(at(endpoint, 'interval')) ?? globalInterval(input))) ||
    globalInterval(input);
  const sources = [
    ...input.rules.map(({ rule }) => ({ where: at(rule, 'expr'), tree: treeOf(textOf(at(rule, 'expr'))) })),
    ...input.adapterRules.map(({ rule }) => ({
      where: at(rule, 'metricsQuery'),
      tree: adapterTree(textOf(at(rule, 'metricsQuery')), textOf(at(rule, 'seriesQuery'))),
    })),
  ];
  return sources.flatMap(({ where, tree }) =>
    (tree === null ? [] : ranges(tree))
      .filter(({ of, range }) => /^(rate|increase|irate)$/.test(of) && range.rangeMillis / 1000 < 4 * interval)
      .map(({ of, range }) =>
        finding('W', range.rangeMillis / 1000 < 2 * interval ? 'error' : 'warning', where, {
          found: `${of} over ${range.rangeMillis / 1000} s of series scraped every ${interval} s`,
          why: 'it needs two samples in the window; four intervals survive one failed scrape',
          fix: `a window of at least ${4 * interval} s`,
        }),
      ),
  );
};

export const intervals = (input: LintInput): readonly Finding[] => [
  ...tunedGlobal(input),
  ...slowScrapes(input),
  ...shortTimeouts(input),
  ...laggingQueries(input),
  ...narrowWindows(input),
];
