import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PARTS, needImages } from './images.ts';

/** Stands in for docker: knows the images of a file, pulls what another one offers, and writes down what it is asked. */
const DOCKER = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> asked
for last; do :; done
case "$1 $2" in
  'image inspect') grep -qxF "$last" here ;;
  'pull -q') grep -qxF "$last" offered || { echo "Error response from daemon: manifest for $last not found" >&2; exit 1; } ;;
  *) exit 99 ;;
esac
`;

describe('the image of a part', () => {
  let folder = '';
  const told: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'surgelab-images-'));
    for (const name of ['here', 'offered', 'asked']) writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, 'docker'), DOCKER);
    chmodSync(join(folder, 'docker'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
    told.length = 0;
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const needed = async (names: readonly string[], environment = {}): Promise<unknown> =>
    Object.fromEntries(
      await needImages(
        PARTS.filter(({ name }) => names.includes(name)),
        { environment, tell: (text) => told.push(text), signal: new AbortController().signal },
      ),
    );
  const asked = (): readonly string[] => readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');

  it('is looked for as the public one, then as the one built here, and pulled only then', async () => {
    writeFileSync(join(folder, 'offered'), 'kindest/node:v1.37.2\n');
    expect(await needed(['node'])).toEqual({ node: 'kindest/node:v1.37.2' });
    expect(asked()).toEqual([
      'image inspect -f {{.Id}} kindest/node:v1.37.2',
      'image inspect -f {{.Id}} kind-node-offline:v1.37.2',
      'pull -q kindest/node:v1.37.2',
    ]);
    expect(told).toEqual(['pulling kindest/node:v1.37.2 (at most 10 min)']);
  });

  it('is the one built here where that is what there is, without a pull', async () => {
    writeFileSync(join(folder, 'here'), 'surgelab/prometheus:offline\n');
    writeFileSync(join(folder, 'offered'), 'prom/prometheus:v3.16.0\n');
    expect(await needed(['prometheus'])).toEqual({ prometheus: 'surgelab/prometheus:offline' });
    expect(asked()).toEqual([
      'image inspect -f {{.Id}} prom/prometheus:v3.16.0',
      'image inspect -f {{.Id}} surgelab/prometheus:offline',
    ]);
    expect(told).toEqual([]);
  });

  it('is the one that its variable names, alone', async () => {
    writeFileSync(join(folder, 'here'), 'surgelab/adapter:offline\n');
    writeFileSync(join(folder, 'offered'), 'mine/adapter:7\n');
    expect(await needed(['adapter'], { SURGELAB_KIND_ADAPTER_IMAGE: 'mine/adapter:7' })).toEqual({
      adapter: 'mine/adapter:7',
    });
    expect(asked()).toEqual(['image inspect -f {{.Id}} mine/adapter:7', 'pull -q mine/adapter:7']);
  });

  it('that cannot be pulled ends in one sentence with the reason that docker gave, and its fix', async () => {
    await expect(needed(['prometheus'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message:
        'image prom/prometheus:v3.16.0 for prometheus is neither here nor can it be pulled: Error response from daemon: manifest for prom/prometheus:v3.16.0 not found',
      hint: 'bash cluster/kind/offline/build-all.sh ~/.cache/surgelab/kind-offline   builds it from Debian packages and Go modules; or name another with SURGELAB_KIND_PROMETHEUS_IMAGE',
    });
  });

  it('that nobody else has is told together with the others of that kind, before minutes go into pulls', async () => {
    writeFileSync(join(folder, 'offered'), 'kindest/node:v1.37.2\nprom/prometheus:v3.16.0\n');
    await expect(needed(['node', 'prometheus', 'adapter', 'cards', 'kube-state-metrics'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: 'no image surgelab/adapter:offline for adapter, surgelab/fake-gpu:offline for cards on this machine',
      hint: 'bash cluster/kind/offline/build-all.sh ~/.cache/surgelab/kind-offline   builds it from Debian packages and Go modules; or name another with SURGELAB_KIND_ADAPTER_IMAGE, SURGELAB_KIND_CARDS_IMAGE',
    });
    expect(asked().filter((call) => call.startsWith('pull'))).toEqual([]);
  });

  it('that a cluster can be without is null where it is not to be had, and pulled where its variable names one', async () => {
    writeFileSync(join(folder, 'offered'), 'mine/ksm:2\n');
    expect(await needed(['kube-state-metrics'])).toEqual({ 'kube-state-metrics': null });
    expect(await needed(['kube-state-metrics'], { SURGELAB_KIND_KSM_IMAGE: 'mine/ksm:2' })).toEqual({
      'kube-state-metrics': 'mine/ksm:2',
    });
  });
});
