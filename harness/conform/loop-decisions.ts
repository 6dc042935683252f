// Stage check: every recorded sync of the real HPA, given the answers it got, must be our decision: the scale written, the
// status written, its counts and conditions.

import { parse } from 'yaml';
import type { HpaSync, MetricRead, TimedCall } from '../../cluster/kube/hpa-syncs.ts';
import { HpaReplay } from '../../cluster/kube/hpa-replay.ts';
import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { ObservedPod } from '../../sim/autoscaler/observation.ts';
import { hpaSettings } from '../../sim/autoscaler/settings.ts';
import type { LoopFolder, LoopSync, SyncMetric } from './closed-loop-types.ts';
import { linesByPod, linesOf } from './loop-cluster.ts';
import type { SetTally } from './result.ts';

const SELECTOR = 'app=lightning-asr';
const SETTINGS = hpaSettings('1.37');

/** The pods as the controller's informer listed them at `now`. */
const podsAt = (folder: LoopFolder, now: number): readonly ObservedPod[] =>
  linesByPod(folder).flatMap((all, pod) => {
    const lines = all.filter((line) => line.t <= now);
    const [created] = linesOf(lines, 'created');
    if (created === undefined || linesOf(lines, 'gone').length > 0) return [];
    const readyAt = linesOf(lines, 'ready').at(-1)?.t ?? null;
    const lostAt = linesOf(lines, 'container-exited').at(-1)?.t ?? -Infinity;
    const running = linesOf(lines, 'running')[0]?.t ?? null;
    return [
      {
        name: folder.config.podNames[pod]!,
        phase: running === null ? 'Pending' : 'Running',
        ready: readyAt !== null && readyAt > lostAt ? 'True' : 'False',
        readyTransitionMillis: readyAt,
        startMillis: running,
        terminating: linesOf(lines, 'deleting').length > 0,
      } as const,
    ];
  });

const timed = ({ t, ms, code }: { readonly t: number; readonly ms: number; readonly code: number }): TimedCall => ({
  sentMillis: t,
  answeredMillis: t + ms,
  code,
  message: '',
});

const metricRead = (folder: LoopFolder, metric: SyncMetric): MetricRead => ({
  ...timed(metric),
  uri: metric.api,
  adapter: null,
  values:
    metric.values?.map(([of, quantity]) => [typeof of === 'number' ? folder.config.podNames[of]! : of, quantity]) ??
    null,
});

/** A recorded sync in the words of a collected one. */
const hpaSync = (folder: LoopFolder, line: LoopSync): HpaSync => ({
  startMillis: line.t,
  endMillis: line.end,
  scale: {
    ...timed({ t: line.t, ...line.scale }),
    specReplicas: line.scale.spec,
    statusReplicas: line.scale.status,
    selector: SELECTOR,
  },
  metrics: line.metrics.map((metric) => metricRead(folder, metric)),
  puts: (line.put ?? []).map((put) => ({ ...timed(put), replicas: put.replicas })),
  status: line.status === undefined ? null : { ...timed(line.status), ...line.status },
});

/** Adds one case per recorded sync. */
export const checkDecisions = (folder: LoopFolder, tally: SetTally): void => {
  let spec = (parse(folder.config.yaml.hpa) as { spec: HorizontalPodAutoscalerSpec }).spec;
  const replay = new HpaReplay({ name: folder.name, spec, settings: SETTINGS, epochMillis: 0 });
  const restarts = folder.outages.filter(({ kind }) => kind === 'kcm-restart').map(({ startAt }) => startAt);
  for (const line of folder.hpa) {
    if (line.ev === 'patched') {
      spec = { ...spec, ...line.patch.spec };
      replay.edit(spec);
    }
    if (line.ev !== 'sync') continue;
    while (restarts.length > 0 && restarts[0]! < line.t) {
      restarts.shift();
      replay.restart();
    }
    const listed = podsAt(folder, line.metrics.at(-1)?.t ?? line.t + line.scale.ms);
    const { mismatch } = replay.sync(hpaSync(folder, line), listed);
    tally.add(mismatch === null ? [] : [{ id: folder.name, where: `sync at ${line.t} ms`, ...mismatch }]);
  }
};
