// The vendor's rendered chart with the emulator in place of the vendor's programs: images of the vendor become the emulator's,
// and what only licences, models and private registries need is taken out. Everything else stays as it is, and each change is
// listed. Pure; values of secrets are never repeated.
//
// @example emulated(openManifests(files).documents.map(({ value }) => value), start).replaced
//   // [{ object: 'Deployment asr/lightning-asr', path: 'spec.template.spec.containers[0].image', was: 'quay.io/…', now: … }]

import { isRecord } from './documents.ts';
import type { Parts } from './emulated-parts.ts';
import { partsOf } from './emulated-parts.ts';
import type { Change, EmulatorStart } from './emulated-pod.ts';
import { emulatedPod } from './emulated-pod.ts';
import type { KubeDocument } from './kube-document.ts';
import { kindOf, metadataOf, nameOf, podOf, podPath } from './kube-document.ts';

export interface Replaced extends Change {
  /** `Deployment asr/lightning-asr` */
  readonly object: string;
}

export interface Emulated {
  readonly documents: readonly KubeDocument[];
  readonly replaced: readonly Replaced[];
}

export const replacedText = ({ object, path, was, now, why }: Replaced): string =>
  path === '' ? `${object}: taken out; ${why}` : `${object} ${path}: ${was} → ${now ?? 'taken out'}; ${why}`;

const objectText = (document: KubeDocument): string => {
  const namespace = metadataOf(document).namespace;
  return `${kindOf(document)} ${typeof namespace === 'string' ? `${namespace}/` : ''}${nameOf(document)}`;
};

/** The document with another value at `path`. */
const withValue = (document: KubeDocument, [step, ...rest]: readonly string[], value: KubeDocument): KubeDocument => {
  if (step === undefined) return value;
  const inner = document[step];
  return { ...document, [step]: withValue(isRecord(inner) ? inner : {}, rest, value) };
};

const changed = (document: KubeDocument, start: EmulatorStart, parts: Parts): Emulated => {
  const object = objectText(document);
  const gone = parts.removed.get(document);
  if (gone !== undefined)
    return { documents: [], replaced: [{ object, path: '', was: objectText(document), now: null, why: gone }] };
  const path = podPath(kindOf(document));
  const pod = podOf(document);
  if (path !== null && pod !== null) {
    const { pod: now, replaced } = emulatedPod(pod, start, parts);
    const prefix = path.join('.');
    return {
      documents: [replaced.length === 0 ? document : withValue(document, path, now)],
      replaced: replaced.map((each) => ({ object, ...each, path: `${prefix}.${each.path}` })),
    };
  }
  if (kindOf(document) === 'ServiceAccount' && 'imagePullSecrets' in document) {
    const { imagePullSecrets, ...rest } = document;
    const was = JSON.stringify(imagePullSecrets);
    return {
      documents: [rest],
      replaced: [{ object, path: 'imagePullSecrets', was, now: null, why: 'the emulator needs no private registry' }],
    };
  }
  return { documents: [document], replaced: [] };
};

/** The ConfigMap of the emulator's settings is the caller's to add. */
export const emulated = (documents: readonly KubeDocument[], start: EmulatorStart): Emulated => {
  const parts = partsOf(documents);
  const all = documents.map((document) => changed(document, start, parts));
  return {
    documents: all.flatMap((each) => each.documents),
    replaced: all.flatMap((each) => each.replaced),
  };
};
