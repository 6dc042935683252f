// Replays golden/adapter: configuration files, discovery, and metric requests of prometheus-adapter v0.12.0 on
// Prometheus 2.53.0.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Answer, CustomItem, ExternalItem, QueryAnswer } from '../../sim/adapter/answers.ts';
import { answerCustom, answerExternal } from '../../sim/adapter/answers.ts';
import { instantQueries } from '../../sim/adapter/instant-query.ts';
import type { MetricRequirement } from '../../sim/adapter/metric-selector.ts';
import { formatMilli } from '../../sim/adapter/quantities.ts';
import type { Relist } from '../../sim/adapter/registry.ts';
import { EMPTY_REGISTRY, relist } from '../../sim/adapter/registry.ts';
import { CLUSTER_KINDS, resourceName } from '../../sim/adapter/resources.ts';
import type { Adapter } from '../../sim/adapter/rules.ts';
import { buildAdapter } from '../../sim/adapter/rules.ts';
import { parseSelector, selects } from '../../sim/autoscaler/label-selector.ts';
import type { Labels } from '../../sim/prometheus/store.ts';
import { SampleStore } from '../../sim/prometheus/store.ts';
import { readNdjson } from './read-ndjson.ts';
import type { ConformMismatch, ConformResult } from './result.ts';
import { SetTally, conformResult } from './result.ts';

/** The fixed clock of the recording. */
const NOW_MILLIS = 1780704123456;

/** The recording's API server knew only these. */
const KINDS = CLUSTER_KINDS.filter((kind) =>
  ['pods', 'namespaces', 'nodes', 'services', 'persistentvolumes', 'deployments.apps'].includes(resourceName(kind)),
);

interface Request {
  readonly op: 'bySelector' | 'byName' | 'external';
  readonly metric: string;
  readonly namespace: string;
  readonly resource?: string;
  readonly name?: string;
  readonly selector?: string;
  readonly metricSelector?: string;
  readonly prometheusDown?: boolean;
  readonly promql?: string;
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly code?: number; readonly reason?: string; readonly message: string };
  readonly log?: readonly string[];
}

interface Case {
  readonly id: string;
  readonly config: string;
  readonly maxAgeMs: number;
  readonly series:
    readonly { readonly labels: Labels; readonly samples: readonly (readonly [number, number | string])[] }[] | null;
  readonly pods: readonly { readonly namespace: string; readonly name: string; readonly labels: Labels }[] | null;
  readonly configError?: { readonly stage: string; readonly message: string };
  readonly discovery?: {
    readonly resources?: readonly { readonly name: string; readonly namespaced: boolean }[] | null;
    readonly externalResources?: readonly string[] | null;
    readonly error?: string;
    readonly externalError?: string;
  };
  readonly requests?: readonly Request[] | null;
}

const SPECIAL: Readonly<Record<string, number>> = { NaN, '+Inf': Infinity, '-Inf': -Infinity };

const storeOf = (series: NonNullable<Case['series']>): SampleStore => {
  const store = new SampleStore();
  for (const { labels, samples } of series) {
    const stored = store.seriesFor(labels);
    for (const [offset, value] of samples) {
      const at = NOW_MILLIS + offset;
      if (value === 'stale') store.appendStale(stored, at);
      else store.append(stored, at, typeof value === 'number' ? value : SPECIAL[value]!);
    }
  }
  return store;
};

/** A metric selector as text, as the HPA sends it in the query string. */
const requirements = (selector: string): MetricRequirement[] =>
  selector.split(/,(?![^()]*\))/).map((term) => {
    const set = /^(\S+) (in|notin) \((.*)\)$/.exec(term);
    if (set !== null) return { key: set[1]!, operator: set[2] as 'in' | 'notin', values: set[3]!.split(',') };
    const equal = /^([^!=<>]+)(==|=|!=|>|<)(.*)$/.exec(term);
    if (equal === null) {
      return term.startsWith('!')
        ? { key: term.slice(1), operator: '!', values: [] }
        : { key: term, operator: 'exists', values: [] };
    }
    const sign = equal[2] as '==' | '=' | '!=' | '>' | '<';
    return { key: equal[1]!, operator: sign === '>' ? 'gt' : sign === '<' ? 'lt' : sign, values: [equal[3]!] };
  });

const DOWN: QueryAnswer = { kind: 'failed', message: 'prometheus is down' };

const ask = (
  adapter: Adapter,
  registry: Relist['registry'],
  of: Case,
  request: Request,
  run: (promql: string) => QueryAnswer,
): Answer<CustomItem> | Answer<ExternalItem> => {
  const { metric, namespace } = request;
  const given = request.metricSelector ?? '';
  const metricSelector = given === '' ? [] : requirements(given);
  if (request.op === 'external') return answerExternal(adapter, registry, { metric, namespace, metricSelector }, run);
  const selector = (request.selector ?? '') === '' ? [] : parseSelector(request.selector!)!;
  const pods = (of.pods ?? []).filter((pod) => pod.namespace === namespace && selects(selector, pod.labels));
  const byName = request.op === 'byName';
  const names = byName ? [request.name!] : pods.map((pod) => pod.name);
  const by = byName ? 'name' : 'selector';
  return answerCustom(
    adapter,
    registry,
    { metric, resource: request.resource!, namespace, names, by, metricSelector },
    run,
  );
};

