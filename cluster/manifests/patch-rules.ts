// Changed rule groups as the objects that hold them. A platform keeps groups, not the objects around them, so the object
// is taken from the file it was read from; groups from values files have no object and are named for a change by hand.

import type { RuleGroupJson } from '../../model/kubernetes-monitoring.ts';
import type { Platform } from '../../model/platform.ts';
import type { ManifestFile } from './documents.ts';
import { isRecord, openManifests, valueAt } from './documents.ts';

export interface RulesPatch {
  readonly objects: readonly object[];
  readonly byHand: readonly string[];
}

const groupsOf = (value: unknown): readonly RuleGroupJson[] => {
  const groups = valueAt(value, ['spec', 'groups']);
  return Array.isArray(groups) ? (groups as RuleGroupJson[]) : [];
};

/** @param files the YAML that `before` was read from */
export const rulesPatch = (before: Platform, after: Platform, files: readonly ManifestFile[]): RulesPatch => {
  const intervals = new Map(
    after.ruleGroups.flatMap(({ file, group }, i) =>
      before.ruleGroups[i]?.group.interval === group.interval ? [] : [[`${file} ${group.name}`, group.interval]],
    ),
  );
  if (intervals.size === 0) return { objects: [], byHand: [] };
  const left = new Map(intervals);
  const objects = openManifests(files).documents.flatMap(({ file, kind, value }) => {
    if (kind !== 'PrometheusRule') return [];
    const groups = groupsOf(value);
    const key = ({ name }: RuleGroupJson): string => `${file} ${name}`;
    if (!groups.some((group) => intervals.has(key(group)))) return [];
    groups.forEach((group) => left.delete(key(group)));
    const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
    const { name, namespace, labels } = metadata;
    return [
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind,
        metadata: { name, namespace, labels },
        spec: {
          groups: groups.map((group) =>
            intervals.has(key(group)) ? { ...group, interval: intervals.get(key(group)) } : group,
          ),
        },
      },
    ];
  });
  const byHand = [...left].map(([key, interval]) => {
    const at = key.indexOf(' ');
    return `${key.slice(0, at)}: rule group ${key.slice(at + 1)}: interval: ${interval ?? 'none'}`;
  });
  return { objects, byHand };
};
