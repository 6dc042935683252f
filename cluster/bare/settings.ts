// What a control plane is started with, and the translation of a platform into it. Pure.

import type { KubernetesVersion, Platform } from '../../model/platform.ts';
import type { AdapterSettings, ControllerSettings } from '../../model/platform.ts';
import type { Seconds } from '../../model/units.ts';
import { needsKubeStateMetrics } from '../../sim/hops/kube-state-metrics.ts';
import { PROMETHEUS_RELEASE } from './recipes.ts';
import type { ProgramPaths } from './component-names.ts';
import type { MonitoringSurroundings } from './monitoring-files.ts';
import { adapterFile, prometheusFiles } from './monitoring-files.ts';

export interface ControlPlaneSettings {
  readonly programs: ProgramPaths;
  readonly kubernetes: KubernetesVersion;
  readonly controller: ControllerSettings;
  readonly adapter: AdapterSettings;
  /** Text of the adapter's configuration file. */
  readonly adapterConfig: string;
  /** Path below Prometheus' folder to text; `prometheus.yml` is the configuration. */
  readonly prometheusFiles: (surroundings: MonitoringSurroundings) => ReadonlyMap<string, string>;
  readonly retention: Seconds;
  readonly kubeStateMetrics: boolean;
  /** Whether a node without a fresh lease becomes NotReady and loses its pods. Somebody has to renew the leases then. */
  readonly nodeLifecycle: boolean;
  /** What a report should say about the translation. */
  readonly notes: readonly string[];
  /** Logs are kept here; null = they go with the control plane. */
  readonly logFolder: string | null;
}

export interface PlaneOptions {
  readonly programs: ProgramPaths;
  readonly logFolder: string | null;
}

export const controlPlaneSettings = (
  platform: Platform,
  { programs, logFolder }: PlaneOptions,
): ControlPlaneSettings => ({
  programs,
  kubernetes: platform.controller.version,
  controller: platform.controller,
  adapter: platform.adapter,
  adapterConfig: adapterFile(platform),
  prometheusFiles: (surroundings) => prometheusFiles(platform, surroundings),
  retention: platform.prometheus.retention,
  kubeStateMetrics: needsKubeStateMetrics(platform),
  nodeLifecycle: true,
  notes:
    platform.prometheus.version === '3'
      ? []
      : [`the platform says Prometheus ${platform.prometheus.version}; the bare profile runs ${PROMETHEUS_RELEASE}`],
  logFolder,
});
