// The way to Prometheus: an address, or the API server's proxy to a Service, so that no port-forward is needed. And which
// Service that is, where nobody says.

import { request } from 'undici';
import type { Service } from '../../model/platform.ts';
import type { Doors } from './facts.ts';
import type { Read, Reader } from './reader.ts';

export type PrometheusAt = NonNullable<Doors['prometheus']>;

export interface PrometheusDoor {
  readonly at: PrometheusAt;
  readonly get: <T>(path: string) => Promise<Read<T>>;
}

interface Answer<T> {
  readonly status?: string;
  readonly error?: string;
  readonly data?: T;
}

const dataOf = <T>(read: Read<Answer<T>>): Read<T> => {
  if (read.kind !== 'answer') return read;
  const { status, error, data } = read.value;
  return status === 'success' && data !== undefined
    ? { kind: 'answer', value: data }
    : { kind: 'failed', status: 200, why: error ?? 'this is not the HTTP API of Prometheus' };
};

const direct = async <T>(url: string, patienceMillis: number): Promise<Read<T>> => {
  try {
    const answer = await request(url, { signal: AbortSignal.timeout(patienceMillis) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200)
      return { kind: 'failed', status: answer.statusCode, why: `${answer.statusCode} ${text.slice(0, 200)}` };
    return { kind: 'answer', value: JSON.parse(text) as T };
  } catch (error) {
    return { kind: 'failed', status: 0, why: `${url}: ${error instanceof Error ? error.message : String(error)}` };
  }
};

/** Answers are the `data` of Prometheus' JSON. */
export const prometheusDoor = (at: PrometheusAt, reader: Reader, patienceMillis: number): PrometheusDoor => ({
  at,
  get: async <T>(path: string) =>
    dataOf(
      at.kind === 'address'
        ? await direct<Answer<T>>(at.at + path, patienceMillis)
        : await reader.json<Answer<T>>(at.at + path),
    ),
});

export const addressDoor = (url: string): PrometheusAt => ({ kind: 'address', at: url.replace(/\/$/, '') });

const isPrometheus = ({ name, labels, selector }: Service): boolean =>
  name === 'prometheus-operated' ||
  labels['operated-prometheus'] === 'true' ||
  selector['app.kubernetes.io/name'] === 'prometheus' ||
  selector['app'] === 'prometheus';

/** The Service of a Prometheus, through the API server: the operator's first, then one that looks like it. */
export const serviceDoor = (services: readonly Service[], namespace: string): PrometheusAt | null => {
  const rank = (one: Service): number =>
    (one.namespace === namespace ? 0 : 1) + (one.name === 'prometheus-operated' ? 0 : 2);
  const [chosen] = services.filter(isPrometheus).sort((a, b) => rank(a) - rank(b));
  if (chosen === undefined) return null;
  const port = chosen.ports.find(({ name }) => /^(http-web|web|http)$/.test(name)) ?? chosen.ports[0];
  return port === undefined
    ? null
    : { kind: 'proxy', at: `/api/v1/namespaces/${chosen.namespace}/services/${chosen.name}:${port.port}/proxy` };
};
