// What the production world is told about a recording before it runs: everything that chance decided there, or only what
// the configuration and the names imply.

import type { ClusterConfig } from '../../sim/kubernetes/index.ts';
import type { Distribution } from '../../model/distribution.ts';
import type { SlowStretch } from '../../sim/hops/call-durations.ts';
import type { Intervention, KnownInputs, KnownSync, KnownTarget } from '../../sim/known-inputs.ts';
import { AFTER_QUERY_MILLIS, LATE_MILLIS } from './loop-adapter.ts';
import type { LoopFolder, PlantScrape } from './closed-loop-types.ts';
import { clusterInputs, clusterOfRecording, linesByPod, linesOf } from './loop-cluster.ts';
import { lawOfRecording } from './loop-service.ts';

/** POST of the HPA to its first GET scale (README, "Measured stages"). */
const FIRST_SYNC_MILLIS = 5.9;

/**
 * About forty services shared a Prometheus, and every event of one of their pods is a change of its targets. Pods come in
 * bursts; at this rate the delays are those of the recordings: 2.8 s in the mean (metrics-path.md 1.5).
 */
const OTHER_TARGETS_MILLIS = 2000;

/** The kubelet notices a start within its relist (README, "Kubelet's part"). */
const RELIST: Distribution = { kind: 'uniform', min: 0, max: 1 };

/**
 * In the first 285 s of batch a the components had no priority over other work (README, "Distortions"); the API server
 * had it from 140 s on, as its other calls show. Until then the stages of a sync took 1.1 to 1.3 times their usual time at
 * the median, 1.4 times in the mean.
 */
const DISTURBED: SlowStretch = {
  untilMillis: 140_000,
  factor: {
    kind: 'mixture',
    parts: [
      { weight: 0.92, of: { kind: 'lognormal', median: 1.22, sigma: 0.25 } },
      { weight: 0.08, of: { kind: 'lognormal', median: 2.6, sigma: 0.6 } },
    ],
  },
};

const isPlant = (line: { readonly src: string }): line is PlantScrape => line.src === 'plant';

