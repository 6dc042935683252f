// cluster up --profile kind: a kind cluster with the platform of a scenario on it, up to the HPA's metric being served.
// Idempotent: what is there already stays, what is missing is added.

import { explained, bringUp } from '../../cluster/kind/up.ts';
import { kindPool } from '../../cluster/kind/pool.ts';
import { reached, stateFiles } from '../../cluster/kind/state.ts';
import { createHpas, workloadUp } from '../../cluster/kind/workload-up.ts';
import { TestbedError } from '../../model/errors.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { loadQuestion } from '../question.ts';
import type { ScenarioOptions } from '../question.ts';
import type { CommandContext } from '../run-command.ts';

export interface ClusterUpKindOptions extends ScenarioOptions {
  readonly json?: boolean;
}

export const run = async (options: ClusterUpKindOptions, { signal, tell, print }: CommandContext): Promise<number> => {
  const { scenario, platform } = loadQuestion(options);
  const from = performance.now();
  const environment = process.env;
  const pool = kindPool(scenario, platform);
  const cluster = await bringUp({ pool, law: serviceLaw(scenario.service), environment, signal, tell });
  let rung = 'workload and metric path';
  try {
    const { prometheusUrl, notes, broken, isServed } = await workloadUp(cluster, { signal, tell });
    const [first] = broken;
    if (first !== undefined && !isServed) {
      rung = first.rung;
      throw new TestbedError('TARGET_FAILED', first.found, { hint: first.hint });
    }
    await createHpas(cluster);
    reached(environment, 'HPA');
    const { kubeconfig, folder } = stateFiles(environment);
    const seconds = (performance.now() - from) / 1000;
    for (const note of [...cluster.notes, ...notes, ...broken.map(({ found }) => found)]) tell(`note: ${note}`);
    print(
      options.json === true
        ? JSON.stringify({
            kubeconfig,
            prometheus: prometheusUrl,
            folder,
            seconds,
            notes: [...cluster.notes, ...notes],
          })
        : [`export KUBECONFIG=${kubeconfig}`, `# Prometheus ${prometheusUrl}`].join('\n'),
    );
    tell(`up after ${seconds.toFixed(1)} s; surgelab cluster down --profile kind takes it away`);
    return OUTCOME_EXIT.ok.code;
  } catch (error) {
    throw await explained(error, rung, cluster.api, environment);
  } finally {
    await cluster.api.close();
  }
};
