// A bare cluster with a scenario's platform on it: control plane, kubelet, objects, balancer; ready when the pods of the
// start serve, Prometheus has scraped them and the adapter lists their metrics. Takes platform and scenario, tells the
// load engine which pods to use. Invariant: after `stop`, or a failed start, no process of it is left.

import { Agent } from 'undici';
import type { ControlPlane } from '../../cluster/bare/control-plane.ts';
import { startControlPlane } from '../../cluster/bare/control-plane.ts';
import { BareKubelet } from '../../cluster/bare/kubelet.ts';
import { callersService, followEndpoints } from '../../cluster/bare/load-balancer.ts';
import { hpaObject, platformObjects, serviceObject } from '../../cluster/bare/platform-objects.ts';
import type { PodDoors, ReservedBlock } from '../../cluster/bare/pod-addresses.ts';
import { assertDoorsFree, podDoors, reserveAddresses } from '../../cluster/bare/pod-addresses.ts';
import { controlPlaneSettings } from '../../cluster/bare/settings.ts';
import type { KubeClient } from '../../cluster/kube/client.ts';
import { connectKubernetes, isKubeError } from '../../cluster/kube/client.ts';
import { emulatorSettings } from '../../cluster/local/emulator-settings.ts';
import { controlAgent } from '../../cluster/local/http-get.ts';
import type { LoadPort } from '../../cluster/local/load-port.ts';
import { patiently, unless } from '../../cluster/patience.ts';
import { TestbedError } from '../../model/errors.ts';
import type { Platform, Service } from '../../model/platform.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { ClusterConfig } from '../../sim/kubernetes/index.ts';
import { clusterConfig } from '../../sim/kubernetes/index.ts';
import { asItRuns, programsOf } from './replay-bare-programs.ts';
import { untilMetricsListed, untilScraped } from './replay-bare-waits.ts';

export interface BareClusterSettings {
  readonly platform: Platform;
  readonly scenario: Scenario;
  readonly law: ServiceLaw;
  readonly load: Pick<LoadPort, 'join' | 'leave'>;
  /** Logs of the control plane are kept there; null = they go with it. */
  readonly logFolder: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Fields of the kubelet's configuration in place of those that platform and scenario imply. */
  readonly cluster?: Partial<ClusterConfig>;
}

const PODS = { patienceMillis: 60_000, lookMillis: 50 };

export class BareCluster {
  readonly plane: ControlPlane;
  readonly api: KubeClient;
  readonly kubelet: BareKubelet;
  /** The platform with the versions that really run. */
  readonly platform: Platform;
  /** As `v1.37.2`. */
  readonly kubernetesVersion: string;
  readonly notes: string[];
  /** Rejects when the control plane or a pod's process breaks; never resolves. */
  readonly broken: Promise<never>;
  private readonly settings: BareClusterSettings;
  private readonly config: ClusterConfig;
  /** Joins before everything is ready. Null = it is. */
  private early: Map<number, string> | null = new Map();
  private readonly doors: PodDoors;
  private readonly agent: Agent;
  private readonly block: ReservedBlock;
  private readonly watching = new AbortController();
  private readonly breakdown = Promise.withResolvers<never>();

  static async start(settings: BareClusterSettings): Promise<BareCluster> {
    const { platform, environment, logFolder, signal } = settings;
    const { paths, kubeStateMetrics, notes } = await programsOf(platform, environment);
    const block = await reserveAddresses();
    try {
      await assertDoorsFree(block.block, podDoors(platform));
      const wanted = controlPlaneSettings(platform, { programs: paths, logFolder });
      const plane = await startControlPlane({ ...wanted, kubeStateMetrics }, signal);
      try {
        const api = await connectKubernetes(plane.kubeconfigOf('kubelet'));
        const { gitVersion } = await api.get<{ readonly gitVersion: string }>('/version');
        return await new BareCluster(settings, plane, api, gitVersion, block, [...plane.notes, ...notes]).open();
      } catch (error) {
        await plane.stop();
        throw error;
      }
    } catch (error) {
      await block.release();
      throw error;
    }
  }

  private constructor(
    settings: BareClusterSettings,
    plane: ControlPlane,
    api: KubeClient,
    kubernetesVersion: string,
    block: ReservedBlock,
    notes: string[],
  ) {
    const { scenario, law } = settings;
    this.settings = settings;
    this.plane = plane;
    this.api = api;
    this.kubernetesVersion = kubernetesVersion;
    this.block = block;
    this.notes = notes;
    this.platform = asItRuns(settings.platform, kubernetesVersion);
    this.config = { ...clusterConfig(this.platform, scenario), ...settings.cluster };
    this.doors = podDoors(this.platform);
    this.agent = controlAgent();
    this.broken = Promise.race([plane.broken, this.breakdown.promise]);
    this.broken.catch(() => undefined);
    this.kubelet = new BareKubelet(
      {
        api,
        cluster: this.config,
        emulator: emulatorSettings(scenario.service, law),
        doors: this.doors,
        block: block.block,
        agent: this.agent,
        kubeletVersion: kubernetesVersion,
        others: this.platform.otherHpas.length > 0,
      },
      {
        join: (pod, origin) => (this.early === null ? settings.load.join(pod, origin) : this.early.set(pod, origin)),
        leave: (pod) => (this.early === null ? settings.load.leave(pod) : this.early.delete(pod)),
        broken: (error) => this.breakdown.reject(error),
      },
    );
  }

