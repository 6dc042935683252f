// Rung 13: does every pod that the HPA wants find a node with a card?

import { workloadOf } from '../chain.ts';
import { kubectl, kubectlHere } from '../commands.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import { fault, trap } from '../traps.ts';

export const nodes: Rung = {
  id: 'nodes',
  title: 'every pod finds a node and a GPU',
  needs: ['api'],
  commands: (facts) => [
    kubectlHere(facts, 'get pods --field-selector status.phase=Pending -o wide'),
    kubectl(facts, "get nodes -o 'custom-columns=NAME:.metadata.name,GPU:.status.allocatable.nvidia\\.com/gpu'"),
  ],
  judge: (facts) => {
    const expected = 'no pod waits for a node';
    if (facts.pods.kind === 'unknown') return undecided(facts.pods.why, expected);
    const waiting = facts.pods.value.filter(
      ({ phase, reason }) => phase === 'Pending' && /^Unschedulable/.test(reason),
    );
    return withFact(facts.nodes, expected, (all) => {
      const usable = all.filter(({ ready, schedulable }) => ready && schedulable);
      const cards = usable.reduce((sum, { gpus }) => sum + gpus, 0);
      const found = `${usable.length} of ${all.length} nodes usable, ${cards} cards`;
      const asks = workloadOf(facts)?.gpusPerPod ?? 0;
      if (waiting.length > 0) {
        const shortOfCards = waiting.some(({ reason }) => reason.includes('nvidia.com/gpu'));
        return broken(
          `${waiting.length} pods pending; ${found}; ${few([...new Set(waiting.map(({ reason }) => reason))], 2)}`,
          expected,
          shortOfCards
            ? fault(
                'no node has a free card: a new one takes minutes (80 to 300 s of boot, drivers after it), or the pool is at its maximum',
                'maximum and state of the node pool; spare nodes shorten the wait (surgelab plan says how many)',
              )
            : fault(
                'taints, labels or room of the nodes do not fit the pod',
                'tolerations, nodeSelector and requests of the Deployment against the nodes',
              ),
        );
      }
      return ok(
        found,
        expected,
        asks === 0 && cards > 0 ? [`A5: the pods request no nvidia.com/gpu: ${trap('A5').happens}`] : [],
      );
    });
  },
};
