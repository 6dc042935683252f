// What a replay on a cluster that is not ours would do, in words: who is read, what is sent, what may follow. Printed by the
// dry run and before the question whether to go on. Pure.

import type { Platform } from '../../model/platform.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { PrometheusPlace } from '../../cluster/existing/prometheus-place.ts';
import { placeText } from '../../cluster/existing/prometheus-place.ts';
import { readText, readsOf } from '../../cluster/existing/reads.ts';

export interface ExistingPlan {
  readonly server: string;
  /** Null = the current one of the kubeconfig. */
  readonly context: string | null;
  readonly platform: Platform;
  readonly prometheus: PrometheusPlace | null;
  readonly origin: string;
  readonly dialect: string | null;
  readonly schedule: Schedule;
  /** Longest that answers are waited for, counted from the start. */
  readonly latestMillis: number;
  readonly folder: string;
  /** Sentences. */
  readonly creates: readonly string[];
}

const PEAK_MILLIS = 10_000;
const BYTES_PER_AUDIO_SECOND = 32_000;

/** Most requests that are due within ten seconds, and from when. */
export const peakOf = ({
  count,
  offsetMillis,
}: Schedule): { readonly perSecond: number; readonly fromMillis: number } => {
  let most = 0;
  let fromMillis = 0;
  let first = 0;
  for (let last = 0; last < count; last++) {
    while (offsetMillis[last]! - offsetMillis[first]! >= PEAK_MILLIS) first += 1;
    if (last - first + 1 <= most) continue;
    most = last - first + 1;
    fromMillis = offsetMillis[first]!;
  }
  return { perSecond: most / (PEAK_MILLIS / 1000), fromMillis };
};

const inSeconds = (millis: number): string => `${(millis / 1000).toFixed(0)} s`;

const loadLines = ({ schedule, origin, dialect, latestMillis }: ExistingPlan): string[] => {
  const kinds = REQUEST_KINDS.flatMap((name, kind) => {
    const count = schedule.kind.filter((each) => each === kind).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const { perSecond, fromMillis } = peakOf(schedule);
  const audio = schedule.audioSeconds.reduce((sum, each) => sum + each, 0);
  return [
    ...(dialect === null ? ['first, one clip of half a second to each known endpoint, to find the dialect'] : []),
    `then ${schedule.count} requests (${kinds.join(', ')}) in ${inSeconds(schedule.durationMillis)}`,
    `to ${origin}`,
    `at a peak of ${perSecond.toFixed(1)} a second (ten seconds from ${inSeconds(fromMillis)} on), ${(schedule.count / (schedule.durationMillis / 1000)).toFixed(1)} on average`,
    `with ${audio.toFixed(0)} s of audio, ${((audio * BYTES_PER_AUDIO_SECOND) / 1e6).toFixed(0)} MB`,
    `answers are waited for until ${inSeconds(latestMillis)} at most`,
  ];
};

const prometheusLines = (prometheus: PrometheusPlace | null): string[] =>
  prometheus === null
    ? ['nothing: without --prometheus no sample is in the run']
    : [
        `of ${placeText(prometheus)}:`,
        '/metrics at both ends, /api/v1/query for its clock and for what the monitors stored',
      ];

const consequence = ({ hpa, deployment }: Platform): string =>
  hpa === null
    ? `no HPA is in the scenario: ${deployment.namespace}/${deployment.name} keeps its pods`
    : `the HPA ${hpa.namespace}/${hpa.name} may answer the load with pods, up to its maxReplicas, and a node autoscaler with nodes, which cost money`;

const section = (title: string, lines: readonly string[]): string =>
  [title, ...lines.map((line) => `  ${line}`)].join('\n');

export const existingPlanText = (plan: ExistingPlan): string => {
  const { server, context, platform, prometheus, folder, creates } = plan;
  const { namespace, name } = platform.deployment;
  return [
    section('Cluster', [
      `${server}, context ${context ?? '(the current one)'}`,
      `namespace ${namespace}, Deployment ${name}, HPA ${platform.hpa?.name ?? '(none)'}`,
    ]),
    section('Creates, changes, deletes', creates.length === 0 ? ['nothing'] : creates),
    section('Reads of the API server', [
      'get /version',
      ...readsOf(platform, prometheus).flatMap((read) => readText(read).split('\n')),
    ]),
    section('Reads of Prometheus', prometheusLines(prometheus)),
    section('Sends', loadLines(plan)),
    section('May follow', [consequence(platform)]),
    section('Writes here', [folder]),
  ].join('\n');
};
