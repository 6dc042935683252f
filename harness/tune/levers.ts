// The search space of one platform: what may be turned, in which levels, and where it stands now. Levers that have no effect
// on this platform (rules off the HPA's way, a probe that is not there) are left out and named, so that nobody misses them.

import { formatDuration, parseDuration } from '../../model/duration.ts';
import type { HPAScalingRules } from '../../model/kubernetes-hpa.ts';
import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import { hpaSource } from '../../cluster/manifests/hpa-source.ts';
import { monitorSelects } from '../../cluster/manifests/selection.ts';
import type { Level, Lever } from '../../reports/search/space.ts';

export interface Levers {
  readonly levers: readonly Lever[];
  /** Name and reason of each lever that was left out. */
  readonly absent: readonly { readonly name: string; readonly why: string }[];
}

/** Levers whose whole effect is how soon a change of load is acted on; the others change what is done. */
export const DELAY_LEVERS: ReadonlySet<string> = new Set([
  'scrape interval of the HPA metric',
  'adapter query window',
  'rule evaluation interval',
  'readiness probe period',
]);

const text = (n: number): string => formatDuration(seconds(n));

/** Levels in order of their number, with the present one among them. */
const numeric = (
  name: string,
  present: number,
  levels: readonly number[],
  label: (n: number) => string,
  set: (n: number) => Level['set'],
): Lever => {
  const all = [...new Set([...levels, present])].sort((x, y) => x - y);
  return { name, levels: all.map((n) => ({ label: label(n), set: set(n) })), current: all.indexOf(present) };
};

const every = (name: string, present: number, levels: readonly number[], path: string): Lever =>
  numeric(name, present, levels, text, (n) => ({ [path]: text(n) }));

/** Intervals of the first and last endpoint that scrape the deployment, seconds; null if nothing does. */
const presentIntervals = (platform: Platform): readonly [hpa: number, rest: number] | null => {
  const monitor = platform.monitors.find((one) => monitorSelects(one, platform.deployment, platform.services));
  const of = (interval: string | undefined): number =>
    parseDuration(interval ?? '') ?? platform.prometheus.scrapeInterval;
  return monitor === undefined ? null : [of(monitor.endpoints[0]?.interval), of(monitor.endpoints.at(-1)?.interval)];
};

const presentTarget = (platform: Platform): number | null => {
  const metric = platform.hpa?.spec.metrics?.[0];
  const target = (metric?.pods ?? metric?.object ?? metric?.external)?.target;
  const plain = Number(target?.averageValue ?? target?.value);
  return Number.isFinite(plain) && plain > 0 ? plain : null;
};

const TARGET_FACTORS = [0.5, 0.75, 1, 1.25, 1.5];

const describeUp = (rules: HPAScalingRules | undefined): string => {
  const policies = (rules?.policies ?? []).map(
    (p) => `${p.type === 'Percent' ? `${p.value} %` : p.value}/${p.periodSeconds} s`,
  );
  return policies.length === 0 ? 'as it is' : `as it is (${policies.join(', ')})`;
};

const UP = 'hpa.behavior.scaleUp';
const scaleUp = (platform: Platform): Lever => ({
  name: 'HPA scale-up policy',
  levels: [
    {
      label: '1 pod/60 s',
      set: {
        [`${UP}.pods.value`]: 1,
        [`${UP}.pods.periodSeconds`]: 60,
        [`${UP}.percent.value`]: 1,
        [`${UP}.percent.periodSeconds`]: 60,
      },
    },
    { label: describeUp(platform.hpa?.spec.behavior?.scaleUp), set: {} },
    { label: '4 pods/15 s', set: { [`${UP}.pods.value`]: 4, [`${UP}.pods.periodSeconds`]: 15 } },
    { label: 'to the maximum at once', set: { [`${UP}.percent.value`]: 1000, [`${UP}.percent.periodSeconds`]: 15 } },
  ],
  current: 1,
});

const hpaLevers = (platform: Platform): readonly Lever[] => {
  const spec = platform.hpa?.spec;
  if (spec === undefined) return [];
  const target = presentTarget(platform);
  const least = spec.minReplicas ?? 1;
  const up = spec.behavior?.scaleUp?.stabilizationWindowSeconds ?? 0;
  const down = spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? platform.controller.downscaleStabilization;
  return [
    ...(target === null
      ? []
      : [
          numeric(
            'HPA target',
            target,
            TARGET_FACTORS.map((factor) => Number((target * factor).toPrecision(3))),
            String,
            (n) => ({ 'hpa.target': n }),
          ),
        ]),
    numeric(
      'HPA minimum',
      least,
      [1, 2, 3, 4].map((extra) => Math.min(spec.maxReplicas, least - 1 + extra)),
      String,
      (n) => ({ 'hpa.minReplicas': n }),
    ),
    scaleUp(platform),
    numeric('HPA scale-up window', up, [0, 30, 60], text, (n) => ({ [`${UP}.stabilizationWindowSeconds`]: n })),
    numeric('HPA scale-down window', down, [60, 300, 900], text, (n) => ({
      'hpa.behavior.scaleDown.stabilizationWindowSeconds': n,
    })),
  ];
};

const ruleInterval = (platform: Platform, recorded: readonly string[]): number => {
  const group = platform.ruleGroups.find(({ group: { rules } }) =>
    rules.some((r) => recorded.includes(r.record ?? '')),
  );
  return parseDuration(group?.group.interval ?? '') ?? platform.prometheus.evaluationInterval;
};

const QUERY_WINDOW: Lever = {
  name: 'adapter query window',
  levels: [
    { label: 'as it is', set: {} },
    ...[30, 60, 120].map((n) => ({ label: text(n), set: { 'adapter.queryWindow': text(n) } })),
  ],
  current: 0,
};

/** The levers of a platform, its present settings included as a level of each. */
export const leversOf = (platform: Platform): Levers => {
  const { series, recorded } = hpaSource(platform);
  const intervals = presentIntervals(platform);
  const { readiness } = platform.deployment;
  const unscraped = intervals === null ? 'no monitor scrapes the deployment' : null;
  const unread = series.length === 0 ? 'no adapter rule names the series behind the HPA metric' : unscraped;
  const unruled = recorded.length === 0 ? 'no recording rule stands between the pods and the HPA' : null;
  const unprobed = readiness === null ? 'the deployment has no readiness probe' : null;
  const [fast, rest] = intervals ?? [0, 0];
  const candidates: readonly (readonly [Lever, string | null])[] = [
    [every('scrape interval of the HPA metric', fast, [2, 5, 10, 15, 30, 60], 'asr.hpaMetricsInterval'), unread],
    [every('scrape interval of all other metrics', rest, [15, 30, 60], 'asr.scrapeInterval'), unscraped],
    [every('rule evaluation interval', ruleInterval(platform, recorded), [5, 15, 30, 60], 'rules.interval'), unruled],
    [QUERY_WINDOW, unread],
    [every('adapter relist interval', platform.adapter.relistInterval, [30, 60, 120], 'adapter.relistInterval'), null],
    ...hpaLevers(platform).map((lever) => [lever, null] as const),
    [
      numeric('readiness probe period', readiness?.period ?? 0, [5, 10, 30], text, (n) => ({
        'deployment.readinessProbe.periodSeconds': n,
      })),
      unprobed,
    ],
  ];
  return {
    levers: candidates.flatMap(([lever, why]) => (why === null && lever.levels.length > 1 ? [lever] : [])),
    absent: candidates.flatMap(([{ name }, why]) => (why === null ? [] : [{ name, why }])),
  };
};
