// A real run as the known inputs of a simulation: scrape phases and targets, syncs of the HPA, draws of pods and nodes,
// phases of rules, and what people and faults did. Pure.

import type { Platform } from '../../model/platform.ts';
import type { LifeEvent } from '../../model/record.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Intervention, KnownInputs, KnownSync } from '../../sim/known-inputs.ts';
import { AFTER_QUERY_MILLIS } from './adapter-replay.ts';
import type { HpaEdit, PodState } from './audited-objects.ts';
import { HPA_CONTROLLER } from './hpa-syncs.ts';
import type { HpaSync } from './hpa-syncs.ts';
import type { ScaleChange } from './known-draws.ts';
import { knownDraws } from './known-draws.ts';
import { knownScrapes } from './known-scrapes.ts';
import type { StoredJob } from './prometheus-cost.ts';

/** What was done to the real components. Milliseconds since the origin. */
export type FaultRecord =
  | { readonly kind: 'adapter-down'; readonly fromMillis: number; readonly untilMillis: number }
  | { readonly kind: 'prometheus-down'; readonly fromMillis: number; readonly untilMillis: number }
  /** SIGSTOP to SIGCONT: calls wait, which the instants of syncs, joins and discoveries show by themselves. */
  | { readonly kind: 'api-server-frozen'; readonly fromMillis: number; readonly untilMillis: number }
  | { readonly kind: 'scrape-refused'; readonly fromMillis: number; readonly untilMillis: number; readonly pod: number }
  | { readonly kind: 'pod-kill'; readonly fromMillis: number; readonly pod: number };

export interface KnownRunInput {
  readonly platform: Platform;
  readonly scenario: Scenario;
  readonly epochMillis: number;
  readonly endMillis: number;
  readonly life: readonly LifeEvent[];
  readonly pods: ReadonlyMap<string, readonly PodState[]>;
  readonly changes: readonly ScaleChange[];
  readonly jobs: readonly StoredJob[];
  readonly syncs: readonly HpaSync[];
  readonly rulePhaseMillis: readonly (number | undefined)[];
  readonly edits: readonly HpaEdit[];
  readonly faults: readonly FaultRecord[];
}

/** Syncs from the origin on, in the simulation's time. */
export const knownSyncs = (syncs: readonly HpaSync[], epochMillis: number): readonly KnownSync[] =>
  syncs
    .filter(({ startMillis }) => startMillis >= epochMillis)
    .map(({ startMillis, scale, metrics, puts }) => {
      const put = puts.at(-1);
      return {
        startMillis: startMillis - epochMillis,
        scaleMillis: scale.answeredMillis - epochMillis,
        metrics: metrics.map(({ answeredMillis }) => ({
          queriedMillis: answeredMillis - AFTER_QUERY_MILLIS - epochMillis,
          answeredMillis: answeredMillis - epochMillis,
        })),
        ...(put === undefined ? {} : { putMillis: put.answeredMillis - epochMillis }),
      };
    });

/** The adapter's API is available some seconds after its process: just before the first sync that got an answer. */
const answeredAgain = (syncs: readonly HpaSync[], epochMillis: number, upMillis: number): number => {
  const sync = syncs.find(
    ({ startMillis, metrics }) => startMillis - epochMillis > upMillis && metrics.some(({ code }) => code === 200),
  );
  return sync === undefined ? upMillis : sync.startMillis - epochMillis;
};

const faultActs = (fault: FaultRecord, { syncs, epochMillis }: KnownRunInput): readonly Intervention[] => {
  const { kind, fromMillis: atMillis } = fault;
  switch (kind) {
    case 'adapter-down':
      return [
        { atMillis, kind: 'adapter', down: true },
        { atMillis: answeredAgain(syncs, epochMillis, fault.untilMillis), kind: 'adapter', down: false },
      ];
    case 'prometheus-down':
      return [
        { atMillis, kind: 'prometheus', down: true },
        { atMillis: fault.untilMillis, kind: 'prometheus', down: false },
      ];
    case 'api-server-frozen':
      return [];
    case 'scrape-refused':
      return [
        { atMillis, kind: 'scrapes', pod: fault.pod, meet: 'a refusal' },
        { atMillis: fault.untilMillis, kind: 'scrapes', pod: fault.pod, meet: 'an answer' },
      ];
    case 'pod-kill':
      return [
        { atMillis, kind: 'cluster', input: { kind: 'pod-kill', pod: fault.pod, cause: 'fault of the scenario' } },
      ];
  }
};

const interventionsOf = (input: KnownRunInput): readonly Intervention[] => {
  const { changes, edits, epochMillis, faults } = input;
  const acts: Intervention[] = [
    ...faults.flatMap((fault) => faultActs(fault, input)),
    ...changes
      .filter(({ atMillis, by }) => atMillis > 0 && by !== HPA_CONTROLLER)
      .map(({ atMillis, replicas, by }): Intervention => ({
        atMillis,
        kind: 'cluster',
        input: { kind: 'scale', replicas, by },
      })),
    ...edits.slice(1).map(({ atMillis, spec }): Intervention => ({
      atMillis: atMillis - epochMillis,
      kind: 'hpa-edited',
      spec,
    })),
  ];
  return acts.filter(({ atMillis }) => atMillis >= 0).sort((a, b) => a.atMillis - b.atMillis);
};

export const knownRun = (input: KnownRunInput): KnownInputs => {
  const { platform, scenario, epochMillis, life, pods, changes, jobs, syncs, rulePhaseMillis, faults } = input;
  const ordinals = new Map<string, number>();
  const running: (number | undefined)[] = [];
  for (const event of life) {
    if (event.subject !== 'pod') continue;
    if (event.event === 'created') ordinals.set(event.name, event.ordinal);
    if (event.event === 'running') running[event.ordinal] ??= event.t;
  }
  const { readiness, startup } = platform.deployment;
  const killed = faults.flatMap((fault) => (fault.kind === 'pod-kill' ? [fault.pod] : []));
  const begun = knownSyncs(syncs, epochMillis);
  return {
    ...knownScrapes(jobs, ordinals, (ordinal) => running[ordinal], epochMillis),
    rulePhaseMillis,
    ...(begun.length === 0 ? {} : { syncs: begun }),
    cluster: {
      recorded: knownDraws({ life, pods, changes, probes: { readiness, startup }, epochMillis, killed }),
      // Known from admission to container start with the pull of the image in it, and to the end of loading with the
      // download of the model.
      startup: {
        containerStart: scenario.startup.containerStart,
        imagePull: { kind: 'fixed', value: 0 },
        modelLoad: scenario.startup.modelLoad,
      },
    },
    interventions: interventionsOf(input),
  };
};