/** The scrapes each target saw, by pod. */
const attemptsOf = (folder: LoopFolder): readonly (readonly number[])[] => {
  const byPod: number[][] = folder.config.podNames.map(() => []);
  for (const line of folder.scrapes) if (isPlant(line)) byPod[line.pod]!.push(line.t);
  return byPod;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** How late a target was scraped after its ticks: the lateness of its first scrape stays with it (README, "Initialising"). */
const latenessOf = ({ config }: LoopFolder, pod: number, attempts: readonly number[]): number => {
  const interval = config.scrapeSeconds * 1000;
  const phase = config.scrapePhaseMs[String(pod)] ?? 0;
  const late = attempts.map((t) => (((t + config.epochMs - phase) % interval) + interval) % interval);
  return late.length === 0 ? LATE_MILLIS : median(late.map((by) => (by > interval / 2 ? 0 : by)));
};

const phasesOf = (folder: LoopFolder, lateness: (pod: number) => number): (number | undefined)[] => {
  const { podNames, scrapePhaseMs, scrapeSeconds } = folder.config;
  return podNames.map((_, pod) => {
    const phase = scrapePhaseMs[String(pod)];
    return phase === undefined ? undefined : (phase + lateness(pod)) % (scrapeSeconds * 1000);
  });
};

/** The first scrape a target saw, as an instant a little before it. */
const targetsOf = (folder: LoopFolder, attempts: readonly (readonly number[])[]): (KnownTarget | undefined)[] => {
  const before = Math.min(500, (folder.config.scrapeSeconds * 1000) / 2);
  return linesByPod(folder).map((lines, pod) => {
    const running = linesOf(lines, 'running')[0]?.t;
    const first = attempts[pod]![0];
    if (running === undefined || first === undefined || first < 0) return undefined;
    return { foundMillis: Math.max(running + 1, first - before) };
  });
};

const rulePhases = ({ config, scrapes }: LoopFolder): (number | undefined)[] => {
  const interval = (config.recordEverySeconds ?? 1) * 1000;
  const first = scrapes.find(({ src }) => src === 'rule');
  return first === undefined ? [] : [(config.epochMs + first.t) % interval];
};

const syncsOf = (folder: LoopFolder): readonly KnownSync[] =>
  folder.hpa.flatMap((line): KnownSync[] => {
    if (line.ev !== 'sync') return [];
    const put = line.put?.at(-1);
    return [
      {
        startMillis: line.t,
        scaleMillis: line.t + line.scale.ms,
        metrics: line.metrics.map(({ t, ms }) => ({
          queriedMillis: t + ms - AFTER_QUERY_MILLIS,
          answeredMillis: t + ms,
        })),
        ...(put === undefined ? {} : { putMillis: put.t + put.ms }),
      },
    ];
  });

/** The adapter's API is available some seconds after its process answers: just before the first sync that got an answer. */
const answeredAgain = (folder: LoopFolder, answering: number): number => {
  const sync = folder.hpa.find(
    (line) => line.ev === 'sync' && line.t > answering && line.metrics.some(({ code }) => code === 200),
  );
  return sync === undefined ? answering : sync.t;
};

/** What people and failures did, not what the HPA did. */
const interventionsOf = (folder: LoopFolder): readonly Intervention[] => {
  const acts: Intervention[] = clusterInputs(folder)
    .filter(({ input }) => !(input.kind === 'scale' && input.by === 'the HPA'))
    .map(({ at, input }) => ({ atMillis: at, kind: 'cluster', input }));
  for (const line of folder.hpa)
    if (line.ev === 'patched') acts.push({ atMillis: line.t, kind: 'hpa-edited', spec: line.patch.spec });
  for (const { t, pod, kind, durationMs } of linesByPod(folder).flatMap((lines) => linesOf(lines, 'failure'))) {
    if (kind !== 'scrape-refused' && kind !== 'scrape-hang') continue;
    acts.push({ atMillis: t, kind: 'scrapes', pod, meet: kind === 'scrape-hang' ? 'silence' : 'a refusal' });
    acts.push({ atMillis: t + (durationMs ?? 0), kind: 'scrapes', pod, meet: 'an answer' });
  }
  for (const { kind, downAt, startAt, answering } of folder.outages) {
    if (kind === 'kcm-restart') acts.push({ atMillis: startAt, kind: 'controller-restarted' });
    else if (kind === 'prometheus-restart') {
      acts.push({ atMillis: downAt, kind: 'prometheus', down: true });
      acts.push({ atMillis: answering, kind: 'prometheus', down: false });
    } else {
      acts.push({ atMillis: downAt, kind: 'adapter', down: true });
      acts.push({ atMillis: answeredAgain(folder, answering), kind: 'adapter', down: false });
    }
  }
  return acts;
};

/**
 * What a run is told. 'recorded': what the README's first row gives, everything that chance decided but for the lateness of
 * single scrapes. 'scrapes': that too. 'configuration': schedule, configuration, the phases that names imply and per-pod
 * draws; cadence, calls and discovery are drawn. 'syncs': as 'configuration', with all syncs as recorded. 'schedule': names,
 * phases, nodes and pods are drawn too, as between two real runs.
 */
export type Given = 'recorded' | 'scrapes' | 'configuration' | 'syncs' | 'schedule';

export const knownInputs = (folder: LoopFolder, given: Given): KnownInputs => {
  const attempts = attemptsOf(folder);
  // The recordings' jobs have role endpointslice, which keeps terminating endpoints.
  const cluster: ClusterConfig = { ...clusterOfRecording(folder, 'own'), targetsLeave: 'gone' };
  const always: KnownInputs = {
    law: lawOfRecording(folder),
    balancerSeed: folder.config.service.seed,
    rulePhaseMillis: rulePhases(folder),
    cluster,
    interventions: interventionsOf(folder),
  };
  const firstSync = { startMillis: folder.config.hpaAt + FIRST_SYNC_MILLIS };
  if (given === 'schedule')
    return {
      ...always,
      ...(folder.config.batch === 'a' ? { slow: DISTURBED } : {}),
      cluster: { ...cluster, recorded: null, delays: { ...cluster.delays, notice: RELIST } },
      otherTargetsMillis: OTHER_TARGETS_MILLIS,
      syncs: [firstSync],
    };
  if (given === 'configuration' || given === 'syncs')
    return {
      ...always,
      ...(folder.config.batch === 'a' ? { slow: DISTURBED } : {}),
      cluster: { ...cluster, recorded: { ...cluster.recorded!, replicaSetMillis: [] } },
      otherTargetsMillis: OTHER_TARGETS_MILLIS,
      scrapePhaseMillis: phasesOf(folder, () => LATE_MILLIS),
      syncs: given === 'syncs' ? syncsOf(folder) : [firstSync],
    };
  const recorded = { ...always, targets: targetsOf(folder, attempts), syncs: syncsOf(folder) };
  return given === 'recorded'
    ? { ...recorded, scrapePhaseMillis: phasesOf(folder, (pod) => latenessOf(folder, pod, attempts[pod]!)) }
    : { ...recorded, scrapePhaseMillis: phasesOf(folder, () => 0), scrapesMillis: attempts };
};
