import type { KubeConfig as Client } from '@kubernetes/client-node';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubeAccess } from './access.ts';

const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters:
  - {name: one, cluster: {server: 'https://10.0.0.1:6443/'}}
  - {name: two, cluster: {server: 'https://10.0.0.2:6443'}}
users: [{name: me, user: {token: secret}}]
contexts:
  - {name: testing, context: {cluster: one, user: me}}
  - {name: production, context: {cluster: two, user: me}}
current-context: testing
`;

const SERVICE_ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'surgelab-access-'));
  file = join(folder, 'kubeconfig');
  writeFileSync(file, KUBECONFIG);
});
afterAll(() => rmSync(folder, { recursive: true }));

const serverOf = async (context: string | null): Promise<string> => {
  const access = await kubeAccess(file, context);
  await access.close();
  return access.server;
};

describe('the context of a kubeconfig', () => {
  it('is its current one, or the one that is named', async () => {
    expect([await serverOf(null), await serverOf('production')]).toEqual([
      'https://10.0.0.1:6443',
      'https://10.0.0.2:6443',
    ]);
  });

  it('has to exist', async () => {
    await expect(serverOf('prodction')).rejects.toMatchObject({
      code: 'USAGE',
      message: `kubeconfig ${file} has no context prodction (did you mean \`production\`?)`,
    });
  });
});

describe('a cluster that nobody named', () => {
  afterEach(() => vi.unstubAllEnvs());

  // A pod with a service account has one: there, this would reach its API server.
  it.skipIf(existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token'))('is not localhost:8080', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', folder);
    await expect(kubeAccess(null)).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message:
        'no kubeconfig: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod with a service account',
      hint: 'export KUBECONFIG=FILE, or give --kubeconfig FILE',
    });
  });

  it('is that of KUBECONFIG', async () => {
    vi.stubEnv('KUBECONFIG', file);
    const access = await kubeAccess(null);
    await access.close();
    expect(access.server).toBe('https://10.0.0.1:6443');
  });

  it('is that of the service account of the pod', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', folder);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    const [ca, token] = ['ca.crt', 'token'].map((part) => join(SERVICE_ACCOUNT, part));
    mkdirSync(join(folder, SERVICE_ACCOUNT), { recursive: true });
    writeFileSync(join(folder, ca!), '');
    writeFileSync(join(folder, token!), 'of-the-pod');
    const { KubeConfig } = await import('@kubernetes/client-node');
    const inPod = vi.spyOn(KubeConfig.prototype, 'loadFromDefault').mockImplementation(function (this: Client) {
      this.loadFromCluster(folder);
    });
    const access = await kubeAccess(null);
    const { headers } = await access.authorize();
    await access.close();
    inPod.mockRestore();
    expect([access.server, headers]).toEqual(['https://10.96.0.1:443', { Authorization: 'Bearer of-the-pod' }]);
  });
});

it.each([
  ['', 'cannot be used: expected a document, but the input is empty'],
  ['null', 'cannot be used: it is empty, or no kubeconfig'],
  ['a plain text', 'has no contexts'],
  ['{[', 'cannot be used: unexpected end of the stream within a flow collection (1:3)'],
  [KUBECONFIG.replace('current-context: testing', ''), 'has no current context (known: testing, production)'],
  [
    KUBECONFIG.replace('current-context: testing', 'current-context: tseting'),
    'has no context tseting, which is its current one (did you mean `testing`?)',
  ],
  [KUBECONFIG.replace('cluster: one,', 'cluster: gone,'), 'has no cluster gone, which its context testing names'],
  [
    KUBECONFIG.replace('https://10.0.0.1', 'http://10.0.0.1'),
    'has a server without TLS, http://10.0.0.1:6443, to which credentials would go as plain text',
  ],
  [
    KUBECONFIG.replace('token: secret', 'client-certificate: /nowhere.pem'),
    "cannot be used: ENOENT: no such file or directory, open '/nowhere.pem'",
  ],
])('a kubeconfig that cannot be used says why: %#', async (text, message) => {
  const broken = join(folder, 'broken');
  writeFileSync(broken, text);
  await expect(kubeAccess(broken)).rejects.toMatchObject({
    code: 'INPUT_MISSING',
    message: `kubeconfig ${broken} ${message}`,
  });
});

it('plain HTTP is for those who say so, as for kubectl proxy', async () => {
  const proxied = join(folder, 'proxied');
  const server = "server: 'http://127.0.0.1:8001', insecure-skip-tls-verify: true";
  writeFileSync(proxied, KUBECONFIG.replace("server: 'https://10.0.0.1:6443/'", server));
  const access = await kubeAccess(proxied);
  await access.close();
  expect(access.server).toBe('http://127.0.0.1:8001');
});
