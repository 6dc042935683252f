// Replays a schedule on a kind cluster: kubelets, containers, scheduler, controllers, Prometheus and adapter are the real
// ones, pods are containers of the emulator that hold a fake card. Takes what `simulate` takes and gives the same kind of
// record, and what a simulation of this very run has to know. A cluster that this call made is taken away again.

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROMETHEUS_RELEASE } from '../../cluster/bare/recipes.ts';
import { monotonicMillis } from '../../cluster/emulator/scaled-clock.ts';
import { auditedLife } from '../../cluster/kind/audited-life.ts';
import { takeDown } from '../../cluster/kind/down.ts';
import { cardsOf } from '../../cluster/kind/nodes.ts';
import { PodFollower } from '../../cluster/kind/pod-follower.ts';
import type { KindPool } from '../../cluster/kind/pool.ts';
import { kindPool } from '../../cluster/kind/pool.ts';
import { copyLogs, resetWorkload } from '../../cluster/kind/reset.ts';
import type { Ladder } from '../../cluster/kind/rungs.ts';
import type { UpCluster } from '../../cluster/kind/up.ts';
import { bringUp, explained } from '../../cluster/kind/up.ts';
import { workloadUp } from '../../cluster/kind/workload-up.ts';
import type { WorkloadUp } from '../../cluster/kind/workload-up.ts';
import { loadService } from '../../cluster/kind/workload.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import { auditCalls } from '../../cluster/kube/audit-log.ts';
import { patiently, unless } from '../../cluster/patience.ts';
import type { Collected } from '../../cluster/kube/collect.ts';
import { Collector } from '../../cluster/kube/collect.ts';
import { TestbedError } from '../../model/errors.ts';
import type { LifeEvent, RealityTable } from '../../model/record.ts';
import { seedOf } from '../../model/rng.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import { LoadWorkers } from './load-workers.ts';
import type { Priority } from './priority.ts';
import { realTimePriority } from './priority.ts';
import type { AuditedReplayed, RealRunSettings } from './real-run.ts';
import { latestMillis, loadSettings, recordOfRealRun, waitUntilOver } from './real-run.ts';
import { withCauses } from './replay-bare-causes.ts';
import { requestsOfRun, servedOfRun } from './replay-bare-clock.ts';
import { asItRuns } from './replay-bare-programs.ts';
import { refuseFaults } from './replay-kind-faults.ts';
import { KindRun } from './replay-kind-run.ts';
import type { RunningLoad } from './running-load.ts';

export interface ReplayKindSettings extends RealRunSettings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly tell: (text: string) => void;
}

const REALITY: RealityTable = {
  load: 'Node engine, real HTTP, at the pods over the Docker network',
  pod: 'emulator in a container with a fake card, service law of the simulator',
  scrape: 'Prometheus',
  adapter: 'prometheus-adapter',
  hpa: 'kube-controller-manager',
  scheduler: 'kube-scheduler; nodes are containers, late ones are started by Surgelab',
  kubelet: 'kubelet and containerd',
  time: 'wall clock',
};

const refuse = ({ timeScale, scenario }: ReplayKindSettings): void => {
  if (timeScale !== 1)
    throw new TestbedError('USAGE', `--time-scale ${timeScale}: the kind profile runs in real time`, {
      hint: 'leave --time-scale out, or use --profile local',
    });
  refuseFaults(scenario.faults);
};

/** Throws TOOL_MISSING, TARGET_FAILED, USAGE, INTERRUPTED. */
export const replayKind = async (settings: ReplayKindSettings): Promise<AuditedReplayed> => {
  refuse(settings);
  const { environment, signal, tell } = settings;
  const pool = kindPool(settings.scenario, settings.platform);
  const { scenario } = pool;
  const fleet = fleetSettings(scenario.service, seedOf(scenario.seed, 'balancer'), scenario.traffic);
  const cluster = await bringUp({ pool, law: fleet.law, environment, signal, tell });
  const ladder = { signal, tell };
  let isWell = false;
  try {
    const up = await prepared(cluster, ladder, environment);
    const priority = realTimePriority();
    try {
      const played = await playOn({ settings, pool, cluster, up }, priority.kind);
      isWell = true;
      return played;
    } finally {
      priority.restore();
    }
  } finally {
    await cluster.api.close();
    // What failed stays, for whoever looks.
    if (cluster.isNew && (isWell || signal.aborted)) await takeDown(environment);
  }
};

const prepared = async (
  cluster: UpCluster,
  ladder: Ladder,
  environment: ReplayKindSettings['environment'],
): Promise<WorkloadUp> => {
  try {
    if (!cluster.isNew) await resetWorkload(cluster, ladder);
    return await workloadUp(cluster, ladder);
  } catch (error) {
    throw await explained(error, 'workload and metric path', cluster.api, environment);
  }
};

interface Prepared {
  readonly settings: ReplayKindSettings;
  readonly pool: KindPool;
  readonly cluster: UpCluster;
  readonly up: WorkloadUp;
}

interface Version {
  readonly gitVersion: string;
}

const startLoad = async ({ settings, pool }: Prepared): Promise<RunningLoad> => {
  const { schedule, scheduleHash, signal } = settings;
  const { service, seed, traffic } = pool.scenario;
  const asked = loadSettings(
    pool.scenario,
    fleetSettings(service, seedOf(seed, 'balancer'), traffic),
    'kind',
    settings,
  );
  const context = { timeScale: 1, scheduleHash, latestMillis: latestMillis(settings), signal };
  return settings.engine === undefined
    ? LoadWorkers.start(schedule, asked, settings.workers ?? 1)
    : settings.engine.start(schedule, asked, context);
};

