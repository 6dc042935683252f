import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { componentsFor, missingPrograms } from '../../cluster/bare/programs.ts';
import { readsOf } from '../../cluster/existing/reads.ts';
import { OBSERVER, rightsFor } from '../../cluster/existing/rights.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';
import { OBSERVERS } from '../../model/record.ts';
import { seconds } from '../../model/units.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { KNOWN_FILE, knownText } from '../known-file.ts';
import { writeRun } from '../run-folder.ts';
import { questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { BareCluster } from './replay-bare-cluster.ts';
import { replayExisting } from './replay-existing.ts';
import type { ReplayExistingSettings } from './replay-existing.ts';

const platform = smallPlatform(4);
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`the existing profile is not tried: ${missing}; surgelab cluster binaries`);

const NAMESPACE = platform.namespace;
const KEY = 'sk-of-the-service-51f0';
const DURATION_SECONDS = 20;
const folder = mkdtempSync(join(tmpdir(), 'surgelab-existing-'));
const scenario = smallScenario(11, DURATION_SECONDS, {
  service: { ...smallScenario(11, 1).service, queueAt: 'pod', timeout: seconds(20) },
  startup: { containerStart: fixed(0.3), imagePull: fixed(0), modelLoad: fixed(1) },
});
function fixed(value: number) {
  return { kind: 'fixed', value } as const;
}

const PATHS: Readonly<Record<string, (namespace: string) => string>> = {
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
  ClusterRole: () => '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: () => '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
};

describe.skipIf(missing !== null)('a cluster that is not ours', () => {
  const joined = new Map<number, string>();
  let cluster: BareCluster;
  /** Of its administrator: what must not be found anywhere is compared with it. */
  let authority = '';
  const tokens: string[] = [];

  /** A kubeconfig of a service account, as its owner would hand it out. */
  const kubeconfigOf = async (account: string): Promise<string> => {
    const admin = await connectKubernetes(cluster.plane.kubeconfig);
    const { status } = await admin.create<{ readonly status: { readonly token: string } }>(
      `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/${account}/token`,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    );
    await admin.close();
    tokens.push(status.token);
    const config = parse(readFileSync(cluster.plane.kubeconfig, 'utf8')) as {
      clusters: { name: string; cluster: Record<string, string> }[];
    };
    authority = config.clusters[0]!.cluster['certificate-authority-data']!;
    const path = join(folder, `${account}.kubeconfig`);
    const text = stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: config.clusters,
      users: [{ name: account, user: { token: status.token } }],
      contexts: [{ name: 'theirs', context: { cluster: config.clusters[0]!.name, user: account } }],
    });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };

  const settings = async (account: string): Promise<ReplayExistingSettings> => ({
    api: await connectKubernetes(await kubeconfigOf(account), 'theirs'),
    prometheus: { kind: 'address', url: cluster.plane.prometheusUrl },
    origin: joined.get(0)!,
    authorization: `Bearer ${KEY}`,
    dialect: null,
    tell: () => undefined,
    schedule: poissonSchedule(3, DURATION_SECONDS, 30, 4),
    scenario,
    // What the scenario says of the HPA is not what runs there.
    platform: { ...platform, hpa: { ...platform.hpa!, spec: { ...platform.hpa!.spec, maxReplicas: 9 } } },
    scheduleHash: 'not hashed here',
    versions: {},
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });

  beforeAll(async () => {
    cluster = await BareCluster.start({
      platform,
      scenario,
      law: fleetSettings(scenario.service, 1).law,
      load: { join: (pod, origin) => joined.set(pod, origin), leave: (pod) => joined.delete(pod) },
      logFolder: null,
      environment: process.env,
      signal: new AbortController().signal,
    });
    cluster.kubelet.begin();
    await cluster.createHpas();
    const admin = await connectKubernetes(cluster.plane.kubeconfig);
    for (const object of rightsFor(readsOf(platform, null), NAMESPACE) as { kind: string }[])
      await admin.create(PATHS[object.kind]!(NAMESPACE), object);
    await admin.close();
  }, 90_000);
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  it('names every right that is missing, and sends nothing', async () => {
    const asked = await settings('default');
    const refused = replayExisting({ ...asked, origin: 'http://127.0.0.1:1' });
    await expect(refused).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringMatching(/^this user may not:(\n {2}list \/api.*\n.*){6}$/) as string,
    });
    await asked.api.close();
  });

  it('is replayed at and watched with the rights of the manifest alone', { timeout: 120_000 }, async () => {
    const asked = await settings(OBSERVER);
    const { record, known, epochMillis, complete } = await replayExisting(asked);
    await asked.api.close();
    const { header, life, decisions, signals, storage, requests } = record;
    expect([complete, header.profile, header.versions['kubernetes']]).toEqual([
      true,
      'existing',
      cluster.kubernetesVersion,
    ]);
    expect(header.notes.filter((note) => /watch of|forbidden|cannot/.test(note))).toEqual([]);
    expect(header.notes).toContain("HPA: maxReplicas 4 on the cluster, 9 in the scenario; the cluster's is recorded");
    expect(header.platform.hpa?.spec.maxReplicas).toBe(4);
    const first = life.filter((e) => e.subject === 'pod' && e.ordinal === 0).map(({ t, event }) => [t, event]);
    expect(first.slice(0, 6)).toEqual(
      ['created', 'scheduled', 'container-started', 'running', 'ready', 'endpoint-ready'].map((event) => [0, event]),
    );
    expect(life.filter(({ subject, event }) => subject === 'node' && event === 'added')).not.toEqual([]);
    const values = decisions.flatMap(({ metrics }) => metrics.map(({ value }) => value));
    expect(
      values.some((value) => value !== null && value > 4),
      `values in the status: ${values.join(', ')}`,
    ).toBe(true);
    expect(decisions.some(({ scaled }) => scaled)).toBe(true);
    expect(life.some((e) => e.subject === 'pod' && e.ordinal === 1 && e.event === 'created')).toBe(true);
    const seenBy = new Set(Array.from(signals.observer, (code) => OBSERVERS[code]));
    expect([...seenBy].sort()).toEqual(['hpa', 'pod', 'prometheus']);
    expect(storage.jobs.map(({ samples }) => samples > 0)).toEqual([true]);
    expect(requests.count).toBe(asked.schedule.count);

    const run = await writeRun(join(folder, 'run'), record, {
      [KNOWN_FILE]: knownText({ epochMillis, scheduleHash: header.scheduleHash, inputs: known }),
    });
    const { question, known: read } = await questionOfRun(run, false);
    const simulated = simulateQuestion(question, false, read);
    expect(simulated.requests.count).toBe(requests.count);
    expect(simulated.header.platform).toEqual(header.platform);
    const created = (of: typeof record): string =>
      of.life.flatMap((e) => (e.event === 'created' ? [(e.t / 1000).toFixed(1)] : [])).join(', ');
    console.log(`pods created at ${created(record)} s there, at ${created(simulated)} s in the simulation of the run`);

    const secrets = [KEY, authority, ...tokens, ...tokens.flatMap((token) => token.split('.'))];
    const files = readdirSync(run, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files.length).toBeGreaterThan(5);
    for (const { parentPath, name } of files) {
      const text = readFileSync(join(parentPath, name), 'latin1');
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });

  it('was only read: no call of the observer changes anything', () => {
    const calls = readFileSync(cluster.plane.auditLog, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`:${OBSERVER}"`))
      .map((line) => JSON.parse(line) as { readonly verb: string; readonly user: { readonly username: string } })
      .filter(({ user }) => user.username.endsWith(`:${OBSERVER}`));
    expect(calls.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
  });
});
