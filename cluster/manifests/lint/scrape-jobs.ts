// T2, T3, T8, T13: scrape jobs and ports that reach nobody, or the same pods twice.

import { selectorMatches } from '../selection.ts';
import type { LabelMap, LabelSelector } from '../../../model/kubernetes-hpa.ts';
import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import type { LintInput } from './input.ts';
import { at, elements, nameOf, namespaceOf, ofKind, textOf } from './input.ts';

const labelsOf = (located: Located): LabelMap => (located.value ?? {}) as LabelMap;

/** `host:port` of a static target; the host without namespace and domain. */
const split = (target: string): { readonly host: string; readonly port: string } => {
  const [host, port] = target.replace(/^\w+:\/\//, '').split(':');
  return { host: host!.split('.')[0]!, port: port ?? '' };
};

const staticTargets = (input: LintInput): readonly Located[] =>
  input.prometheus
    .flatMap((spec) => elements(at(spec, 'additionalScrapeConfigs')))
    .flatMap((job) => elements(at(job, 'static_configs')))
    .flatMap((config) => elements(at(config, 'targets')));

const monitored = (input: LintInput, service: Located): boolean =>
  ofKind(input, 'ServiceMonitor').some((monitor) =>
    selectorMatches(at(monitor, 'spec', 'selector').value ?? {}, labelsOf(at(service, 'metadata', 'labels'))),
  );

const checkTarget = (input: LintInput, target: Located): readonly Finding[] => {
  const { host, port } = split(textOf(target));
  const services = ofKind(input, 'Service');
  const service = services.find((one) => nameOf(one) === host);
  if (services.length === 0) return [];
  const known = services
    .map((one) => elements(at(one, 'spec', 'ports')).map((p) => `${nameOf(one)}:${textOf(at(p, 'port'))}`))
    .flat();
  if (service === undefined || !known.includes(`${host}:${port}`)) {
    return [
      finding('T2', 'error', target, {
        found: `static target ${textOf(target)}, but the Services are ${known.join(', ')}`,
        why: 'the name or port does not exist: the scrape fails, up is 0 and TargetDown fires after 10 minutes',
        fix: 'delete the job and rely on the ServiceMonitor',
      }),
    ];
  }
  const pods = labelsOf(at(service, 'spec', 'selector'));
  const twin = services.some(
    (one) => monitored(input, one) && JSON.stringify(labelsOf(at(one, 'spec', 'selector'))) === JSON.stringify(pods),
  );
  return twin
    ? [
        finding('T3', 'error', target, {
          found: `static target ${textOf(target)} beside a ServiceMonitor of the same pods`,
          why: 'a Service address reaches one pod per connection, without its namespace label: that pod counts twice in sum and avg, and counters jump between pods',
          fix: 'remove the job, or use kubernetes_sd with relabelling and drop the ServiceMonitor',
        }),
      ]
    : [];
};

/** Ports of the pods behind a Service, by name and number. */
const containerPorts = (input: LintInput, service: Located): readonly string[] | null => {
  const behind = ofKind(input, 'Deployment').filter(
    (deployment) =>
      namespaceOf(deployment) === namespaceOf(service) &&
      selectorMatches(
        { matchLabels: labelsOf(at(service, 'spec', 'selector')) },
        labelsOf(at(deployment, 'spec', 'template', 'metadata', 'labels')),
      ),
  );
  const ports = behind
    .flatMap((deployment) => elements(at(deployment, 'spec', 'template', 'spec', 'containers')))
    .flatMap((container) => elements(at(container, 'ports')))
    .flatMap((port) => [textOf(at(port, 'name')), textOf(at(port, 'containerPort'))]);
  return behind.length === 0 || ports.length === 0 ? null : ports;
};

const checkMonitor = (input: LintInput, monitor: Located): readonly Finding[] => {
  const selector = (at(monitor, 'spec', 'selector').value ?? {}) as LabelSelector;
  const services = ofKind(input, 'Service');
  const selected = services.filter((service) => selectorMatches(selector, labelsOf(at(service, 'metadata', 'labels'))));
  if (services.length === 0) return [];
  if (selected.length === 0) {
    return [
      finding('T13', 'error', at(monitor, 'spec', 'selector'), {
        found: `ServiceMonitor ${nameOf(monitor)} selects none of ${services.map(nameOf).join(', ')}`,
        why: 'no Service has these labels, so there are no targets and every metric is missing',
        fix: 'select the labels of the Service that exposes the metrics port',
      }),
    ];
  }
  return elements(at(monitor, 'spec', 'endpoints')).flatMap((endpoint) => {
    const port = at(endpoint, 'port');
    const named = selected
      .flatMap((service) => elements(at(service, 'spec', 'ports')))
      .filter((one) => textOf(at(one, 'name')) === textOf(port));
    if (textOf(port) !== '' && named.length === 0) {
      return [
        finding('T13', 'error', port, {
          found: `endpoint port ${textOf(port)}, which no selected Service has`,
          why: 'the endpoint has no targets: nothing is scraped and nothing says so',
          fix: 'use the name of a port of the Service',
        }),
      ];
    }
    return selected.flatMap((service) => {
      const open = containerPorts(input, service);
      return elements(at(service, 'spec', 'ports'))
        .filter((one) => textOf(at(one, 'name')) === textOf(port))
        .filter((one) => open !== null && !open.includes(textOf(at(one, 'targetPort')) || textOf(at(one, 'port'))))
        .map((one) =>
          finding('T8', 'warning', at(one, 'targetPort'), {
            found: `Service ${nameOf(service)} sends ${textOf(port)} to ${textOf(at(one, 'targetPort')) || textOf(at(one, 'port'))}; the container names ${open!.join(', ')}`,
            why: 'documents and charts disagree about the metrics port; a port nobody listens on makes every scrape fail',
            fix: 'one value for the port, and check `up` before relying on the metric',
          }),
        );
    });
  });
};

export const scrapeJobs = (input: LintInput): readonly Finding[] => [
  ...staticTargets(input).flatMap((target) => checkTarget(input, target)),
  ...ofKind(input, 'ServiceMonitor').flatMap((monitor) => checkMonitor(input, monitor)),
];