const playOn = async (ready: Prepared, priority: Priority['kind']): Promise<AuditedReplayed> => {
  const { settings, pool, cluster, up } = ready;
  const { api, workload } = cluster;
  const { gitVersion } = await api.get<Version>('/version');
  const platform = asItRuns(pool.platform, gitVersion);
  const { namespace, selector, readiness } = platform.deployment;
  const service = loadService(platform, workload.doors).service.name;
  const load = await startLoad(ready);
  const early = new Map<number, string>();
  let started = false;
  const follower = new PodFollower({
    api,
    namespace,
    selector,
    service,
    port: workload.doors.port,
    now: monotonicMillis,
    join: (pod, origin) => (started ? load.join(pod, origin) : early.set(pod, origin)),
    leave: (pod) => (started ? load.leave(pod) : early.delete(pod)),
  });
  const folder = await mkdtemp(join(tmpdir(), 'surgelab-kind-run-'));
  try {
    const nodes = [...(await cardsOf(api))].filter(([, cards]) => cards > 0).map(([name]) => name);
    // Logs are copied to these names when the run is over.
    const logs = { auditLog: join(folder, 'audit.log'), adapterAuditLog: join(folder, 'adapter-audit.log') };
    const { scenario } = pool;
    const collector = await Collector.begin({ prometheusUrl: up.prometheusUrl, ...logs, platform, scenario });
    await untilJoined(early, up.replicas, follower.broken);
    for (const [pod, origin] of [...early].sort(([a], [b]) => a - b)) load.join(pod, origin);
    started = true;
    const run = new KindRun({ cluster, pool, follower, load, prometheusUrl: up.prometheusUrl });
    const complete = await waitUntilOver(run, load, settings);
    const endMillis = Math.max(0, run.clock.now());
    const told = await load.stop(endMillis);
    await run.stop();
    const served = await follower.logs.allServed();
    follower.stop();
    await copyLogs(folder);
    const life = auditedLife({
      calls: auditCalls(readFileSync(logs.auditLog, 'utf8').split('\n')),
      namespace,
      selector,
      service,
      epochMillis: run.epochMillis,
      nodes,
      probePeriod: readiness?.period ?? null,
      loaded: new Map([...follower.logs.loadedMonotonicMillis].map(([name, at]) => [name, run.unixOf(at)])),
      ordinals: follower.ordinals,
      requested: run.requested,
    });
    const { epochMillis, fleet, faults } = run;
    const collected = await collector.end({ epochMillis, endMillis, life, fleet, faults: faults.records });
    return recorded(ready, { run, collected, life, served, told, endMillis, complete, priority, gitVersion });
  } finally {
    follower.stop();
    await load.stop(0);
    await rm(folder, { recursive: true, force: true });
  }
};

const JOIN = { patienceMillis: 30_000, lookMillis: 50 };

/** The pods of the start are in the balancer. */
const untilJoined = async (
  early: ReadonlyMap<number, string>,
  count: number,
  broken: Promise<never>,
): Promise<void> => {
  const missing = await patiently(
    JOIN,
    () => (early.size < count ? `${early.size} of ${count} pods of the start have a ready endpoint` : null),
    unless(broken),
  );
  if (missing !== null) throw new TestbedError('TARGET_FAILED', missing);
};

interface Played {
  readonly run: KindRun;
  readonly collected: Collected;
  readonly life: readonly LifeEvent[];
  readonly served: ReadonlyMap<number, PodServed>;
  readonly told: Awaited<ReturnType<RunningLoad['stop']>>;
  readonly endMillis: number;
  readonly complete: boolean;
  readonly priority: Priority['kind'];
  readonly gitVersion: string;
}

const recorded = ({ settings, pool, cluster, up }: Prepared, played: Played): AuditedReplayed => {
  const { run, collected, life, served, told, endMillis, complete, priority, gitVersion } = played;
  // The origin is this run's.
  const scenario: Scenario = { ...pool.scenario, epochMillis: run.epochMillis };
  const platform = asItRuns(pool.platform, gitVersion);
  const versions = { ...settings.versions, kubernetes: gitVersion, prometheus: PROMETHEUS_RELEASE };
  const killed = run.faults.records.flatMap((fault) => (fault.kind === 'pod-kill' ? [fault.pod] : []));
  const explainedLife = withCauses(life, collected.scaleChanges, killed, platform.hpa?.name ?? '');
  const brokenNotes = up.broken.map(({ rung, found }) => `${rung}: ${found}`);
  // The pods' clock is the machine's.
  const { originMonotonicMillis } = run.clock;
  const record = recordOfRealRun(
    { ...settings, platform, scenario, versions },
    {
      profile: 'kind',
      reality: REALITY,
      cluster: {
        ...collected,
        life: explainedLife,
        served: servedOfRun(served, originMonotonicMillis),
        notes: [...cluster.notes, ...up.notes, ...brokenNotes, ...run.faults.notes, ...collected.notes],
      },
      report: { ...told, requests: requestsOfRun(told.requests, originMonotonicMillis) },
      endMillis,
      priority,
    },
  );
  return { complete, record, processIds: [], known: collected.known, conformance: collected.conformance };
};
