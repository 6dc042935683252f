// Rung 1: is there an API server, and may we read it? Nothing else can be known before.

import { kubectl } from '../commands.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok } from '../finding.ts';
import { fault } from '../traps.ts';

export const api: Rung = {
  id: 'api',
  title: 'API server reachable and readable',
  needs: [],
  commands: (facts) => [
    kubectl(facts, 'get --raw /version'),
    kubectl(facts, `auth can-i list pods -n ${facts.subject.namespace}`),
  ],
  judge: ({ api: fact, subject }) => {
    const expected = `an answer, and the right to read pods, HPAs and metrics in ${subject.namespace}`;
    if (fact.kind === 'unknown')
      return broken(
        fact.why,
        expected,
        fault(
          'wrong kubeconfig or context, expired credentials, or an API server that is down or frozen',
          'kubectl config get-contexts; give --kubeconfig and --context',
        ),
      );
    const { server, version, namespaceExists, forbidden } = fact.value;
    if (!namespaceExists)
      return broken(
        `${server} answers (${version}); it has no namespace ${subject.namespace}`,
        expected,
        fault(
          'the release lives in another namespace, or this is another cluster',
          'kubectl get deployments -A; give --namespace',
        ),
      );
    if (forbidden.includes('pods'))
      return broken(
        `${server} answers (${version}) and forbids: ${few(forbidden, 8)}`,
        expected,
        fault('the user of the kubeconfig lacks rights', 'bind the ClusterRole view, or use another context'),
      );
    return ok(
      `${server}, ${version}`,
      expected,
      forbidden.length === 0 ? [] : [`not allowed to read ${few(forbidden, 8)}: what needs them stays undecided`],
    );
  },
};
