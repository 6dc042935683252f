// All syncs of a real run made again: what the adapter answered on the stored samples, what the HPA decided on the answers.
// Takes calls, samples and the platform; gives one entry per sync. Pure.

import type { Platform } from '../../model/platform.ts';
import type { Decision } from '../../model/record.ts';
import { parseSelector, selects } from '../../sim/autoscaler/label-selector.ts';
import { hpaSettings } from '../../sim/autoscaler/settings.ts';
import type { ReplayedAnswer, VisibleSample } from './adapter-replay.ts';
import { AdapterReplay } from './adapter-replay.ts';
import type { AuditedPod, HpaEdit, PodState } from './audited-objects.ts';
import { podsAt } from './audited-objects.ts';
import type { ReplayedSync } from './hpa-replay.ts';
import { HpaReplay } from './hpa-replay.ts';
import type { HpaSync } from './hpa-syncs.ts';

export interface RunReplay {
  readonly platform: Platform;
  readonly syncs: readonly HpaSync[];
  /** Of the HPA, its creation first; empty = the platform's spec all along. */
  readonly edits: readonly HpaEdit[];
  readonly pods: ReadonlyMap<string, readonly PodState[]>;
  readonly samples: readonly VisibleSample[];
  readonly epochMillis: number;
}

export interface ReplayedRunSync extends ReplayedSync {
  readonly sync: HpaSync;
  readonly decision: Decision;
  /** One per metric that was asked for. */
  readonly answers: readonly ReplayedAnswer[];
}

type Labels = NonNullable<AuditedPod['metadata']['labels']>;

/** Syncs before the origin are replayed too: they are part of what the controller remembers. */
export const replayRun = ({ platform, syncs, edits, pods, samples, epochMillis }: RunReplay): ReplayedRunSync[] => {
  const { hpa, controller, deployment } = platform;
  if (hpa === null) return [];
  const { version, tolerance, downscaleStabilization } = controller;
  const settings = hpaSettings(version, { tolerance, downscaleStabilizationSeconds: downscaleStabilization });
  const deciding = new HpaReplay({ name: hpa.name, spec: edits[0]?.spec ?? hpa.spec, settings, epochMillis });
  const answering = new AdapterReplay({ platform, samples, epochMillis });
  let edited = 1;
  return syncs.map((sync) => {
    while (edited < edits.length && edits[edited]!.atMillis <= sync.startMillis) {
      deciding.edit(edits[edited]!.spec, edits[edited]!.generation);
      edited += 1;
    }
    const selector = sync.scale.selector === '' ? null : parseSelector(sync.scale.selector);
    const wanted = (labels: Labels): boolean =>
      selector === null
        ? Object.entries(deployment.selector).every(([name, value]) => labels[name] === value)
        : selects(selector, labels);
    const listed = podsAt(pods, sync.metrics.at(-1)?.sentMillis ?? sync.scale.answeredMillis, wanted);
    const answers = answering.sync(
      sync,
      listed.map(({ name }) => name),
    );
    const ages = answers.map(({ oldestAgeMillis }) => oldestAgeMillis);
    return { sync, answers, ...deciding.sync(sync, listed, ages) };
  });
};
