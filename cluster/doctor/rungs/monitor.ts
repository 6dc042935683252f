// Rung 5: does a monitor select the Service, does Prometheus take the monitor, and is there a target of the pods? Where no
// operator runs, the scrape configuration that Prometheus has is held against the manifests.

import type { Monitor } from '../../../model/kubernetes-monitoring.ts';
import {
  jobsOf,
  labelsText,
  looksInto,
  meantMonitors,
  selectorText,
  selectsPods,
  servicesOfPods,
  takes,
} from '../chain.ts';
import { askPrometheus, kubectlHere } from '../commands.ts';
import type { Facts, MonitoringFacts, PrometheusFacts } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided } from '../finding.ts';
import { fault, trap } from '../traps.ts';

const EXPECTED = 'a monitor that selects them, taken by Prometheus, and a target for each ready pod';

const nobodySelects = (monitors: readonly Monitor[], facts: Facts): Finding => {
  const labels = servicesOfPods(facts).map((service) => `${service.name} has ${labelsText(service.labels)}`);
  const { namespace } = facts.subject;
  const elsewhere = monitors.filter((each) => !looksInto(each, namespace));
  const wants = ({ kind, name, spec }: Monitor): string => `${kind} ${name} wants ${selectorText(spec.selector)}`;
  const found = `${few(monitors.map(wants))}; ${few(labels)}`;
  if (elsewhere.length === monitors.length)
    return broken(
      `${found}; none looks into ${namespace}`,
      EXPECTED,
      fault(
        'without a namespaceSelector a monitor looks into its own namespace only',
        `namespaceSelector: { matchNames: [${namespace}] }, or the monitor in that namespace`,
      ),
    );
  return broken(
    found,
    EXPECTED,
    monitors.some(({ spec }) => spec.selector.matchLabels?.['metrics'] !== undefined)
      ? trap('T38')
      : fault('selector and labels do not meet', 'make the labels of the Service those of the selector'),
  );
};

const notTaken = (monitors: readonly Monitor[], { prometheuses }: MonitoringFacts): Finding =>
  broken(
    `${few(monitors.map(({ name, labels }) => `${name} has ${labelsText(labels)}`))}; ${few(
      prometheuses.map(
        ({ name, monitors: { selector } }) =>
          `Prometheus ${name} takes ${selector === null ? 'none' : selectorText(selector)}`,
      ),
    )}`,
    EXPECTED,
    trap('T32'),
  );

const throughPrometheus = (monitors: readonly Monitor[], prometheus: PrometheusFacts, facts: Facts): Finding => {
  const jobs = prometheus.jobs.map(({ name }) => name);
  const wanted = monitors.flatMap(jobsOf);
  const present = wanted.filter((job) => jobs.includes(job));
  const { targets } = prometheus;
  if (wanted.length > 0 && present.length === 0 && targets.length === 0)
    return broken(
      `Prometheus has no job ${few(wanted)}; its jobs: ${few(jobs)}`,
      EXPECTED,
      fault(
        'a new monitor takes one to two minutes through operator and reloader; longer means that it is not taken (T32), or that the operator refused it',
        'wait two minutes; logs of the operator; selectors of the Prometheus resource',
      ),
    );
  if (targets.length === 0)
    return broken(
      `none of ${prometheus.targetCount} targets is one of these pods; jobs: ${few(present.length === 0 ? jobs : present)}`,
      EXPECTED,
      fault(
        'relabelling drops them: port name, labels or namespace of the job do not meet those of the Service; a new pod is found within 5 s',
        'compare relabel_configs of the job with the discovered labels (page Service Discovery of Prometheus)',
      ),
    );
  const ready = facts.pods.kind === 'known' ? facts.pods.value.filter((pod) => pod.ready) : [];
  const without = ready.filter(({ name }) => !targets.some(({ pod }) => pod === name)).map(({ name }) => name);
  return ok(
    `${few([...new Set(targets.map(({ job }) => job))])}: ${targets.length} targets of ${ready.length} ready pods`,
    EXPECTED,
    without.length === 0 ? [] : [`no target yet for ${few(without)}: discovery takes up to 5 s`],
  );
};

export const monitor: Rung = {
  id: 'monitor',
  title: 'a monitor selects the Service, Prometheus takes it',
  needs: ['service'],
  commands: (facts) => [
    ...(facts.monitoring.kind === 'known' && facts.monitoring.value.from === 'cluster'
      ? [kubectlHere(facts, 'get servicemonitors,podmonitors -o yaml')]
      : []),
    askPrometheus(facts, '/api/v1/status/config'),
    askPrometheus(facts, '/api/v1/targets?state=active'),
  ],
  judge: (facts) => {
    const { monitoring, prometheus } = facts;
    const meant = meantMonitors(facts);
    const selecting = meant.filter((one) => selectsPods(one, facts));
    if (meant.length > 0 && selecting.length === 0) return nobodySelects(meant, facts);
    let taken = selecting;
    if (monitoring.kind === 'known' && monitoring.value.prometheuses.length > 0 && selecting.length > 0) {
      const { prometheuses } = monitoring.value;
      taken = selecting.filter((one) => prometheuses.some((each) => takes(each, one, monitoring.value)));
      if (taken.length === 0) return notTaken(selecting, monitoring.value);
    }
    if (prometheus.kind === 'unknown') return undecided(prometheus.why, EXPECTED);
    if (prometheus.value === null)
      return broken(
        `no answer from Prometheus at ${facts.doors.prometheus?.at ?? '(nowhere)'}`,
        EXPECTED,
        fault(
          'Prometheus is down (often: its volume is pending, T29), or this is not its address',
          'pods and volume claims of Prometheus; give --prometheus URL',
        ),
      );
    return throughPrometheus(taken, prometheus.value, facts);
  },
};
