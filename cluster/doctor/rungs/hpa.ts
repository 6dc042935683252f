// Rung 12: does the HPA read its metrics, as its conditions and its status say?

import { nearest } from '../../../model/nearest.ts';
import type { MetricSpec } from '../../../model/kubernetes-hpa.ts';
import { kubectlHere } from '../commands.ts';
import type { Facts, HpaFacts } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import type { Cause } from '../traps.ts';
import { fault, trap } from '../traps.ts';
import { hpaOf } from './scale.ts';

export const metricNameOf = ({ pods, object, external, resource, containerResource }: MetricSpec): string =>
  pods?.metric.name ?? object?.metric.name ?? external?.metric.name ?? resource?.name ?? containerResource?.name ?? '?';

const expectedOf = ({ subject }: Facts): string =>
  `ScalingActive, with a value of ${subject.wanted.map(({ name }) => name).join(', ') || 'its metrics'}`;

const causeOf = (names: readonly string[], reason: string, message: string, facts: Facts): Cause => {
  const meant = facts.subject.wanted.map(({ name }) => name);
  const stranger = names.find((name) => !meant.includes(name));
  if (stranger !== undefined) {
    const near = nearest(stranger, meant);
    return fault(
      `the HPA asks for ${stranger}, which is not what the metric path delivers`,
      near === null ? 'correct the name of the metric in the HPA' : `metric.name: ${near}`,
    );
  }
  if (/Resource/.test(reason)) return trap('A7');
  if (/no known available metric versions/.test(message))
    return fault(
      'after an outage of the adapter the HPA’s cache of API versions is empty: it asks nothing',
      'wait: it reads again 21 to 32 s after the adapter answers',
    );
  return fault(
    'the HPA could not read the metric at its last sync; it holds the replicas (with several metrics: no scale-down)',
    'describe hpa shows the answer; ask again after one sync (15 s)',
  );
};

const judge = (hpa: HpaFacts, facts: Facts): Finding => {
  const expected = expectedOf(facts);
  const names = hpa.metrics.map(metricNameOf);
  const active = hpa.conditions.find(({ type }) => type === 'ScalingActive');
  if (active === undefined)
    return undecided(`${hpa.name} has no condition yet: its first sync is still to come (up to 15 s)`, expected);
  const values = hpa.read.map(({ name, value }) => `${name} ${value}`);
  if (active.status !== 'True')
    return broken(
      `${active.reason}: ${active.message}`,
      expected,
      causeOf(names, active.reason, active.message, facts),
    );
  const meant = facts.subject.wanted.map(({ name }) => name);
  const unread = names.filter((name) => !hpa.read.some((each) => each.name === name));
  const missing = meant.filter((name) => !names.includes(name));
  if (unread.length > 0 || missing.length > 0)
    return broken(
      `reads ${few(values)}; ${unread.length > 0 ? `no value of ${few(unread)}` : `does not ask for ${few(missing)}`}`,
      expected,
      causeOf(names, active.reason, active.message, facts),
    );
  const limited = hpa.conditions.find(({ type, status }) => type === 'ScalingLimited' && status === 'True');
  return ok(few(values), expected, limited === undefined ? [] : [`${limited.reason}: ${limited.message}`]);
};

export const hpa: Rung = {
  id: 'hpa',
  title: 'HPA reads the metric',
  needs: ['value', 'scale'],
  commands: (facts) => [kubectlHere(facts, `describe hpa ${hpaOf(facts)?.name ?? facts.subject.hpa ?? ''}`.trimEnd())],
  judge: (facts) =>
    withFact(facts.hpas, expectedOf(facts), () => {
      const found = hpaOf(facts);
      return found === undefined ? ok('no HPA: nothing reads it', expectedOf(facts)) : judge(found, facts);
    }),
};
