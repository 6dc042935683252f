// Rung 4: does a Service lead to the port that answers, under the port name that the monitor wants?

import { goodPorts, labelsText, meantMonitors, numberBehind, servicesOfPods, workloadOf } from '../chain.ts';
import { kubectlHere } from '../commands.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, withFact } from '../finding.ts';
import { fault, trap } from '../traps.ts';

const portText = ({ name, port, targetPort }: { name: string; port: number; targetPort: string | number }): string =>
  `${name === '' ? '(no name)' : name} ${port}→${targetPort}`;

export const service: Rung = {
  id: 'service',
  title: 'Service exists and its port name is the monitor’s',
  needs: ['endpoint'],
  commands: (facts) => [kubectlHere(facts, 'get services -o wide'), kubectlHere(facts, 'get endpointslices')],
  judge: (facts) => {
    const monitors = meantMonitors(facts);
    const wanted = monitors.filter(({ kind }) => kind === 'ServiceMonitor').flatMap(({ endpoints }) => endpoints);
    const names = [...new Set(wanted.flatMap(({ port }) => (port === undefined || port === '' ? [] : [port])))];
    const ports = goodPorts(facts);
    const expected = `a Service of the pods with a port ${names.length === 0 ? '' : `named ${names.join(' or ')} `}that leads to ${ports.join(' or ')}`;
    return withFact(facts.services, expected, (all) => {
      if (monitors.length > 0 && wanted.length === 0)
        return ok('a PodMonitor reads the pods without a Service', expected);
      const workload = workloadOf(facts);
      const selecting = servicesOfPods(facts);
      if (selecting.length === 0)
        return broken(
          `none of ${all.length} Services selects the pods (${labelsText(workload?.podLabels ?? {})}): ${few(all.map(({ name, selector }) => `${name} wants ${labelsText(selector)}`))}`,
          expected,
          trap('T13'),
        );
      const every = selecting.flatMap((one) => one.ports.map((port) => ({ service: one.name, port })));
      const fitting = every.filter(({ port }) => ports.includes(numberBehind(port, workload) ?? -1));
      const shown = few(every.map((one) => `${one.service} ${portText(one.port)}`));
      if (fitting.length === 0) return broken(`no port leads there: ${shown}`, expected, trap('T8'));
      const byNumber = wanted.some(({ port, targetPort }) => port === undefined && targetPort !== undefined);
      const named = fitting.find(({ port }) => names.includes(port.name));
      if (named === undefined && names.length > 0 && !byNumber)
        return broken(
          shown,
          expected,
          fault(
            `the monitor goes by the name of the Service’s port, not by its number: no target is made (T2, T13)`,
            `name the port ${names[0]!} in the Service, or write ${fitting[0]!.port.name || 'its name'} into the monitor`,
          ),
        );
      const { service: name, port } = named ?? fitting[0]!;
      return ok(`${name}: ${portText(port)}`, expected);
    });
  },
};
