// What a closed-loop recording says about the cluster, in the words of sim/kubernetes: its configuration with the recorded
// draws, the inputs it got (scale writes, failures), and when a terminating pod had nothing in service any more.

import { delay } from '../../cluster/kube/known-draws.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { Deployment } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';
import type { ClusterConfig, RecordedNode, RecordedPod } from '../../sim/kubernetes/index.ts';
import type { TimedInput } from '../../sim/kubernetes/drive.ts';
import { slowStartBatches } from '../../sim/kubernetes/slow-start.ts';
import type { LoopFolder, LoopPodLine, RecordedDistribution } from './closed-loop-types.ts';

/** Milliseconds of the recording to seconds of a configuration. */
const distributionOf = (d: RecordedDistribution): Distribution => {
  if ('const' in d) return { kind: 'fixed', value: d.const / 1000 };
  if ('uniform' in d) return { kind: 'uniform', min: d.uniform[0] / 1000, max: d.uniform[1] / 1000 };
  return { kind: 'lognormal', median: d.lognormal.median / 1000, sigma: d.lognormal.sigma };
};

const fixed = (value: number): Distribution => ({ kind: 'fixed', value });

/** The lines of each pod, by index, in order of time. */
export const linesByPod = (folder: LoopFolder): readonly (readonly LoopPodLine[])[] => {
  const byPod: LoopPodLine[][] = folder.config.podNames.map(() => []);
  for (const line of folder.pods) byPod[line.pod]!.push(line);
  return byPod;
};

/** A line of one kind; several kinds share a shape, so the union is distributed over its names. */
export type PodLineOf<E extends LoopPodLine['ev']> = LoopPodLine & { readonly ev: E };

export const linesOf = <E extends LoopPodLine['ev']>(lines: readonly LoopPodLine[], ev: E): readonly PodLineOf<E>[] =>
  lines.filter((line): line is PodLineOf<E> => line.ev === ev);

/** Instants in the order of the lines: what was recorded in the same millisecond is a little apart. */
const orderedInstants = (folder: LoopFolder): ((line: LoopPodLine | undefined) => number | undefined) => {
  const places = new Map(folder.pods.map((line, i) => [line, i]));
  return (line) => (line === undefined ? undefined : line.t + places.get(line)! * 1e-6);
};

/** When the slow-start batch of each pod began; nothing where pods were lost. */
const batchInstants = (folder: LoopFolder): ReadonlyMap<number, number> => {
  if (linesOf(folder.pods, 'failure').length > 0) return new Map();
  const created = linesOf(folder.pods, 'created').filter(({ t }) => t >= 0);
  const wanted = clusterInputs(folder).flatMap(({ input }) => (input.kind === 'scale' ? [input.replicas] : []));
  const batches = slowStartBatches(created, folder.config.initialPods, wanted);
  return new Map([...batches].map(([{ pod }, first]) => [pod, first.t]));
};