  /** Creates an object; that it exists already is fine. */
  async create({ path, body }: { readonly path: string; readonly body: object }): Promise<void> {
    try {
      await this.api.create(path, body);
    } catch (error) {
      if (!isKubeError(error, 409)) throw error;
    }
  }

  /** Creates the HPAs; they decide from here on. */
  async createHpas(): Promise<void> {
    const { hpa, otherHpas } = this.platform;
    for (const each of hpa === null ? otherHpas : [hpa, ...otherHpas]) await this.create(hpaObject(each));
  }

  async stop(): Promise<void> {
    this.watching.abort();
    await this.kubelet.stop();
    await this.api.close();
    await this.agent.destroy();
    await this.plane.stop();
    await this.block.release();
  }

  private async open(): Promise<BareCluster> {
    const begun = performance.now();
    try {
      await this.kubelet.start();
      const service = callersService(this.platform, this.doors.port) ?? this.ownService();
      const { initialReplicas } = this.config;
      for (const each of platformObjects(this.platform, this.doors.port, initialReplicas)) await this.create(each);
      await this.create(serviceObject(service));
      followEndpoints(this.api, service, this.watching.signal, ({ uid, ready }) =>
        this.kubelet.endpoint(uid, ready),
      ).catch((error: unknown) => this.breakdown.reject(error));
      await this.untilServing(initialReplicas);
      const serving = performance.now();
      await this.untilMetrics();
      this.joinEarly();
      this.notes.push(this.startNote(begun, serving));
      return this;
    } catch (error) {
      this.watching.abort();
      await this.kubelet.stop();
      await this.api.close();
      await this.agent.destroy();
      throw error;
    }
  }

  /** The balancer has the pods of the start by their numbers, as in simulation; who was ready first is chance. */
  private joinEarly(): void {
    const joined = [...(this.early ?? [])].sort(([a], [b]) => a - b);
    this.early = null;
    for (const [pod, origin] of joined) this.settings.load.join(pod, origin);
  }

  private startNote(begun: number, serving: number): string {
    const inSeconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`;
    const plane = this.plane.startMillis['total'] ?? NaN;
    const now = performance.now();
    return `ready after ${inSeconds(plane + now - begun)}: control plane ${inSeconds(plane)}, pods ${inSeconds(serving - begun)}, metrics ${inSeconds(now - serving)}`;
  }

  private ownService(): Service {
    const { name, namespace, selector } = this.platform.deployment;
    const { port } = this.doors;
    this.notes.push(`no Service selects the pods of ${name}: one named ${name}-surgelab was added for the callers`);
    return {
      name: `${name}-surgelab`,
      namespace,
      labels: {},
      selector,
      ports: [{ name: 'http', port, targetPort: port }],
    };
  }

  private async untilServing(count: number): Promise<void> {
    const serving = (): number => this.kubelet.serving.length;
    const missing = await patiently(
      PODS,
      () => {
        this.assertWanted();
        return serving() < count ? `${serving()} of ${count} pods of the start serve` : null;
      },
      unless(this.broken),
    );
    if (missing !== null)
      throw new TestbedError('TARGET_FAILED', `${missing} after ${PODS.patienceMillis / 1000} s: ${this.lastWords()}`, {
        hint: `kubectl --kubeconfig ${this.plane.kubeconfig} get pods,nodes -o wide   while it runs`,
      });
  }

  private lastWords(): string {
    const last = this.kubelet.life.at(-1);
    return last === undefined ? 'nothing happened' : `last: ${last.name} ${last.event}, ${last.cause}`;
  }

  /** The adapter lists what Prometheus has when it starts; otherwise its next relist may be minutes away. */
  private async untilMetrics(): Promise<void> {
    const { platform, plane, api, kubelet } = this;
    const scraped = await this.alive(untilScraped(plane.prometheusUrl, platform, kubelet.serving.length));
    if (scraped !== null) this.notes.push(scraped);
    if (platform.hpa === null) return;
    await this.alive(plane.restart('adapter'));
    const listed = await this.alive(untilMetricsListed(api, platform.hpa));
    if (listed !== null) this.notes.push(listed);
  }

  private assertWanted(): void {
    if (this.settings.signal.aborted)
      throw new TestbedError('INTERRUPTED', 'interrupted while the bare cluster became ready');
  }

  private async alive<T>(waited: Promise<T>): Promise<T> {
    this.assertWanted();
    return Promise.race([waited, this.broken]);
  }
}
