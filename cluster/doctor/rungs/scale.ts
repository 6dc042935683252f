// Rung 11: is there an HPA, and is what it scales there, alone its own, and within its bounds?

import { nearest } from '../../../model/nearest.ts';
import { adapterRuleFor } from '../adapter-rules.ts';
import { kubectlHere } from '../commands.ts';
import type { Facts, HpaFacts, WorkloadFacts } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import { fault, trap } from '../traps.ts';

/** The HPA of the subject: by name, else the one that points at the workload. */
export const hpaOf = ({ hpas, subject }: Facts): HpaFacts | undefined => {
  const all = hpas.kind === 'known' ? hpas.value : [];
  return (
    all.find(({ name }) => name === subject.hpa) ??
    all.find(({ target }) => target.kind === 'Deployment' && target.name === subject.workload)
  );
};

const expectedOf = ({ subject }: Facts): string =>
  subject.hpa === null
    ? 'no HPA'
    : `HPA ${subject.hpa} on Deployment ${subject.workload}, alone, replicas within its bounds`;

const adviceOn = (hpa: HpaFacts, workload: WorkloadFacts, facts: Facts): readonly string[] => {
  const { replicas } = workload;
  const loops = facts.subject.wanted.filter((metric) => {
    if (metric.kind !== 'external') return false;
    const query = adapterRuleFor(metric, facts.adapter)?.query ?? '';
    return /kube_deployment_(status|spec)_replicas/.test(metric.series + query) && query.includes(`"${workload.name}"`);
  });
  return [
    ...(workload.paused ? ['the rollout is paused: pods are made from the last template that was rolled out'] : []),
    ...(replicas < hpa.min || replicas > hpa.max
      ? [
          `A4: ${replicas} replicas are outside ${hpa.min} to ${hpa.max}: something else writes replicas; ${trap('A4').happens}`,
        ]
      : []),
    ...(replicas >= hpa.max ? [`at its maximum of ${hpa.max}: more load is not answered by more pods`] : []),
    ...loops.map(({ name }) => `T34: ${name}: ${trap('T34').happens}`),
  ];
};

const judgeTarget = (hpa: HpaFacts, deployments: readonly WorkloadFacts[], facts: Facts): Finding => {
  const expected = expectedOf(facts);
  const { kind, name } = hpa.target;
  const bounds = `${hpa.name}: ${kind}/${name}, ${hpa.min} to ${hpa.max}`;
  const workload = kind === 'Deployment' ? deployments.find((each) => each.name === name) : undefined;
  const able = hpa.conditions.find(({ type }) => type === 'AbleToScale');
  if (kind === 'Deployment' && workload === undefined) {
    const near = nearest(
      name,
      deployments.map((each) => each.name),
    );
    return broken(
      `${bounds}; there is no such Deployment in ${facts.subject.namespace}`,
      expected,
      fault(
        'scaleTargetRef names nothing: the HPA decides nothing',
        near === null ? 'correct scaleTargetRef' : `scaleTargetRef.name: ${near}`,
      ),
    );
  }
  if (kind !== 'Deployment' || name !== facts.subject.workload)
    return broken(
      bounds,
      expected,
      fault(
        'the HPA scales another workload than the one that it is meant for',
        `scaleTargetRef: { kind: Deployment, name: ${facts.subject.workload} }`,
      ),
    );
  if (able?.status === 'False' && able.reason === 'FailedGetScale')
    return broken(
      `${bounds}; ${able.reason}: ${able.message}`,
      expected,
      fault(
        'the scale of the target cannot be read',
        'apiVersion and kind of scaleTargetRef; rights of the controller manager',
      ),
    );
  const rivals =
    facts.hpas.kind === 'known'
      ? facts.hpas.value.filter((each) => each.target.kind === kind && each.target.name === name)
      : [];
  const ambiguous = hpa.conditions.find(({ reason }) => reason === 'AmbiguousSelector');
  if (rivals.length > 1 || ambiguous !== undefined)
    return broken(
      `${rivals.length} HPAs: ${few(rivals.map((each) => each.name))}${ambiguous === undefined ? '' : `; ${ambiguous.message}`}`,
      expected,
      fault(
        'several HPAs on the same pods block each other (AmbiguousSelector): none decides',
        `keep one: kubectl delete hpa …; several metrics fit into one HPA`,
      ),
    );
  if (workload!.replicas === 0)
    return broken(
      `${bounds}; scaled to 0`,
      expected,
      fault(
        'an HPA does nothing for a target of 0 replicas (ScalingDisabled)',
        `kubectl scale deployment ${name} --replicas=${hpa.min}`,
      ),
    );
  return ok(`${bounds}, now ${workload!.replicas}`, expected, adviceOn(hpa, workload!, facts));
};

export const scale: Rung = {
  id: 'scale',
  title: 'HPA exists and its scale target is sane',
  needs: ['api'],
  commands: (facts) => [
    kubectlHere(facts, 'get hpa'),
    kubectlHere(facts, `get deployment ${facts.subject.workload} -o wide`),
  ],
  judge: (facts) => {
    const expected = expectedOf(facts);
    if (facts.deployments.kind === 'unknown') return undecided(facts.deployments.why, expected);
    const { value: deployments } = facts.deployments;
    return withFact(facts.hpas, expected, (all) => {
      const hpa = hpaOf(facts);
      if (hpa !== undefined) return judgeTarget(hpa, deployments, facts);
      if (facts.subject.hpa === null && facts.subject.origin === 'manifests')
        return ok('no HPA: a fixed number of replicas', expected);
      return broken(
        `no HPA ${facts.subject.hpa ?? `on ${facts.subject.workload}`} in ${facts.subject.namespace}; there: ${few(all.map(({ name }) => name))}`,
        expected,
        fault(
          'it was never made (scaling.auto.enabled is false, T9), or deleted',
          'scaling.auto.enabled: true, or kubectl apply the HPA',
        ),
      );
    });
  },
};