const recordedPod = (
  lines: readonly LoopPodLine[],
  epochMs: number,
  instant: ReturnType<typeof orderedInstants>,
  batches: ReadonlyMap<number, number>,
): RecordedPod => {
  const [created] = linesOf(lines, 'created');
  const [scheduled] = linesOf(lines, 'scheduled');
  const started = linesOf(lines, 'container-started');
  const running = linesOf(lines, 'running');
  const exited = linesOf(lines, 'container-exited').at(-1);
  const [gone] = linesOf(lines, 'gone');
  const [ready] = linesOf(lines, 'ready');
  const [waited] = linesOf(lines, 'unschedulable');
  const [probeOk] = linesOf(lines, 'probe-ok');
  const [joined] = linesOf(lines, 'endpoint-ready');
  const [deleting] = linesOf(lines, 'deleting');
  const [left] = linesOf(lines, 'endpoint-unready');
  const initial = created !== undefined && created.t < 0;
  return {
    ...(created === undefined ? {} : { name: created.name, uid: created.uid }),
    ...(created === undefined
      ? {}
      : { createdMillis: initial ? Date.parse(created.creationTimestamp) - epochMs : created.t }),
    ...(initial && ready !== undefined ? { readySinceMillis: ready.t } : {}),
    ...(scheduled === undefined ? {} : { node: scheduled.node }),
    // A container that crashed starts again exactly when its back-off is over.
    containerStartMillis: started.map(({ t }, life) => (life === 0 ? t - scheduled!.t : 0)),
    modelLoadMillis: started.map(({ load }) => load),
    noticeMillis: running.map(({ t }, life) => t - started[life]!.t),
    ...(waited === undefined
      ? delay('scheduleMillis', batches.get(created?.pod ?? -1) ?? created?.t, scheduled?.t)
      : {}),
    ...delay('endpointMillis', probeOk?.nominal, instant(joined)),
    ...delay('endpointGoneMillis', deleting?.t, instant(left)),
    ...(gone === undefined || exited === undefined ? {} : { podGoneMillis: Math.max(0, gone.t - exited.t) }),
  };
};

/** Nodes in order of appearance: those of the start (whose names pods tell), then those requested. */
const recordedNodes = (folder: LoopFolder): readonly RecordedNode[] => {
  const { name, nodes } = folder.config;
  const delays = folder.nodes.flatMap((line) => (line.ev === 'requested' ? [line.delay] : []));
  const known = Array.from({ length: nodes.initial }, (_, i): RecordedNode => ({ name: `${name}-n${i}` }));
  return [
    ...known,
    ...delays.map((provisionMillis, i): RecordedNode => ({ name: `${name}-n${nodes.initial + i}`, provisionMillis })),
  ];
};

/** Deletions by the ReplicaSet: not those of failures, which have grace 0 and a `failure` line before them. */
const deletionsOf = (folder: LoopFolder): readonly number[] => {
  const killed = new Set(linesOf(folder.pods, 'failure').flatMap((f) => (f.kind === 'pod-delete-now' ? [f.pod] : [])));
  return linesOf(folder.pods, 'deleting').flatMap(({ pod }) => (killed.has(pod) ? [] : [pod]));
};

/** The ReplicaSet's delay after each accepted change of the scale; not where pods are also lost, which wakes it as well. */
const replicaSetDelays = (folder: LoopFolder): readonly number[] => {
  const acts = folder.pods.filter(({ ev }) => ev === 'created' || ev === 'deleting').map(({ t }) => t);
  return linesOf(folder.pods, 'failure').length > 0
    ? []
    : clusterInputs(folder).flatMap(({ at }) => {
        const first = acts.find((t) => t >= at);
        return first === undefined ? [] : [first - at];
      });
};

const deploymentOf = ({ config }: LoopFolder): Deployment => ({
  name: 'lightning-asr',
  namespace: config.name,
  replicas: config.initialPods,
  selector: { app: 'lightning-asr' },
  podLabels: { app: 'lightning-asr' },
  podAnnotations: {},
  container: 'asr',
  image: 'asr:1',
  ports: [{ name: 'metrics', containerPort: 9090 }],
  gpusPerPod: 1,
  readiness: {
    initialDelay: seconds(config.probe.initialDelaySeconds),
    period: seconds(config.probe.periodSeconds),
    timeout: seconds(1),
    successThreshold: 1,
    failureThreshold: 20,
  },
  liveness: null,
  startup: null,
  terminationGrace: seconds(config.graceSeconds),
  preStop: seconds(0),
  nodeSelector: {},
  tolerations: [],
});

