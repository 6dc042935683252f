// The platform that tests of every folder start from: one pod of one Deployment, an HPA that names it, and nothing that
// scrapes, serves or records. What a test is about stands in the test; what it is not about stands here.

import type { Deployment, Hpa, Platform, Probe, PrometheusSettings } from './platform.ts';
import { seconds } from './units.ts';

export const exampleProbe = (periodSeconds: number, change: Partial<Probe> = {}): Probe => ({
  initialDelay: seconds(0),
  period: seconds(periodSeconds),
  timeout: seconds(1),
  successThreshold: 1,
  failureThreshold: 3,
  ...change,
});

export const exampleDeployment = (change: Partial<Deployment> = {}): Deployment => ({
  name: 'asr',
  namespace: 'default',
  replicas: 1,
  selector: { app: 'asr' },
  podLabels: { app: 'asr' },
  podAnnotations: {},
  container: 'asr',
  image: 'asr:1',
  ports: [],
  gpusPerPod: 1,
  readiness: null,
  liveness: null,
  startup: null,
  terminationGrace: seconds(30),
  preStop: seconds(0),
  nodeSelector: {},
  tolerations: [],
  ...change,
});

export const examplePrometheus = (change: Partial<PrometheusSettings> = {}): PrometheusSettings => ({
  version: '2.53',
  scrapeInterval: seconds(30),
  scrapeTimeout: seconds(10),
  evaluationInterval: seconds(30),
  retention: seconds(864_000),
  retentionSizeBytes: null,
  replicas: 1,
  hostName: 'prometheus-0',
  externalLabels: {},
  ...change,
});

/** The HPA of a Deployment; `spec` is what it says beside its target. */
export const exampleHpa = ({ name, namespace }: Deployment, spec: Omit<Hpa['spec'], 'scaleTargetRef'>): Hpa => ({
  name,
  namespace,
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, ...spec },
});

export const examplePlatform = (deployment: Deployment, change: Partial<Platform> = {}): Platform => ({
  namespace: deployment.namespace,
  deployment,
  hpa: exampleHpa(deployment, { maxReplicas: 4 }),
  otherHpas: [],
  services: [],
  monitors: [],
  ruleGroups: [],
  prometheus: examplePrometheus(),
  adapter: { config: {}, relistInterval: seconds(60), maxAge: seconds(60) },
  controller: { version: '1.34', syncPeriod: seconds(15), tolerance: 0.1, downscaleStabilization: seconds(300) },
  notes: [],
  ...change,
});
