// Where everything of one control plane lies: names of files in its folder, and what is written there before the first
// process starts. Pure.

import { join } from 'node:path';
import { stringify } from 'yaml';
import { ADAPTER_AUDIT_POLICY, AUDIT_POLICY } from './audit-policy.ts';
import type { Certificates, ClientName, KeyPair } from './certificates.ts';
import { CLIENT_NAMES } from './certificates.ts';
import { LOOPBACK } from './ports.ts';

export interface Layout {
  readonly folder: string;
  /** Logs of the components; `folder`/logs, or a folder of the run that outlives the control plane. */
  readonly logs: string;
  readonly auditLog: string;
  readonly adapterAuditLog: string;
  readonly ca: string;
  readonly proxyCa: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly proxyClient: { readonly certificate: string; readonly key: string };
  readonly serviceAccountPrivate: string;
  readonly serviceAccountPublic: string;
  readonly auditPolicy: string;
  readonly adapterAuditPolicy: string;
  readonly kubeconfig: (client: ClientName) => string;
  readonly etcdData: string;
  readonly prometheusConfig: string;
  readonly prometheusData: string;
  readonly adapterConfig: string;
}

export const layoutOf = (folder: string, logs: string | null): Layout => {
  const at = (...parts: string[]): string => join(folder, ...parts);
  const pair = (name: string) => ({ certificate: at(`${name}.crt`), key: at(`${name}.key`) });
  const logFolder = logs ?? at('logs');
  return {
    folder,
    logs: logFolder,
    auditLog: join(logFolder, 'audit.log'),
    adapterAuditLog: join(logFolder, 'adapter-audit.log'),
    ca: at('ca.crt'),
    proxyCa: at('proxy-ca.crt'),
    server: pair('server'),
    proxyClient: pair('proxy-client'),
    serviceAccountPrivate: at('service-account.key'),
    serviceAccountPublic: at('service-account.pub'),
    auditPolicy: at('audit-policy.yaml'),
    adapterAuditPolicy: at('adapter-audit-policy.yaml'),
    kubeconfig: (client) => at(client === 'admin' ? 'kubeconfig' : `${client}.kubeconfig`),
    etcdData: at('etcd'),
    prometheusConfig: at('prometheus', 'prometheus.yml'),
    prometheusData: at('prometheus-data'),
    adapterConfig: at('adapter.yaml'),
  };
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A kubeconfig with everything inside, so that it can be copied anywhere. */
const kubeconfigText = (apiServerPort: number, ca: string, client: ClientName, pair: KeyPair): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'surgelab-bare',
        cluster: { server: `https://${LOOPBACK}:${apiServerPort}`, 'certificate-authority-data': base64(ca) },
      },
    ],
    users: [
      {
        name: client,
        user: { 'client-certificate-data': base64(pair.certificate), 'client-key-data': base64(pair.key) },
      },
    ],
    contexts: [{ name: 'surgelab-bare', context: { cluster: 'surgelab-bare', user: client } }],
    'current-context': 'surgelab-bare',
  });

/** Path to text of what the control plane reads at its start. */
export const startFiles = (
  layout: Layout,
  certificates: Certificates,
  apiServerPort: number,
): ReadonlyMap<string, string> => {
  const { ca, proxyCa, server, proxyClient, clients, serviceAccount } = certificates;
  return new Map([
    [layout.ca, ca],
    [layout.proxyCa, proxyCa],
    [layout.server.certificate, server.certificate],
    [layout.server.key, server.key],
    [layout.proxyClient.certificate, proxyClient.certificate],
    [layout.proxyClient.key, proxyClient.key],
    [layout.serviceAccountPrivate, serviceAccount.privateKey],
    [layout.serviceAccountPublic, serviceAccount.publicKey],
    [layout.auditPolicy, stringify(AUDIT_POLICY)],
    [layout.adapterAuditPolicy, stringify(ADAPTER_AUDIT_POLICY)],
    ...CLIENT_NAMES.map((client): [string, string] => [
      layout.kubeconfig(client),
      kubeconfigText(apiServerPort, ca, client, clients[client]),
    ]),
  ]);
};