/** The control plane's delays are the recorded medians, the per-pod ones as recorded (README, "Measured stages"). */
export const clusterOfRecording = (folder: LoopFolder, deletions: 'recorded' | 'own'): ClusterConfig => {
  const { config } = folder;
  const { nodes } = config;
  const instant = orderedInstants(folder);
  const batches = batchInstants(folder);
  return {
    deployment: deploymentOf(folder),
    initialReplicas: config.initialPods,
    initialPods: 'ready',
    nodes: {
      gpusPerNode: nodes.gpusPerNode,
      initial: nodes.initial,
      autoscale: nodes.autoscale,
      min: nodes.min ?? nodes.initial,
      max: nodes.max ?? nodes.initial,
      provision: nodes.provision === undefined ? fixed(0) : distributionOf(nodes.provision),
      scan: seconds((nodes.scanMs ?? 0) / 1000),
      scanPhase: seconds((nodes.scanPhase ?? 0) / 1000),
      podHold: seconds(0),
      idleRemove: seconds((nodes.idleRemoveMs ?? 0) / 1000),
      labels: {},
      taints: [],
      spotLife: null,
    },
    startup: {
      containerStart: distributionOf(config.containerStart),
      imagePull: fixed(0),
      modelLoad: distributionOf(config.modelLoad),
    },
    delays: {
      replicaSet: fixed(0.0115),
      createBatch: fixed(0.0067),
      schedule: fixed(0.006),
      endpoints: fixed(0.013),
      endpointGone: fixed(0.006),
      // Starts are recorded; a crash was published half a second later.
      notice: fixed(0.5),
      podGone: { kind: 'uniform', min: 0, max: 1 },
    },
    probeGrid: config.probe.grid,
    restartBackoff: [seconds(10)],
    healthWhileLoading: true,
    containers: 'virtual',
    seed: config.service.seed,
    epochMillis: config.epochMs,
    recorded: {
      pods: linesByPod(folder).map((lines) => recordedPod(lines, config.epochMs, instant, batches)),
      nodes: recordedNodes(folder),
      replicaSetMillis: replicaSetDelays(folder),
      ...(deletions === 'recorded' ? { deletions: deletionsOf(folder) } : {}),
    },
  };
};

/** Accepted scale writes of the HPA and of people, and what was done to pods, in order of time. */
export const clusterInputs = (folder: LoopFolder): readonly TimedInput[] => {
  const inputs: TimedInput[] = [];
  for (const line of folder.hpa) {
    if (line.ev === 'manual-scale')
      inputs.push({ at: line.t, input: { kind: 'scale', replicas: line.replicas, by: 'somebody' } });
    if (line.ev !== 'sync') continue;
    for (const put of line.put ?? [])
      if (put.code === 200)
        inputs.push({ at: put.t + put.ms, input: { kind: 'scale', replicas: put.replicas, by: 'the HPA' } });
  }
  for (const { kind, pod, t } of linesOf(folder.pods, 'failure')) {
    if (kind === 'pod-delete-now') inputs.push({ at: t, input: { kind: 'pod-kill', pod, cause: kind } });
    if (kind === 'container-restart') inputs.push({ at: t, input: { kind: 'container-died', pod, cause: kind } });
  }
  return inputs.sort((a, b) => a.at - b.at);
};

/** When a pod that is asked at `now` has finished what it serves. */
export const idleTimes = (folder: LoopFolder): ((pod: number, now: number) => number) => {
  const { schedule, requests } = folder;
  const intervals: (readonly [start: number, end: number])[][] = folder.config.podNames.map(() => []);
  for (let i = 0; i < requests.count; i++) {
    const start = schedule.offsetMillis[i]! + requests.waitMillis[i]!;
    if (requests.pod[i]! < 0 || Number.isNaN(start)) continue;
    // Not finished at the end of the recording: never idle.
    const service = requests.serviceMillis[i]!;
    intervals[requests.pod[i]!]!.push([start, Number.isNaN(service) ? Infinity : start + service]);
  }
  return (pod, now) =>
    (intervals[pod] ?? []).reduce((latest, [start, end]) => (start <= now ? Math.max(latest, end) : latest), now);
};
