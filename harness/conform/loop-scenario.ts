// What a closed-loop recording was configured with, as a Scenario: the part of the world that is not in its YAML. Delays of
// the control plane are those measured over all recordings (README, "Measured stages").

import type { Distribution } from '../../model/distribution.ts';
import { seconds } from '../../model/units.ts';
import type { ControlPlaneSettings, Scenario } from '../../scenarios/scenario.ts';
import { clusterOfRecording } from './loop-cluster.ts';
import type { LoopFolder } from './closed-loop-types.ts';

/** Median and the spread that puts 95 % where the README does, ms to s. */
const measured = (medianMillis: number, p95Millis: number): Distribution => ({
  kind: 'lognormal',
  median: medianMillis / 1000,
  sigma: Math.log(p95Millis / medianMillis) / 1.645,
});

/**
 * Pods metric of four pods: 8.1, 9.0, 9.9, 14.8, 22, 48 and 122 ms at 5, 50, 75, 90, 95, 99 and 100 %, 11.1 in the mean
 * (3,721 calls of these recordings).
 */
const ADAPTER_QUERY: Distribution = {
  kind: 'mixture',
  parts: [
    { weight: 0.77, of: { kind: 'lognormal', median: 0.0088, sigma: 0.06 } },
    { weight: 0.125, of: { kind: 'lognormal', median: 0.0115, sigma: 0.15 } },
    { weight: 0.0875, of: { kind: 'lognormal', median: 0.0205, sigma: 0.2 } },
    { weight: 0.0175, of: { kind: 'lognormal', median: 0.06, sigma: 0.4 } },
  ],
};

const CONTROL_PLANE: ControlPlaneSettings = {
  scrapeDuration: measured(0.9, 1.3),
  adapterQuery: ADAPTER_QUERY,
  getScale: measured(2, 2.4),
  putScale: measured(3, 3.8),
  replicaSet: measured(11.5, 25),
  schedule: measured(6, 13),
  endpoints: measured(13, 24),
  hpaPhase: null,
};

/** The scenario of a recording; `seed` rules whatever its comparison leaves to chance. */
export const scenarioOfRecording = (folder: LoopFolder, seed: number): Scenario => {
  const { config } = folder;
  const { nodes, startup } = clusterOfRecording(folder, 'own');
  return {
    name: folder.name,
    question: '',
    seed,
    duration: seconds(config.durationMs / 1000),
    warmup: seconds(0),
    epochMillis: config.epochMs,
    traffic: [],
    platform: { manifests: [], set: {} },
    service: {
      // The recording's own law takes its place.
      calibration: 'pulse-pro-l40s',
      gpu: 'L40S',
      cap: null,
      balancer: config.service.balancer,
      queueAt: 'front',
      queueLimit: null,
      timeout: null,
      retries: null,
      metricsWhileLoading: config.metricsWhileLoading,
      healthWhileLoading: true,
      countStreamsAsRequests: false,
    },
    startup,
    nodes: {
      gpusPerNode: nodes.gpusPerNode,
      warm: nodes.initial,
      min: nodes.min,
      max: nodes.max,
      provision: nodes.provision,
      scan: nodes.scan,
      idleRemove: nodes.idleRemove,
      pricePerHour: 0,
      billingQuantum: seconds(1),
    },
    controlPlane: CONTROL_PLANE,
    faults: [],
    objectives: [],
    prices: { storagePerGbMonth: 0, perMissedRequest: 0, source: '' },
  };
};
