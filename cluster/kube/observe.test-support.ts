// A platform with no more than an observer looks at.

import type { Platform } from '../../model/platform.ts';
import { seconds } from '../../model/units.ts';

export const examplePlatform: Platform = {
  namespace: 'default',
  deployment: {
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
  },
  hpa: {
    name: 'asr',
    namespace: 'default',
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'asr' }, maxReplicas: 4 },
  },
  otherHpas: [],
  services: [],
  monitors: [],
  ruleGroups: [],
  prometheus: {
    version: '3',
    scrapeInterval: seconds(30),
    scrapeTimeout: seconds(10),
    evaluationInterval: seconds(30),
    retention: seconds(86_400),
    retentionSizeBytes: null,
    replicas: 1,
    hostName: 'localhost',
    externalLabels: {},
  },
  adapter: { config: {}, relistInterval: seconds(60), maxAge: seconds(60) },
  controller: { version: '1.37', syncPeriod: seconds(15), tolerance: 0.1, downscaleStabilization: seconds(300) },
  notes: [],
};
