// Where the Prometheus of a cluster that is not ours is reached: at an address, or through the API server's proxy to its
// Service, for which no port has to be forwarded. Takes what a command line says; gives its API.

import { TestbedError } from '../../model/errors.ts';
import type { KubeClient } from '../kube/client.ts';
import { KubeError } from '../kube/client.ts';
import type { PrometheusApi } from '../kube/prometheus-http.ts';
import { prometheusApi, prometheusApiBy } from '../kube/prometheus-http.ts';

export type PrometheusPlace =
  | { readonly kind: 'address'; readonly url: string }
  | { readonly kind: 'service'; readonly namespace: string; readonly service: string; readonly port: string };

const EXPECTED = 'expected an address (http://127.0.0.1:9090) or NAMESPACE/SERVICE:PORT, read through the API server';

/**
 * Throws USAGE; credentials in an address are refused and not repeated, since the place is written into the run.
 *
 * @example prometheusPlace('monitoring/prometheus-operated:9090') // { kind: 'service', namespace: 'monitoring', … }
 */
export const prometheusPlace = (text: string): PrometheusPlace => {
  if (text.includes('://')) {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol))
      throw new TestbedError('USAGE', `--prometheus: ${EXPECTED}, got something that is neither`);
    if (url.username !== '' || url.password !== '' || url.search !== '')
      throw new TestbedError('USAGE', '--prometheus: the address holds credentials or a query', {
        hint: 'give NAMESPACE/SERVICE:PORT instead: the API server checks who asks',
      });
    return { kind: 'address', url: text.replace(/\/$/, '') };
  }
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+):([a-z0-9-]+)$/.exec(text);
  if (match === null) throw new TestbedError('USAGE', `--prometheus ${text}: ${EXPECTED}`);
  const [, namespace, service, port] = match as unknown as [string, string, string, string];
  return { kind: 'service', namespace, service, port };
};

export const placeText = (place: PrometheusPlace): string =>
  place.kind === 'address'
    ? place.url
    : `Service ${place.namespace}/${place.service}:${place.port} through the API server`;

/** Path of the proxy below the API server. */
export const proxyPath = ({ namespace, service, port }: Extract<PrometheusPlace, { kind: 'service' }>): string =>
  `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy`;

/** Throws TARGET_UNREACHABLE when it is asked and cannot be reached. */
export const prometheusAt = (place: PrometheusPlace, api: Pick<KubeClient, 'raw'>): PrometheusApi => {
  if (place.kind === 'address') return prometheusApi(place.url);
  return prometheusApiBy(async (path) => {
    const unreachable = (why: string, cause?: unknown): TestbedError =>
      new TestbedError('TARGET_UNREACHABLE', `no answer from Prometheus, ${placeText(place)}: ${why}`, {
        hint: 'does the Service exist, and may this user get services/proxy? surgelab generate rbac --prometheus …',
        cause,
      });
    try {
      const { status, text } = await api.raw('GET', proxyPath(place) + path);
      // Prometheus' own refusals are JSON with its words; those of the API server are a Status.
      if (status >= 400 && !/"status":\s*"error"/.test(text)) throw unreachable(`${status} ${text.slice(0, 300)}`);
      return text;
    } catch (error) {
      throw error instanceof KubeError ? unreachable(error.message, error) : error;
    }
  });
};
