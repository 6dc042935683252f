import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
