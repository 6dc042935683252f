// What of the platform's YAML was not used, or will surprise, in sentences: for the terminal and the notes of the run.

import type { Hpa, Platform, PlatformNote } from '../model/platform.ts';

const noteText = ({ file, path, message }: PlatformNote): string =>
  `${[file, path].filter((part) => part !== '').join(' ')}: ${message}`;

/** An HPA on a metric of pods that is not the one of the service: most likely meant for it, under another name. */
const strayHpaNote = ({ name, namespace, spec }: Hpa, { deployment, hpa }: Platform): string => {
  const target = `${namespace}/${spec.scaleTargetRef.name}`;
  const service = `${deployment.namespace}/${deployment.name}`;
  return target === service
    ? `the HPA ${namespace}/${name} scales ${service} as well and is not used: ${hpa?.name ?? 'another'} is. Give one of them`
    : `the HPA ${namespace}/${name} scales the Deployment ${target}, which is not the service: ${service} is scaled by ${hpa === null ? 'no HPA' : `the HPA ${hpa.name}`}`;
};

export const platformNotes = (platform: Platform): readonly string[] => [
  ...platform.notes.map(noteText),
  ...platform.otherHpas
    .filter(({ spec }) => (spec.metrics ?? []).some(({ type }) => type === 'Pods'))
    .map((hpa) => strayHpaNote(hpa, platform)),
];

/** Of commands that simulate their platforms many times: each note once, before the first. */
export const tellPlatformNotes = (platforms: readonly Platform[], tell: (text: string) => void): void => {
  for (const note of new Set(platforms.flatMap(platformNotes))) tell(`note: ${note}`);
};
