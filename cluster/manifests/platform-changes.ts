// What differs between two platforms, as paths with both values, in the words of the YAML. For the sentence of a gate.

import type { Platform } from '../../model/platform.ts';

type Leaf = readonly [path: string, value: string];

/** Of JSON-like data. */
const leaves = (value: unknown, path: string): readonly Leaf[] => {
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => leaves(item, path === '' ? key : `${path}.${key}`));
  return value === undefined ? [] : [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
};

/** Named by the object they belong to, so that the order of files does not count as a change. */
const parts = (platform: Platform): readonly Leaf[] => {
  const { deployment, hpa, monitors, ruleGroups, prometheus, adapter, controller } = platform;
  return [
    ...leaves(deployment, `Deployment ${deployment.name}`),
    ...(hpa === null ? [] : leaves(hpa.spec, `HPA ${hpa.name}`)),
    ...monitors.flatMap((monitor) => leaves([...monitor.endpoints], `${monitor.kind} ${monitor.name} endpoints`)),
    ...ruleGroups.flatMap(({ group }) => leaves(group, `rule group ${group.name}`)),
    ...leaves(prometheus, 'Prometheus'),
    ...leaves(adapter, 'adapter'),
    ...leaves(controller, 'controller'),
  ];
};

/** `ServiceMonitor lightning-asr endpoints[0].interval 30s → 15s`, in the order of the platform; empty if nothing differs. */
export const platformChanges = (before: Platform, after: Platform): readonly string[] => {
  const [old, now] = [new Map(parts(before)), new Map(parts(after))];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths.flatMap((path) => {
    const [from, to] = [old.get(path) ?? 'absent', now.get(path) ?? 'absent'];
    return from === to ? [] : [`${path} ${from} → ${to}`];
  });
};