const itemOf = (item: CustomItem | ExternalItem): Record<string, unknown> => {
  const value = { milli: String(item.milli), quantity: formatMilli(item.milli) };
  return 'name' in item
    ? { ...value, kind: item.kind, name: item.name, timestamp: 'now' }
    : { ...value, labels: item.labels, timestamp: NOW_MILLIS };
};

/** Messages that quote Prometheus' own errors and values are compared up to here. */
const OWN_WORDS = /^(?:unable to fetch metrics from prometheus|unexpected results from prometheus)/;

const diff = (id: string, where: string, expected: unknown, got: unknown): ConformMismatch[] =>
  isDeepStrictEqual(expected, got)
    ? []
    : [{ id, where, expected: JSON.stringify(expected ?? null), got: JSON.stringify(got ?? null) }];

/** A line may be spread over several entries, sorted: the one that is ours is looked for. */
const compareLog = (id: string, where: string, lines: readonly string[], got: string): ConformMismatch[] => {
  const own = lines.map((line) => OWN_WORDS.exec(line)).find((match) => match !== null);
  return own === undefined ? diff(id, where, lines[0] ?? '', got) : diff(id, where, own[0], OWN_WORDS.exec(got)?.[0]);
};

const compare = (
  id: string,
  where: string,
  request: Request,
  got: Answer<CustomItem> | Answer<ExternalItem>,
): ConformMismatch[] => [
  // A query that never arrived was not recorded.
  ...(request.prometheusDown === true ? [] : diff(id, `${where} promql`, request.promql ?? null, got.promql)),
  ...(got.kind === 'items'
    ? diff(id, `${where} items`, request.items ?? request.error, got.items.map(itemOf))
    : [
        ...diff(id, `${where} error`, request.error ?? request.items, {
          ...(got.code === null ? {} : { code: got.code, reason: got.reason }),
          message: got.message,
        }),
        ...compareLog(id, `${where} log`, request.log ?? [], got.log),
      ]),
];

const compareDiscovery = (of: Case, listed: Relist): ConformMismatch[] => {
  const names = [...listed.registry.custom.values()].map(({ resource, metric, namespaced }) => ({
    name: `${resource}/${metric}`,
    namespaced,
  }));
  const sorted = names.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return [
    ...diff(of.id, 'resources', of.discovery?.resources ?? [], sorted),
    ...diff(
      of.id,
      'externalResources',
      of.discovery?.externalResources ?? [],
      [...listed.registry.external.keys()].sort(),
    ),
    ...diff(of.id, 'discovery error', of.discovery?.error !== undefined, listed.customError !== null),
    ...diff(
      of.id,
      'external discovery error',
      of.discovery?.externalError !== undefined,
      listed.externalError !== null,
    ),
  ];
};

/** The YAML reader's own messages are not compared, only that it refused. */
const compareRefusal = (of: Case, stage: string, message: string): ConformMismatch[] => [
  ...diff(of.id, 'config stage', of.configError?.stage, stage),
  ...(stage === 'parse' ? [] : diff(of.id, 'config message', of.configError?.message, message)),
];

const yaml = (text: string): { readonly value: unknown } | null => {
  try {
    return { value: parse(text) as unknown };
  } catch {
    return null;
  }
};

const replay = (of: Case): ConformMismatch[] => {
  const file = yaml(of.config);
  if (file === null) return compareRefusal(of, 'parse', 'not YAML');
  const built = buildAdapter(file.value, KINDS);
  if (built.kind === 'refused') return compareRefusal(of, built.stage, built.message);
  if (of.configError !== undefined) return diff(of.id, 'config', of.configError, 'accepted');
  const store = storeOf(of.series ?? []);
  const { adapter } = built;
  const listed = relist(adapter, EMPTY_REGISTRY, store, NOW_MILLIS, of.maxAgeMs, '2.53');
  const query = instantQueries(store, '2.53');
  return [
    ...compareDiscovery(of, listed),
    ...(of.requests ?? []).flatMap((request, i) => {
      const run = (promql: string) => (request.prometheusDown === true ? DOWN : query(promql, NOW_MILLIS));
      return compare(of.id, `request ${i}`, request, ask(adapter, listed.registry, of, request, run));
    }),
  ];
};

/** Replays `cases.ndjson.gz` of `dir`. */
export const conformAdapter = async (dir: string): Promise<ConformResult> => {
  const tally = new SetTally('cases', '0.12.0');
  const file = join(dir, 'cases.ndjson.gz');
  if (!existsSync(file)) return conformResult('adapter', []);
  for await (const value of readNdjson(file)) tally.add(replay(value as Case));
  return conformResult('adapter', [tally]);
};
