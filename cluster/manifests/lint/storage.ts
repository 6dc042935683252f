// T28 to T31: retention and volumes that do not hold what they promise.

import { parseRetentionSize } from '../read-prometheus.ts';
import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import type { LintInput } from './input.ts';
import { at, nameOf, ofKind, textOf } from './input.ts';

const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Bytes of a Kubernetes quantity such as 100Gi. */
const volumeBytes = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]i)?$/.exec(text);
  return match === null ? NaN : Number(match[1]) * 1024 ** UNITS.indexOf(match[2] ?? '');
};

/** values call it storageSpec, the resource storage. */
const claimOf = (spec: Located): Located => {
  const storage = at(spec, spec.document.kind === '' ? 'storageSpec' : 'storage');
  return at(storage, 'volumeClaimTemplate', 'spec');
};

const sizes = (spec: Located): readonly Finding[] => {
  const size = at(spec, 'retentionSize');
  if (textOf(size) === '') return [];
  const bytes = parseRetentionSize(textOf(size));
  if (bytes === undefined) {
    return [
      finding('T28', 'error', size, {
        found: `retentionSize ${textOf(size)}`,
        why: 'Prometheus takes a number and B, KB, MB, GB … (powers of two): it refuses to start with anything else',
        fix: 'write 50GB or 50GiB',
      }),
    ];
  }
  const volume = volumeBytes(textOf(at(claimOf(spec), 'resources', 'requests', 'storage')));
  return bytes !== null && bytes > 0.85 * volume
    ? [
        finding('T28', 'warning', size, {
          found: `retentionSize ${textOf(size)} on a volume of ${textOf(at(claimOf(spec), 'resources', 'requests', 'storage'))}`,
          why: 'write-ahead log and compaction come on top: above 85 % the volume fills first',
          fix: 'at most 85 % of the volume',
        }),
      ]
    : [];
};

const classes = (input: LintInput, spec: Located): readonly Finding[] => {
  const claim = claimOf(spec);
  if (claim.value === undefined) return [];
  const name = at(claim, 'storageClassName');
  const shipped = ofKind(input, 'StorageClass');
  const own = shipped.find((one) => nameOf(one) === textOf(name));
  if (textOf(name) === '') {
    return [
      finding('T30', 'warning', claim, {
        found: 'a volume without storageClassName',
        why: 'new EKS clusters have no default class: the volume stays Pending, Prometheus never starts, the HPA is blind',
        fix: 'name a class on block storage',
      }),
    ];
  }
  if (/efs/.test(textOf(at(own ?? name, 'provisioner')))) {
    return [
      finding('T30', 'error', name, {
        found: `storageClassName ${textOf(name)} is a shared file system`,
        why: 'the database of Prometheus is not supported on network file systems',
        fix: 'name a class on block storage',
      }),
    ];
  }
  return own === undefined
    ? [
        finding('T29', 'warning', name, {
          found: `storageClassName ${textOf(name)}, which is not among these files`,
          why: 'EKS creates only gp2: another class must be created, or the volume stays Pending and Prometheus never starts',
          fix: 'ship the StorageClass with the rest',
        }),
      ]
    : [];
};

const lostHistory = (spec: Located): readonly Finding[] =>
  (textOf(at(spec, 'retention')) !== '' || textOf(at(spec, 'retentionSize')) !== '') &&
  claimOf(spec).value === undefined
    ? [
        finding('T31', 'warning', at(spec, 'retention'), {
          found: `retention ${textOf(at(spec, 'retention'))} without a volume`,
          why: 'the default is an emptyDir: history and alert state go with the pod',
          fix: 'set storageSpec too',
        }),
      ]
    : [];

export const storageTraps = (input: LintInput): readonly Finding[] =>
  input.prometheus.flatMap((spec) => [...sizes(spec), ...classes(input, spec), ...lostHistory(spec)]);
