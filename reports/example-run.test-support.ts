// A small run for tests, made by hand-written rules rather than by the simulator: constant calls that step up once, pods
// with places, FIFO, an HPA that reads the last scrape. Every instant follows from the options; no chance.

import {
  exampleDeployment,
  exampleHpa,
  examplePlatform,
  exampleProbe,
  examplePrometheus,
} from '../model/example-platform.test-support.ts';
import type { Decision, LifeEvent, RunRecord, SignalTable } from '../model/record.ts';
import { OBSERVERS, OUTCOMES, RUN_SCHEMA, emptyRequests } from '../model/record.ts';
import { emptySchedule } from '../model/schedule.ts';
import { millis, perSecond, seconds } from '../model/units.ts';
import type { Scenario } from '../scenarios/scenario.ts';

export interface ExampleOptions {
  readonly scrapeSeconds?: number;
  readonly seed?: number;
  readonly durationSeconds?: number;
  readonly stepAtSeconds?: number;
  readonly callsBefore?: number;
  readonly callsAfter?: number;
  /** Container running to model loaded. */
  readonly modelLoadSeconds?: number;
  readonly objectives?: readonly string[];
  readonly maxReplicas?: number;
}

const TICK = 100;
/** Calls a pod serves at once, for one second each. */
const PLACES = 8;
const TARGET = 4;

const fixed = (value: number) => ({ kind: 'fixed', value }) as const;

const scenario = (o: Required<ExampleOptions>): Scenario => ({
  name: 'example-step',
  question: 'What happens to callers when calls double?',
  seed: o.seed,
  duration: seconds(o.durationSeconds),
  warmup: seconds(0),
  epochMillis: 0,
  traffic: [
    {
      name: 'interactive',
      kind: 'short',
      arrivals: { kind: 'constant', rate: perSecond(o.callsBefore) },
      audioSeconds: fixed(50),
      surge: {
        points: [
          [seconds(0), perSecond(1)],
          [seconds(o.stepAtSeconds), perSecond(o.callsAfter / o.callsBefore)],
        ],
        between: 'step',
      },
    },
  ],
  platform: { manifests: [], set: {} },
  service: {
    calibration: 'pulse-pro-l40s',
    gpu: 'L40S',
    cap: PLACES,
    balancer: 'least-requests',
    queueAt: 'front',
    queueLimit: null,
    timeout: null,
    retries: null,
    metricsWhileLoading: true,
    healthWhileLoading: false,
    countStreamsAsRequests: true,
  },
  startup: { containerStart: fixed(2), imagePull: fixed(0), modelLoad: fixed(o.modelLoadSeconds) },
  nodes: {
    gpusPerNode: 1,
    warm: o.maxReplicas,
    min: 0,
    max: o.maxReplicas,
    provision: fixed(0),
    scan: seconds(10),
    idleRemove: seconds(600),
    pricePerHour: 1.861,
    billingQuantum: seconds(1),
  },
  controlPlane: {
    scrapeDuration: fixed(0.005),
    adapterQuery: fixed(0.06),
    getScale: fixed(0),
    putScale: fixed(0),
    replicaSet: fixed(0.1),
    schedule: fixed(0.2),
    endpoints: fixed(0.1),
    hpaPhase: seconds(7),
  },
  faults: [],
  objectives: o.objectives,
  prices: { storagePerGbMonth: 0.08, perMissedRequest: 0.01, source: 'example' },
});

const DEPLOYMENT = exampleDeployment({ namespace: 'asr', readiness: exampleProbe(5) });

const platform = (o: Required<ExampleOptions>): RunRecord['header']['platform'] =>
  examplePlatform(DEPLOYMENT, {
    hpa: exampleHpa(DEPLOYMENT, { minReplicas: 1, maxReplicas: o.maxReplicas }),
    prometheus: examplePrometheus({ scrapeInterval: seconds(o.scrapeSeconds), scrapeTimeout: seconds(1) }),
  });

interface Row {
  readonly at: number;
  readonly observer: number;
  readonly metric: number;
  readonly value: number;
  readonly age: number;
}

