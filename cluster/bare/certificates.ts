// The certificates of one control plane: a CA for servers and clients, one for the aggregator's proxy, and the service
// account key. All are made anew for each start, live for ten days and are thrown away with the folder.

import { randomBytes, webcrypto } from 'node:crypto';
import type { Extension } from '@peculiar/x509';
import { LOOPBACK } from './ports.ts';

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: string;
  readonly proxyCa: string;
  /** Serves and is a client of etcd, API server, controller-manager, scheduler and adapter. */
  readonly server: KeyPair;
  readonly proxyClient: KeyPair;
  readonly clients: Readonly<Record<ClientName, KeyPair>>;
  readonly serviceAccount: { readonly privateKey: string; readonly publicKey: string };
}

/** Common name and groups as kubeadm gives them: RBAC's bootstrap bindings are for these names. */
const CLIENTS = {
  admin: { name: 'surgelab-admin', groups: ['system:masters'] },
  'kube-controller-manager': { name: 'system:kube-controller-manager', groups: [] },
  'kube-scheduler': { name: 'system:kube-scheduler', groups: [] },
  prometheus: { name: 'surgelab-prometheus', groups: ['surgelab:readers'] },
  adapter: { name: 'surgelab-adapter', groups: ['surgelab:readers', 'surgelab:delegators'] },
  'kube-state-metrics': { name: 'surgelab-kube-state-metrics', groups: ['surgelab:readers'] },
  /** For whoever plays the kubelet: its writes are told from a person's in the audit log. */
  kubelet: { name: 'surgelab-kubelet', groups: ['system:masters'] },
} as const;
export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES = Object.keys(CLIENTS) as ClientName[];

export const PROXY_CLIENT_NAME = 'front-proxy-client';

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { ...CURVE, hash: 'SHA-256' };
const DAY_MILLIS = 86_400_000;
const LIFE_MILLIS = 10 * DAY_MILLIS;

/** The names by which the components call each other; the aggregator calls the adapter by its Service. */
const SERVER_NAMES = {
  dns: ['localhost', 'kubernetes', 'kubernetes.default.svc', 'prometheus-adapter.monitoring.svc'],
  ip: [LOOPBACK, '10.0.0.1'],
};

/** x509's container asks for decorator metadata that nothing here uses. */
const standInForReflectMetadata = (): void => {
  if ('getMetadata' in Reflect) return;
  Object.assign(Reflect, {
    getMetadata: () => undefined,
    getOwnMetadata: () => undefined,
    defineMetadata: () => undefined,
  });
};

const pem = (label: string, bytes: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${label}-----\n`;

const keyPair = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
const privatePem = async ({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> =>
  pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', privateKey));
const publicPem = async ({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> =>
  pem('PUBLIC KEY', await webcrypto.subtle.exportKey('spki', publicKey));

/** @param nowMillis certificates are valid from a day before it, for clocks that are set back */
export const makeCertificates = async (nowMillis: number): Promise<Certificates> => {
  standInForReflectMetadata();
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);
  const validity = { notBefore: new Date(nowMillis - DAY_MILLIS), notAfter: new Date(nowMillis + LIFE_MILLIS) };
  const serialNumber = (): string => `01${randomBytes(15).toString('hex')}`;

  const authority = async (name: string) => {
    const keys = await keyPair();
    const subject = [{ CN: [name] }];
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: subject,
      ...validity,
      signingAlgorithm: SIGNING,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const sign = async (name: string, groups: readonly string[], extensions: Extension[]): Promise<KeyPair> => {
      const own = await keyPair();
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
        issuer: subject,
        ...validity,
        signingAlgorithm: SIGNING,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          ...extensions,
        ],
      });
      return { certificate: `${leaf.toString('pem')}\n`, key: await privatePem(own) };
    };
    return { certificate: `${certificate.toString('pem')}\n`, sign };
  };

  const usages = (...names: ('clientAuth' | 'serverAuth')[]): Extension =>
    new x509.ExtendedKeyUsageExtension(names.map((name) => x509.ExtendedKeyUsage[name]));
  const ca = await authority('surgelab');
  const proxyCa = await authority('surgelab-front-proxy');
  const clients = await Promise.all(
    CLIENT_NAMES.map(async (client): Promise<[ClientName, KeyPair]> => {
      const { name, groups } = CLIENTS[client];
      return [client, await ca.sign(name, groups, [usages('clientAuth')])];
    }),
  );
  const serviceAccount = await keyPair();
  return {
    ca: ca.certificate,
    proxyCa: proxyCa.certificate,
    server: await ca.sign(
      'surgelab-server',
      [],
      [
        usages('serverAuth', 'clientAuth'),
        new x509.SubjectAlternativeNameExtension([
          ...SERVER_NAMES.dns.map((value) => ({ type: 'dns' as const, value })),
          ...SERVER_NAMES.ip.map((value) => ({ type: 'ip' as const, value })),
        ]),
      ],
    ),
    proxyClient: await proxyCa.sign(PROXY_CLIENT_NAME, [], [usages('clientAuth')]),
    clients: Object.fromEntries(clients) as Record<ClientName, KeyPair>,
    serviceAccount: { privateKey: await privatePem(serviceAccount), publicKey: await publicPem(serviceAccount) },
  };
};
