// Rung 2: are there pods of the workload, and is at least one ready? Pods that wait for a node are rung 13's.

import { nearest } from '../../../model/nearest.ts';
import { labelsText, workloadOf } from '../chain.ts';
import { kubectlHere } from '../commands.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import { fault, trap } from '../traps.ts';

export const pods: Rung = {
  id: 'pods',
  title: 'pods of the scale target exist and are ready',
  needs: ['api'],
  commands: (facts) => [
    kubectlHere(
      facts,
      `get pods -l ${labelsText(workloadOf(facts)?.selector ?? { app: facts.subject.workload })} -o wide`,
    ),
    kubectlHere(facts, `describe deployment ${facts.subject.workload}`),
  ],
  judge: (facts) => {
    const { subject, deployments } = facts;
    const expected = `Deployment ${subject.workload} with at least one ready pod`;
    if (deployments.kind === 'unknown') return undecided(deployments.why, expected);
    const workload = workloadOf(facts);
    if (workload === undefined) {
      const names = deployments.value.map(({ name }) => name);
      const near = nearest(subject.workload, names);
      const found = `no Deployment ${subject.workload} in ${subject.namespace}; there: ${few(names)}`;
      if (facts.elsewhere.length > 0)
        return broken(`${found}; one is in ${few(facts.elsewhere)}`, expected, trap('T12'));
      return broken(
        found,
        expected,
        fault(
          'nothing is installed here, or under another name',
          near === null ? 'install it, or give --namespace' : `is it ${near}?`,
        ),
      );
    }
    return withFact(facts.pods, expected, (all) => {
      const ready = all.filter((pod) => pod.ready);
      const waiting = all.filter((pod) => !pod.ready).map(({ name, phase, reason }) => `${name} ${phase}: ${reason}`);
      const found = `${ready.length} of ${all.length} pods ready, ${workload.replicas} wanted`;
      if (ready.length > 0) {
        const restarted = all
          .filter(({ restarts }) => restarts > 0)
          .map(({ name, restarts }) => `${name} ${restarts}×`);
        return ok(found, expected, [
          ...(waiting.length === 0 ? [] : [`not ready: ${few(waiting)}`]),
          ...(restarted.length === 0 ? [] : [`restarted: ${few(restarted)}`]),
        ]);
      }
      if (workload.replicas === 0)
        return broken(
          `${found}: scaled to 0`,
          expected,
          fault(
            'somebody scaled it to 0; an HPA does nothing then',
            `kubectl scale deployment ${workload.name} --replicas=1`,
          ),
        );
      return broken(
        `${found}${waiting.length === 0 ? '' : `; ${few(waiting)}`}${workload.trouble === null ? '' : `; ${workload.trouble}`}`,
        expected,
        all.length === 0
          ? fault(
              'the ReplicaSet cannot make pods: quota, admission or a missing service account',
              'kubectl get events',
            )
          : fault(
              'pods wait for a node, for their image, for the model, or fail their probes',
              'read the reason above; kubectl logs and describe of the pod',
            ),
      );
    });
  },
};
