// The control plane of the bare profile: etcd, kube-apiserver, kube-controller-manager (with its HPA), kube-scheduler,
// Prometheus, prometheus-adapter and, when asked, kube-state-metrics, as plain processes on loopback.
//
//   const settings = controlPlaneSettings(platform, { programs, logFolder: null });   // settings.ts
//   const plane = await startControlPlane(settings, signal);
//   const api = await connectKubernetes(plane.kubeconfig);                            // cluster/kube/client.ts
//   … create Node objects, the Deployment, Services and the HPA; play the kubelet (plane.kubeconfigOf('kubelet')) …
//   await plane.restart('adapter');   // discovers at once what Prometheus has by then, instead of a relist later
//   await plane.stop();
//
// Rules for whoever builds on it: pods are known to the API as 10.A.B.C and listen on 127.A.B.C;
// `plane.auditLog` and `plane.adapterAuditLog` are NDJSON, one event per finished request (audit-policy.ts).
// Nothing is left behind: supervisor-main.ts owns the processes and the folder, also when this process is killed.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import type { MetricApi } from './aggregation.ts';
import { metricApisOf, startObjects } from './aggregation.ts';
import { ARGUMENTS } from './arguments.ts';
import { makeCertificates } from './certificates.ts';
import type { Component } from './component-names.ts';
import { componentTrouble } from './component-health.ts';
import { componentFailure, isPortConflict, waitHealthy } from './health.ts';
import type { Layout } from './layout.ts';
import { layoutOf, startFiles } from './layout.ts';
import type { LoopbackAccess } from './loopback-access.ts';
import { loopbackAccess } from './loopback-access.ts';
import type { Ports } from './ports.ts';
import { LOOPBACK, freePorts } from './ports.ts';
import type { ControlPlane } from './plane.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { Supervisor } from './supervisor.ts';

export type { ControlPlane } from './plane.ts';

const PATIENCE_MILLIS = 60_000;

class StartingPlane {
  private readonly settings: ControlPlaneSettings;
  private readonly supervisor: Supervisor;
  private readonly apis: readonly MetricApi[];
  private readonly layout: Layout;
  private readonly ports: Ports;
  private readonly access: LoopbackAccess;
  /** Rejects when a component or the supervisor ends unasked. */
  private readonly broken: Promise<never>;
  /** The same, or the start is interrupted. */
  private readonly hopeless: Promise<never>;
  /** Ends that were asked for. */
  private readonly asked = new Set<number>();
  private readonly startMillis: Record<string, number> = {};
  private readonly begun = performance.now();
  private readonly forgetExits: () => void;