const METRICS = ['asr_active_requests', 'in_service', 'waiting'];
const table = (rows: readonly Row[]): SignalTable => {
  const ordered = [...rows].sort((a, b) => a.at - b.at);
  return {
    count: ordered.length,
    atMillis: Float64Array.from(ordered, (r) => r.at),
    observer: Uint8Array.from(ordered, (r) => r.observer),
    subject: new Uint32Array(ordered.length),
    subjects: [''],
    metric: Uint16Array.from(ordered, (r) => r.metric),
    metrics: METRICS,
    value: Float64Array.from(ordered, (r) => r.value),
    ageMillis: Float64Array.from(ordered, (r) => r.age),
  };
};

const DEFAULTS: Required<ExampleOptions> = {
  scrapeSeconds: 15,
  seed: 7,
  durationSeconds: 900,
  stepAtSeconds: 300,
  callsBefore: 3,
  callsAfter: 12,
  modelLoadSeconds: 43.6,
  objectives: ['attainment{kind=short,within=2s} >= 0.99', 'reaction.toReady p95 <= 120s', 'cost.gpuHours <= 6'],
  maxReplicas: 4,
};

/** The run that follows from the options. Scrapes at 37 s · seed mod interval, syncs at 7 s + 15 s·k, a pod Ready by the next 5 s tick. */
export const exampleRun = (options: ExampleOptions = {}): RunRecord => {
  const o: Required<ExampleOptions> = { ...DEFAULTS, ...options };
  const duration = o.durationSeconds * 1000;
  const arrivals: number[] = [];
  for (let t = 0; t < duration; t += 1000 / (t < o.stepAtSeconds * 1000 ? o.callsBefore : o.callsAfter))
    arrivals.push(t);
  const schedule = emptySchedule(arrivals.length, millis(duration), ['interactive']);
  schedule.offsetMillis.set(arrivals);
  schedule.audioSeconds.fill(50);
  const requests = emptyRequests(arrivals.length);
  requests.intendedMillis.set(arrivals);
  requests.sentMillis.set(arrivals);

  const life: LifeEvent[] = [];
  const pods: { readyAt: number; busy: number[] }[] = [];
  const podEvent = (
    t: number,
    ordinal: number,
    event: Extract<LifeEvent, { subject: 'pod' }>['event'],
    cause: string,
  ) =>
    life.push({ t: millis(t), subject: 'pod', name: `asr-${ordinal}`, ordinal, event, node: `gpu-${ordinal}`, cause });
  const addPod = (at: number, warm: boolean): void => {
    const n = pods.length;
    life.push({ t: millis(at), subject: 'node', name: `gpu-${n}`, event: 'added', cause: 'pod needs a GPU' });
    podEvent(at, n, 'created', warm ? 'start' : 'HPA asr');
    const container = warm ? at : at + 2300;
    const loaded = warm ? at : container + o.modelLoadSeconds * 1000;
    const ready = warm ? at : Math.ceil(loaded / 5000) * 5000;
    podEvent(warm ? at : at + 300, n, 'scheduled', 'fits');
    podEvent(container, n, 'container-started', 'image present');
    podEvent(loaded, n, 'model-ready', 'weights on the GPU');
    podEvent(ready, n, 'ready', 'probe');
    podEvent(warm ? at : ready + 100, n, 'endpoint-ready', 'endpoints');
    pods.push({ readyAt: ready + (warm ? 0 : 100), busy: [] });
  };
  addPod(0, true);

  const rows: Row[] = [];
  const decisions: Decision[] = [];
  const see = (at: number, observer: (typeof OBSERVERS)[number], metric: number, value: number, age: number) =>
    rows.push({ at, observer: OBSERVERS.indexOf(observer), metric, value, age });
  const queue: number[] = [];
  const scrapePhase = (o.seed * 37_000) % (o.scrapeSeconds * 1000);
  let next = 0;
  let sample = { at: 0, active: 0 };
  const end = duration + 60_000;
  for (let t = 0; t < end; t += TICK) {
    for (const pod of pods) pod.busy = pod.busy.filter((until) => until > t);
    while (next < arrivals.length && arrivals[next]! <= t) queue.push(next++);
    for (const [ordinal, pod] of pods.entries()) {
      while (pod.readyAt <= t && pod.busy.length < PLACES && queue.length > 0) {
        const call = queue.shift()!;
        const start = Math.max(t, arrivals[call]!);
        requests.admittedMillis[call] = start;
        requests.firstResultMillis[call] = start + 1000;
        requests.doneMillis[call] = start + 1000;
        requests.outcome[call] = OUTCOMES.indexOf('ok');
        requests.pod[call] = ordinal;
        requests.attempts[call] = 1;
        pod.busy.push(start + 1000);
      }
    }
    const serving = pods.reduce((sum, pod) => sum + pod.busy.length, 0);
    const active = serving + Math.min(queue.length, 3 * TARGET * o.maxReplicas);
    if (t % 1000 === 0) {
      see(t, 'pod', 1, serving, 0);
      see(t, 'pod', 2, queue.length, 0);
    }
    if (t % (o.scrapeSeconds * 1000) === scrapePhase) {
      sample = { at: t, active };
      see(t + 5, 'prometheus', 0, active, 5);
    }
    if (t % 15_000 === 7000 && t < duration) {
      const proposal = Math.max(1, Math.ceil(sample.active / TARGET));
      const desired = Math.min(o.maxReplicas, Math.max(pods.length, proposal));
      see(t + 50, 'adapter', 0, sample.active, t + 50 - sample.at);
      see(t + 60, 'hpa', 0, sample.active / pods.length, t + 60 - sample.at);
      decisions.push({
        t: millis(t),
        hpa: 'asr',
        current: pods.length,
        ready: pods.filter((pod) => pod.readyAt <= t).length,
        metrics: [
          {
            name: METRICS[0]!,
            value: sample.active / pods.length,
            target: TARGET,
            proposal,
            error: null,
            oldestSampleAgeMillis: t - sample.at,
          },
        ],
        proposal,
        desired,
        limitedBy: proposal > o.maxReplicas ? 'TooManyReplicas' : null,
        scaled: desired !== pods.length,
        why: `${sample.active} active over ${pods.length} pods`,
      });
      for (let missing = desired - pods.length; missing > 0; missing--) addPod(t + 160, false);
    }
  }
  life.sort((a, b) => a.t - b.t);
  const samples = (25 * o.maxReplicas * duration) / 1000 / o.scrapeSeconds;
  return {
    header: {
      schema: RUN_SCHEMA,
      scenarioName: 'example-step',
      question: 'What happens to callers when calls double?',
      seed: o.seed,
      scheduleHash: 'ab'.repeat(32),
      profile: 'sim',
      timeScale: 1,
      reality: {
        load: 'schedule rows',
        pod: 'service model',
        scrape: 'simulated',
        adapter: 'simulated',
        hpa: 'simulated',
        scheduler: 'simulated',
        kubelet: 'simulated',
        time: 'virtual',
      },
      versions: { surgelab: '0.1.0', kubernetes: '1.34', prometheus: '2.53' },
      machine: null,
      durationMillis: millis(duration),
      warmupMillis: millis(0),
      endMillis: millis(end),
      scenario: scenario(o) as unknown as Readonly<Record<string, unknown>>,
      platform: platform(o),
      capacity: {
        capacity: [7, 14, 21, 28],
        windowMillis: 10_000,
        objective: 'attainment within 2 s >= 0.99',
        method: 'places ÷ service time, less one eighth',
      },
      validity: null,
      events: 12_345,
      notes: [],
    },
    schedule,
    requests,
    life,
    decisions,
    signals: table(rows),
    storage: {
      jobs: [
        {
          job: 'asr-metrics',
          intervalMillis: o.scrapeSeconds * 1000,
          targets: o.maxReplicas,
          series: 25 * o.maxReplicas,
          scrapes: samples / 25,
          failedScrapes: 0,
          samples,
          chunkBytes: samples * 1.5,
          indexBytes: 25 * o.maxReplicas * 113,
          walBytes: samples * 9,
        },
      ],
      samplesPerSecond: (25 * o.maxReplicas) / o.scrapeSeconds,
      retainedBytes: ((25 * o.maxReplicas) / o.scrapeSeconds) * 864_000 * 1.5,
      retentionSeconds: 864_000,
      headSeries: 25 * o.maxReplicas,
      memoryBytes: 51e6,
      cpuCores: 0.001,
      moneyPerMonth: (((25 * o.maxReplicas) / o.scrapeSeconds) * 864_000 * 1.5 * 0.08) / 1e9,
    },
  };
};
