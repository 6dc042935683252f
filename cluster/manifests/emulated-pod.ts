// One pod of a vendor's chart with the emulator in it: images, start commands, licence settings, downloads of models and
// their storage. Probes, ports, resources, labels, tolerations, grace and side containers of others stay. Pure.

import { isRecord } from './documents.ts';
import type { Parts } from './emulated-parts.ts';
import { LICENCE, MODEL, servingOf } from './emulated-parts.ts';
import type { KubeDocument } from './kube-document.ts';
import { list, textOf } from './kube-document.ts';

export interface Change {
  /** Where in the object; '' = the whole. */
  readonly path: string;
  readonly was: string;
  /** Null = taken out. */
  readonly now: string | null;
  readonly why: string;
}

/** How a container becomes an emulator. */
export interface EmulatorStart {
  readonly image: string;
  /** Name of the ConfigMap whose keys are the files of `folder`. */
  readonly configMap: string;
  readonly folder: string;
  /** In it. */
  readonly file: string;
}

interface Changed {
  readonly value: KubeDocument;
  readonly changes: readonly Change[];
}

const out = (path: string, was: string, why: string): Change => ({ path, was, now: null, why });

const NO_LICENCE = 'the emulator needs no licence';
const OWN_START = "the emulator's image starts by itself";
const NO_MODEL = 'the emulator has no model to fetch';

/** `Secret license-key` of what an entry of env, envFrom or volumes refers to. */
const references = (entry: KubeDocument): readonly string[] => {
  const { valueFrom, secretRef, configMapRef, secret, configMap, persistentVolumeClaim } = entry;
  const from = isRecord(valueFrom) ? valueFrom : {};
  const named = (kind: string, value: unknown, key: string): string[] =>
    isRecord(value) ? [`${kind} ${textOf(value[key])}`] : [];
  return [
    ...named('Secret', from.secretKeyRef, 'name'),
    ...named('ConfigMap', from.configMapKeyRef, 'name'),
    ...named('Secret', secretRef, 'name'),
    ...named('ConfigMap', configMapRef, 'name'),
    ...named('Secret', secret, 'secretName'),
    ...named('ConfigMap', configMap, 'name'),
    ...named('PersistentVolumeClaim', persistentVolumeClaim, 'claimName'),
  ];
};

const isGone = (entry: KubeDocument, { gone }: Parts): boolean => references(entry).some((name) => gone.has(name));

/** Values are not repeated: they may be keys. */
const entryText = (entry: KubeDocument): string => textOf(entry.name) || references(entry).join(', ');

/** The list without some entries, and what was taken out. */
const filtered = (
  value: KubeDocument,
  key: string,
  path: string,
  reason: (entry: KubeDocument) => string | null,
): Changed => {
  if (!Array.isArray(value[key])) return { value, changes: [] };
  const entries = list(value[key]);
  const reasons = entries.map(reason);
  if (reasons.every((why) => why === null)) return { value, changes: [] };
  const kept = entries.filter((_, i) => reasons[i] === null);
  const { [key]: _, ...rest } = value;
  return {
    value: kept.length === 0 ? rest : { ...value, [key]: kept },
    changes: reasons.flatMap((why, i) =>
      why === null ? [] : [out(`${path}${key}[${i}]`, entryText(entries[i]!), why)],
    ),
  };
};

const chain = (first: KubeDocument, steps: readonly ((value: KubeDocument) => Changed)[]): Changed =>
  steps.reduce<Changed>(
    ({ value, changes }, step) => {
      const next = step(value);
      return { value: next.value, changes: [...changes, ...next.changes] };
    },
    { value: first, changes: [] },
  );

const withImage = (value: KubeDocument, path: string, image: string): Changed => {
  const was = textOf(value.image);
  if (was === image) return { value, changes: [] };
  const why = 'a program of the vendor';
  return { value: { ...value, image }, changes: [{ path: `${path}image`, was, now: image, why }] };
};

/** Words of a start command are not repeated either. */
const wordsText = (was: unknown): string => {
  const count = Array.isArray(was) ? was.length : 0;
  return `${count} word${count === 1 ? '' : 's'}`;
};

const without = (value: KubeDocument, key: string, path: string, why: string, text = wordsText): Changed => {
  if (!(key in value)) return { value, changes: [] };
  const { [key]: was, ...rest } = value;
  return { value: rest, changes: [out(`${path}${key}`, text(was), why)] };
};

