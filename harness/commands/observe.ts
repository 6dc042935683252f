// observe SCENARIO: watches the workload of a scenario on a cluster that exists, changes nothing, and writes what it saw:
// life of pods and nodes, decisions of the HPA as its status tells them, changes of the scale, events and gaps.

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import type { Observed } from '../../cluster/kube/observe.ts';
import { ClusterObserver } from '../../cluster/kube/observe.ts';
import { TestbedError } from '../../model/errors.ts';
import { parseDuration } from '../../model/duration.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { startProgress } from '../progress.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { writeObservation } from '../observation-folder.ts';

export interface ObserveOptions extends ScenarioOptions {
  readonly kubeconfig?: string;
  readonly for: string;
  readonly out?: string;
  readonly json?: boolean;
}

const LOOK_MILLIS = 250;

const durationOf = (text: string): number => {
  const parsed = parseDuration(text);
  if (parsed === null || parsed <= 0)
    throw new TestbedError('USAGE', `--for ${text}: expected a duration above 0`, { hint: '--for 10m' });
  return parsed * 1000;
};

const summary = ({ life, decisions, scaleChanges, notes }: Observed): string =>
  [
    `${new Set(life.flatMap((e) => (e.subject === 'pod' ? [e.name] : []))).size} pods, ${life.length} transitions`,
    `${decisions.length} changes of the HPA's status, ${decisions.filter(({ scaled }) => scaled).length} of them scaled`,
    `replicas wanted: ${scaleChanges.map(({ replicas }) => replicas).join(' → ')}`,
    ...notes,
  ].join('\n');

export const run = async (options: ObserveOptions, context: CommandContext): Promise<number> => {
  const lasts = durationOf(options.for);
  const { platform, scenario } = loadQuestion(options);
  const api = await connectKubernetes(options.kubeconfig ?? null);
  const from = performance.now();
  const now = (): number => performance.now() - from;
  const observer = new ClusterObserver(api, platform, now);
  const progress = startProgress(`observing ${platform.deployment.namespace}/${platform.deployment.name}`);
  try {
    while (now() < lasts && !context.signal.aborted) {
      progress.update(now() / lasts);
      await pause(LOOK_MILLIS);
    }
  } finally {
    progress.end();
  }
  const observed = await observer.stop();
  await api.close();
  const folder = await writeObservation(options.out ?? join('runs', `${scenario.name}-observed`), observed);
  context.print(options.json === true ? JSON.stringify(observed, null, 1) : summary(observed));
  context.tell(`folder: ${folder}`);
  return OUTCOME_EXIT.ok.code;
};
