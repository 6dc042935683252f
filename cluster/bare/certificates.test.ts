import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeCertificates } from './certificates.ts';

const NOW = Date.UTC(2026, 10, 27);
const certificates = await makeCertificates(NOW);
const parsed = (pem: string) => new X509Certificate(pem);

describe('the certificates of a control plane', () => {
  it('give each component the name that RBAC knows it by', () =>
    expect(
      Object.fromEntries(
        Object.entries(certificates.clients).map(([name, { certificate }]) => [name, parsed(certificate).subject]),
      ),
    ).toEqual({
      admin: 'O=system:masters\nCN=surgelab-admin',
      'kube-controller-manager': 'CN=system:kube-controller-manager',
      'kube-scheduler': 'CN=system:kube-scheduler',
      prometheus: 'O=surgelab:readers\nCN=surgelab-prometheus',
      adapter: 'O=surgelab:readers\nO=surgelab:delegators\nCN=surgelab-adapter',
      'kube-state-metrics': 'O=surgelab:readers\nCN=surgelab-kube-state-metrics',
      kubelet: 'O=system:masters\nCN=surgelab-kubelet',
    }));

  it('are signed by their authority and fit their keys', () => {
    const [ca, proxyCa] = [parsed(certificates.ca), parsed(certificates.proxyCa)];
    for (const { certificate, key } of [certificates.server, ...Object.values(certificates.clients)]) {
      expect([parsed(certificate).checkIssued(ca), parsed(certificate).verify(ca.publicKey)]).toEqual([true, true]);
      expect(parsed(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
    }
    expect(parsed(certificates.proxyClient.certificate).verify(proxyCa.publicKey)).toBe(true);
    expect(parsed(certificates.proxyClient.certificate).verify(ca.publicKey)).toBe(false);
  });

  it('serve every name that one component calls another by', () =>
    expect(parsed(certificates.server.certificate).subjectAltName).toBe(
      'DNS:localhost, DNS:kubernetes, DNS:kubernetes.default.svc, DNS:prometheus-adapter.monitoring.svc, ' +
        'IP Address:127.0.0.1, IP Address:10.0.0.1',
    ));

  it('are valid from the day before, for ten days', () =>
    expect([parsed(certificates.ca).validFrom, parsed(certificates.ca).validTo]).toEqual([
      'Nov 26 00:00:00 2026 GMT',
      'Dec  7 00:00:00 2026 GMT',
    ]));

  it('have a service account key whose halves fit', () => {
    const { privateKey, publicKey } = certificates.serviceAccount;
    const half = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' });
    expect(createPublicKey(publicKey).export({ type: 'spki', format: 'pem' })).toBe(half);
  });
});