const VOLUME = 'surgelab-settings';
const SETTINGS = 'settings of the emulator';

/** With entries at the end of a list, unless they are there. */
const added = (
  value: KubeDocument,
  key: string,
  path: string,
  entries: readonly KubeDocument[],
  now: string,
): Changed => {
  const there = list(value[key]);
  if (there.some(({ name }) => name === entries[0]?.name)) return { value, changes: [] };
  return {
    value: { ...value, [key]: [...there, ...entries] },
    changes: [{ path: `${path}${key}`, was: 'without', now, why: SETTINGS }],
  };
};

/** The container's own program becomes the emulator. */
const started = (
  path: string,
  { image, folder, file }: EmulatorStart,
): readonly ((value: KubeDocument) => Changed)[] => [
  (value) => withImage(value, path, image),
  (value) => without(value, 'command', path, OWN_START),
  (value) => without(value, 'args', path, OWN_START),
  (value) =>
    added(
      value,
      'env',
      path,
      [
        { name: 'SURGELAB_EMULATOR', value: `${folder}/${file}` },
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      'with SURGELAB_EMULATOR and POD_NAME',
    ),
  (value) =>
    added(value, 'volumeMounts', path, [{ name: VOLUME, mountPath: folder, readOnly: true }], `with ${folder}`),
];

const withoutParts = (
  path: string,
  volumes: ReadonlySet<string>,
  parts: Parts,
): readonly ((value: KubeDocument) => Changed)[] => [
  (value) =>
    filtered(value, 'env', path, (entry) =>
      isGone(entry, parts) || LICENCE.test(textOf(entry.name)) ? NO_LICENCE : null,
    ),
  (value) => filtered(value, 'envFrom', path, (entry) => (isGone(entry, parts) ? NO_LICENCE : null)),
  (value) =>
    filtered(value, 'volumeMounts', path, ({ name }) => (volumes.has(textOf(name)) ? 'its volume is gone' : null)),
];

/** Fetches or waits for what the emulator does without. */
const initReason = (entry: KubeDocument, parts: Parts): string | null => {
  const words = JSON.stringify([entry.name, entry.command, entry.args]);
  if (LICENCE.test(words)) return NO_LICENCE;
  return parts.isVendor(textOf(entry.image)) || MODEL.test(words) ? NO_MODEL : null;
};

export const emulatedPod = (
  first: KubeDocument,
  start: EmulatorStart,
  parts: Parts,
): { readonly pod: KubeDocument; readonly replaced: readonly Change[] } => {
  const volumes = new Set(
    list(first.volumes)
      .filter((entry) => isGone(entry, parts))
      .map(({ name }) => textOf(name)),
  );
  const ofVendor = list(first.containers).filter((each) => parts.isVendor(textOf(each.image)));
  const serving = servingOf(ofVendor);
  const { value, changes } = chain(first, [
    (pod) => without(pod, 'imagePullSecrets', '', 'the emulator needs no private registry', JSON.stringify),
    (pod) => filtered(pod, 'initContainers', '', (entry) => initReason(entry, parts)),
    // Two emulators in one pod would want the same ports.
    (pod) =>
      filtered(pod, 'containers', '', (entry) =>
        entry !== serving && ofVendor.includes(entry) ? 'one emulator is the whole pod' : null,
      ),
    (pod) => filtered(pod, 'volumes', '', (entry) => (volumes.has(textOf(entry.name)) ? 'what it held is gone' : null)),
    ...(serving === undefined
      ? []
      : [
          (pod: KubeDocument): Changed =>
            added(
              pod,
              'volumes',
              '',
              [{ name: VOLUME, configMap: { name: start.configMap } }],
              `with ConfigMap ${start.configMap}`,
            ),
        ]),
    ...(['initContainers', 'containers'] as const).map((key) => (pod: KubeDocument): Changed => {
      const all = list(pod[key]).map((each) => {
        // Paths are those of the chart.
        const path = `${key}[${list(first[key]).indexOf(each)}].`;
        return chain(each, [...withoutParts(path, volumes, parts), ...(each === serving ? started(path, start) : [])]);
      });
      const found = all.flatMap((each) => each.changes);
      return { value: found.length === 0 ? pod : { ...pod, [key]: all.map((each) => each.value) }, changes: found };
    }),
  ]);
  return { pod: value, replaced: changes };
};
