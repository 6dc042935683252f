// cluster up: the real control plane as processes on loopback, for the platform of a scenario. In the foreground until
// Ctrl-C, or detached. With --profile kind, a kind cluster (cluster-up-kind.ts).

import { resolve } from 'node:path';
import { startControlPlane } from '../../cluster/bare/control-plane.ts';
import { removeAbandoned } from '../../cluster/bare/instance.ts';
import type { ControlPlane } from '../../cluster/bare/plane.ts';
import { componentsFor, programsFor } from '../../cluster/bare/programs.ts';
import { controlPlaneSettings } from '../../cluster/bare/settings.ts';
import { needsKubeStateMetrics } from '../../sim/hops/kube-state-metrics.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { CommandContext } from '../run-command.ts';
import { kubernetesOption } from './cluster-binaries.ts';

export interface ClusterUpOptions extends ScenarioOptions {
  readonly profile: 'bare' | 'kind';
  readonly kubernetes?: string;
  readonly logs?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

const facts = (plane: ControlPlane): Readonly<Record<string, unknown>> => ({
  kubeconfig: plane.kubeconfig,
  apiServer: plane.apiServerUrl,
  prometheus: plane.prometheusUrl,
  adapter: plane.adapterUrl,
  kubeStateMetrics: plane.kubeStateMetricsUrl,
  logs: plane.logs,
  startMillis: plane.startMillis,
  notes: plane.notes,
});

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });

export const run = async (options: ClusterUpOptions, context: CommandContext): Promise<number> => {
  if (options.profile === 'kind') return (await import('./cluster-up-kind.ts')).run(options, context);
  const { platform: asked } = loadQuestion(options);
  const version = options.kubernetes === undefined ? asked.controller.version : kubernetesOption(options.kubernetes);
  const platform = { ...asked, controller: { ...asked.controller, version } };
  for (const folder of removeAbandoned()) context.tell(`removed ${folder}, which a killed control plane had left`);
  const { paths, notes } = await programsFor(version, process.env, componentsFor(needsKubeStateMetrics(platform)));
  for (const note of notes) context.tell(note);
  const logFolder = options.logs === undefined ? null : resolve(options.logs);
  const plane = await startControlPlane(controlPlaneSettings(platform, { programs: paths, logFolder }), context.signal);
  if (options.json === true) context.print(JSON.stringify(facts(plane), null, 2));
  else
    context.print(
      [
        `export KUBECONFIG=${plane.kubeconfig}`,
        `# API server ${plane.apiServerUrl}`,
        `# Prometheus ${plane.prometheusUrl}`,
        `# adapter    ${plane.adapterUrl}`,
        `# logs       ${plane.logs}`,
      ].join('\n'),
    );
  for (const note of plane.notes) context.tell(note);
  context.tell(`Kubernetes ${version} is up after ${(plane.startMillis['total']! / 1000).toFixed(1)} s`);
  if (options.detach === true) {
    await plane.detach();
    context.tell('it lives on; surgelab cluster down ends it');
    return OUTCOME_EXIT.ok.code;
  }
  context.tell('Ctrl-C ends it');
  try {
    await Promise.race([untilAborted(context.signal), plane.broken]);
  } finally {
    await plane.stop();
  }
  return OUTCOME_EXIT.ok.code;
};
