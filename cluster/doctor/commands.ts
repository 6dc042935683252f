// The command lines that a person would have typed to see the same. Pure.

import type { Facts } from './facts.ts';

export const kubectl = ({ doors }: Pick<Facts, 'doors'>, words: string): string => `${doors.kubectl} ${words}`;

/** In the namespace of the subject. */
export const kubectlHere = (facts: Pick<Facts, 'doors' | 'subject'>, words: string): string =>
  kubectl(facts, `-n ${facts.subject.namespace} ${words}`);

export const rawGet = (facts: Pick<Facts, 'doors'>, path: string): string => kubectl(facts, `get --raw '${path}'`);

/** @param path below Prometheus, as `/api/v1/targets?state=active` */
export const askPrometheus = (facts: Pick<Facts, 'doors'>, path: string): string => {
  const { prometheus } = facts.doors;
  if (prometheus === null) return `curl -s 'http://PROMETHEUS:9090${path}'`;
  return prometheus.kind === 'address' ? `curl -s '${prometheus.at}${path}'` : rawGet(facts, prometheus.at + path);
};

export const queryPath = (query: string): string => `/api/v1/query?query=${encodeURIComponent(query)}`;
