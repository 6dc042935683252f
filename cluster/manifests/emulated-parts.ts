// Which parts of a vendor's chart are the vendor's own: whose images, which objects serve only licences, private registries
// or stored models. Decided once for all documents, since one object's part is seen in another. Pure.

import { isRecord } from './documents.ts';
import type { KubeDocument } from './kube-document.ts';
import { kindOf, list, nameOf, podOf, textOf } from './kube-document.ts';

export interface Parts {
  /** Is this image one of the vendor's? */
  readonly isVendor: (image: string) => boolean;
  /** Objects to take out, and why. */
  readonly removed: ReadonlyMap<KubeDocument, string>;
  /** `Secret name`, `ConfigMap name`, `PersistentVolumeClaim name` of those. */
  readonly gone: ReadonlySet<string>;
}

const GPU = 'nvidia.com/gpu';
export const LICENCE = /licen[cs]e/i;
export const MODEL = /\b(models?|weights|checkpoints?)\b/i;

const asksForCards = (container: KubeDocument): boolean => {
  const { resources } = container;
  return (
    isRecord(resources) &&
    [resources.limits, resources.requests].some((each) => isRecord(each) && Number(each[GPU] ?? 0) > 0)
  );
};

const scaledNames = (documents: readonly KubeDocument[]): ReadonlySet<string> =>
  new Set(
    documents.flatMap(({ kind, spec }) =>
      kind === 'HorizontalPodAutoscaler' && isRecord(spec) && isRecord(spec.scaleTargetRef)
        ? [textOf(spec.scaleTargetRef.name)]
        : [],
    ),
  );

/** Registry and owner: `quay.io/vendor` of `quay.io/vendor/asr:1`; a name alone is its own. */
const ownerOf = (image: string): string => {
  const bare = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return bare.includes('/') ? bare.slice(0, bare.lastIndexOf('/')) : bare;
};

/** The container that serves, as read-deployment.ts finds it, but what asks for a card first. */
export const servingOf = (containers: readonly KubeDocument[]): KubeDocument | undefined =>
  containers.find(asksForCards) ??
  containers.find(({ readinessProbe }) => readinessProbe !== undefined) ??
  containers.find(({ ports }) => ports !== undefined) ??
  containers[0];

/** Owners of the images of what asks for cards; where nothing does, of what an HPA scales. */
const vendorOwners = (documents: readonly KubeDocument[]): ReadonlySet<string> => {
  const containers = (document: KubeDocument): readonly KubeDocument[] => list(podOf(document)?.containers);
  const withCards = documents.flatMap(containers).filter(asksForCards);
  const scaled = scaledNames(documents);
  const own =
    withCards.length > 0
      ? withCards
      : documents
          .filter((document) => scaled.has(nameOf(document)))
          .flatMap((document) => list([servingOf(containers(document))]));
  return new Set(own.map(({ image }) => ownerOf(textOf(image))));
};

const isLicensing = (document: KubeDocument): boolean => {
  const { metadata } = document;
  const labels = isRecord(metadata) && isRecord(metadata.labels) ? Object.values(metadata.labels) : [];
  return [nameOf(document), ...labels].some((text) => LICENCE.test(textOf(text)));
};

const PULL_SECRETS = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'];

/** Volumes of a pod that the emulator's containers or no container at all would keep. */
const claimsOf = (document: KubeDocument): readonly string[] =>
  list(podOf(document)?.volumes).flatMap(({ persistentVolumeClaim }) =>
    isRecord(persistentVolumeClaim) ? [textOf(persistentVolumeClaim.claimName)] : [],
  );

export const partsOf = (documents: readonly KubeDocument[]): Parts => {
  const owners = vendorOwners(documents);
  const isVendor = (image: string): boolean => owners.has(ownerOf(image));
  const hasVendor = (document: KubeDocument): boolean =>
    [...list(podOf(document)?.containers), ...list(podOf(document)?.initContainers)].some(({ image }) =>
      isVendor(textOf(image)),
    );
  const reason = (document: KubeDocument): string | null => {
    const kind = kindOf(document);
    if (isLicensing(document)) return 'the emulator needs no licence';
    if (kind === 'Secret' && PULL_SECRETS.includes(textOf(document.type)))
      return 'the emulator needs no private registry';
    if ((kind === 'Job' || kind === 'CronJob') && hasVendor(document)) return 'the emulator has nothing to prepare';
    return null;
  };
  const removed = new Map<KubeDocument, string>();
  for (const document of documents) {
    const why = reason(document);
    if (why !== null) removed.set(document, why);
  }
  // A claim goes when only the vendor's programs used it: it would wait for storage that nobody needs.
  const kept = documents.filter((document) => !removed.has(document));
  const usedByOthers = new Set(kept.filter((document) => !hasVendor(document)).flatMap(claimsOf));
  const usedByVendor = new Set(documents.filter(hasVendor).flatMap(claimsOf));
  for (const document of kept)
    if (kindOf(document) === 'PersistentVolumeClaim') {
      const name = nameOf(document);
      if (usedByVendor.has(name) && !usedByOthers.has(name))
        removed.set(document, 'the emulator has no model to store');
    }
  return { isVendor, removed, gone: new Set([...removed.keys()].map((each) => `${kindOf(each)} ${nameOf(each)}`)) };
};