  static async make(settings: ControlPlaneSettings, signal: AbortSignal): Promise<ControlPlane> {
    const [supervisor, certificates, ports] = await Promise.all([
      Supervisor.start(),
      makeCertificates(Date.now()),
      freePorts(),
    ]);
    try {
      signal.throwIfAborted();
      const layout = layoutOf(supervisor.folder, settings.logFolder);
      const written = [
        ...startFiles(layout, certificates, ports.apiServer),
        [layout.adapterConfig, settings.adapterConfig] as const,
        ...[
          ...settings.prometheusFiles({
            kubeconfig: layout.kubeconfig('prometheus'),
            kubeStateMetrics: settings.kubeStateMetrics ? `${LOOPBACK}:${ports.kubeStateMetrics}` : null,
          }),
        ].map(([path, text]) => [join(dirname(layout.prometheusConfig), path), text] as const),
      ];
      await mkdir(layout.logs, { recursive: true });
      for (const [path, text] of written) {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text, { mode: 0o600 });
      }
      const access = loopbackAccess(certificates.ca, certificates.clients.admin);
      const plane = new StartingPlane(settings, supervisor, layout, ports, access, signal);
      return await plane.start(certificates.ca);
    } catch (error) {
      await supervisor.stop();
      if (signal.aborted) throw new TestbedError('INTERRUPTED', 'interrupted while the control plane started');
      throw error;
    }
  }

  private constructor(
    settings: ControlPlaneSettings,
    supervisor: Supervisor,
    layout: Layout,
    ports: Ports,
    access: LoopbackAccess,
    signal: AbortSignal,
  ) {
    this.settings = settings;
    this.apis = metricApisOf(settings.adapter.config);
    this.supervisor = supervisor;
    this.layout = layout;
    this.ports = ports;
    this.access = access;
    const ended = Promise.withResolvers<never>();
    this.forgetExits = supervisor.onExit(({ component, pid, how }) => {
      if (!this.asked.delete(pid)) ended.reject(componentFailure(component, `ended (${how})`, this.logOf(component)));
    });
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => aborted.reject(new Error('aborted')), { once: true });
    this.broken = Promise.race([ended.promise, supervisor.broken]);
    this.hopeless = Promise.race([this.broken, aborted.promise]);
    for (const each of [this.broken, this.hopeless]) each.catch(() => undefined);
  }

  private async start(ca: string): Promise<ControlPlane> {
    await this.run('etcd');
    await this.run('kube-apiserver');
    for (const { path, body } of startObjects(this.apis, this.ports.adapter, ca))
      await this.access.create(`https://${LOOPBACK}:${this.ports.apiServer}${path}`, body);
    await Promise.all([
      this.run('kube-controller-manager'),
      this.run('kube-scheduler'),
      this.run('prometheus'),
      this.run('adapter'),
      ...(this.settings.kubeStateMetrics ? [this.run('kube-state-metrics')] : []),
    ]);
    this.startMillis['total'] = Math.round(performance.now() - this.begun);
    const plane = this.handle();
    this.supervisor.describe({
      profile: 'bare',
      kubernetes: this.settings.kubernetes,
      kubeconfig: plane.kubeconfig,
      apiServer: plane.apiServerUrl,
      prometheus: plane.prometheusUrl,
      adapter: plane.adapterUrl,
      logs: plane.logs,
    });
    return plane;
  }

  private handle(): ControlPlane {
    const { layout, ports, supervisor } = this;
    const close = async (): Promise<void> => {
      this.forgetExits();
      await this.access.close();
    };
    return {
      folder: layout.folder,
      logs: layout.logs,
      auditLog: layout.auditLog,
      adapterAuditLog: layout.adapterAuditLog,
      kubeconfig: layout.kubeconfig('admin'),
      kubeconfigOf: layout.kubeconfig,
      apiServerUrl: `https://${LOOPBACK}:${ports.apiServer}`,
      prometheusUrl: `http://${LOOPBACK}:${ports.prometheus}`,
      adapterUrl: `https://${LOOPBACK}:${ports.adapter}`,
      kubeStateMetricsUrl: this.settings.kubeStateMetrics ? `http://${LOOPBACK}:${ports.kubeStateMetrics}` : null,
      ports,
      startMillis: this.startMillis,
      processIds: () => supervisor.processIds,
      supervisorPid: supervisor.pid,
      notes: [
        ...this.settings.notes,
        ...(supervisor.realTimeRefused === null
          ? []
          : [`the control plane runs without real-time priority: ${supervisor.realTimeRefused}`]),
      ],
      broken: this.broken,
      signal: (component, signal) => supervisor.signal(component, signal),
      kill: (component, signal = 'SIGKILL') => this.end(component, signal),
      restart: async (component) => {
        await this.end(component, 'SIGTERM');
        await this.run(component);
      },
      detach: async () => {
        await supervisor.detach();
        await close();
      },
      stop: async () => {
        await close();
        await supervisor.stop();
      },
    };
  }

  private logOf(component: Component): string {
    return join(this.layout.logs, `${component}.log`);
  }

  private async run(component: Component): Promise<void> {
    const from = performance.now();
    const args = ARGUMENTS[component]({ ...this.settings, layout: this.layout, ports: this.ports });
    const log = this.logOf(component);
    const program = this.settings.programs[component];
    if (program === undefined)
      throw new TestbedError('TOOL_MISSING', `${component} is needed and no path to it was given`, {
        hint: 'surgelab cluster binaries',
      });
    await this.supervisor.launch(component, program, args, log);
    await waitHealthy({
      component,
      log,
      check: () => componentTrouble(component, this.apis, this.ports, this.access),
      hopeless: this.hopeless,
      patienceMillis: PATIENCE_MILLIS,
    });
    this.startMillis[component] = Math.round(performance.now() - from);
  }

  private async end(component: Component, signal: NodeJS.Signals): Promise<void> {
    const pid = this.supervisor.processIds.get(component);
    if (pid === undefined) return;
    this.asked.add(pid);
    const ended = this.supervisor.ended(component);
    this.supervisor.signal(component, signal);
    this.supervisor.signal(component, 'SIGCONT');
    await ended;
  }
}

/**
 * Resolves when every component is healthy and the metric APIs that have rules answer through the API server. Throws TARGET_FAILED with
 * the component, its last words and what to try; INTERRUPTED when `signal` aborts. Nothing is left in either case.
 */
export const startControlPlane = async (settings: ControlPlaneSettings, signal: AbortSignal): Promise<ControlPlane> => {
  try {
    return await StartingPlane.make(settings, signal);
  } catch (error) {
    if (!(error instanceof TestbedError && isPortConflict(error))) throw error;
    return StartingPlane.make(settings, signal);
  }
};
