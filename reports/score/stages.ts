// Where the time goes between a load step and the first new pod that takes calls, hop by hop. Takes the instants of one
// scale-up, gives stages in seconds that add up; a hop the run does not tell about counts into the next one.

import type { Decision } from '../../model/record.ts';
import type { PodLife } from './pods.ts';
import type { Asked } from './sightings.ts';

export const STAGE_NAMES = [
  'load',
  'scrape',
  'hpa-wait',
  'adapter',
  'window-policy',
  'pod-creation',
  'scheduling',
  'node',
  'container',
  'model-load',
  'probe',
  'endpoints',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** What each stage waits for. */
export const STAGE_MEANING: Readonly<Record<StageName, string>> = {
  load: 'the load not yet above the HPA target and tolerance',
  scrape: 'waiting for the scrape that shows the load',
  'hpa-wait': 'waiting for the rule and the next HPA sync',
  adapter: 'the answer of the metrics adapter',
  'window-policy': 'syncs that ask for more, held back by window or policy',
  'pod-creation': 'creating the pod object',
  scheduling: 'placing the pod on a node',
  node: 'waiting for a GPU node',
  container: 'pulling the image and starting the container',
  'model-load': 'loading the model',
  probe: 'waiting for the readiness probe',
  endpoints: 'telling the load balancer',
};

export interface Stage {
  readonly name: StageName;
  readonly seconds: number;
}

export interface ScaleUp {
  readonly step: number;
  readonly asked: Asked | null;
  readonly decision: Decision;
  readonly decided: number;
  /** The first of the added pods that became Ready. */
  readonly pod: PodLife;
}

/**
 * Stages in order of time, each from where the last one ended; of length 0 if the run does not tell the instant. What a faster
 * scrape can shorten is `scrape` alone: a sync that read samples from before the load was high enough was not held back.
 */
export const stagesOf = ({ step, asked, decision, decided, pod }: ScaleUp): readonly Stage[] => {
  const { first } = pod;
  const waitedForNode = first.unschedulable !== undefined;
  const marks: readonly (readonly [StageName, number | null | undefined])[] = [
    ['load', asked?.risen],
    // The sample may land between the start of the sync and its query: then nothing was waited for but the scrape.
    ['scrape', asked === null || asked.scraped === null ? null : Math.min(asked.scraped, asked.sync.t)],
    // A scale-up decided by a sync that saw the step only later had its own reasons: then all is waiting for that sync.
    ['hpa-wait', asked?.sync.t ?? decision.t],
    ['adapter', asked === null || asked.sync === decision ? decided : asked.answered],
    ['window-policy', decided],
    ['pod-creation', first.created],
    ['scheduling', waitedForNode ? first.unschedulable : first.scheduled],
    ['node', first.scheduled],
    ['container', first['container-started']],
    ['model-load', first['model-ready']],
    ['probe', first.ready],
    ['endpoints', first['endpoint-ready']],
  ];
  let from = step;
  return marks.map(([name, mark]) => {
    const to = Math.max(from, mark ?? from);
    const seconds = (to - from) / 1000;
    from = to;
    return { name, seconds };
  });
};

export interface StageShare {
  readonly name: StageName;
  readonly meanSeconds: number;
  /** Of the sum of all stages. */
  readonly share: number;
}

/** Mean of each stage over several scale-ups, and its share of the whole; empty without scale-ups. */
export const stageShares = (chains: readonly (readonly Stage[])[]): readonly StageShare[] => {
  const told = chains.filter((chain) => chain.length > 0);
  if (told.length === 0) return [];
  const means = STAGE_NAMES.map((name) => ({
    name,
    meanSeconds: told.reduce((sum, chain) => sum + (chain.find((s) => s.name === name)?.seconds ?? 0), 0) / told.length,
  }));
  const total = means.reduce((sum, s) => sum + s.meanSeconds, 0);
  return means.map((s) => ({ ...s, share: total === 0 ? 0 : s.meanSeconds / total }));
};
