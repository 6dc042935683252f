import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conduct } from '../model/conduct.ts';
import { departure } from '../model/conduct.ts';
import type { LifeEvent, RunRecord } from '../model/record.ts';
import { OBSERVERS, OUTCOMES } from '../model/record.ts';
import type { Platform } from '../model/platform.ts';
import type { Schedule } from '../model/schedule.ts';
import { perSecond, seconds } from '../model/units.ts';
import type { Scenario, ServiceSettings, Traffic } from '../scenarios/scenario.ts';
import { simulate } from './simulate.ts';
import { smallPlatform, smallScenario, stretches } from './small-world.test-support.ts';
import type { KnownInputs } from './known-inputs.ts';

/** One pod at 47 % until 60 s, then three times the load for six minutes. */
const STEP = stretches(600, [
  [0, 60, 9],
  [60, 420, 27],
  [420, 600, 2],
]);

const run = (
  scenario: Scenario = smallScenario(),
  platform: Platform = smallPlatform(),
  schedule: Schedule = STEP,
  known: KnownInputs = {},
): RunRecord => simulate(schedule, scenario, platform, { scheduleHash: 'h', versions: {}, capacity: null, known });

const ofPod = (record: RunRecord, ordinal: number): Extract<LifeEvent, { subject: 'pod' }>[] =>
  record.life.filter((e) => e.subject === 'pod' && e.ordinal === ordinal) as Extract<LifeEvent, { subject: 'pod' }>[];

/** [at, subject, value, age] of one observer and metric. */
const seen = (
  { signals }: RunRecord,
  observer: (typeof OBSERVERS)[number],
  metric: string,
): [number, string, number, number][] => {
  const rows: [number, string, number, number][] = [];
  for (let i = 0; i < signals.count; i++) {
    if (OBSERVERS[signals.observer[i]!] !== observer || signals.metrics[signals.metric[i]!] !== metric) continue;
    rows.push([signals.atMillis[i]!, signals.subjects[signals.subject[i]!]!, signals.value[i]!, signals.ageMillis[i]!]);
  }
  return rows;
};

/** The stream of `stretches` with this conduct; its arrivals are the schedule's. */
const trafficOf = (conduct: Conduct): Traffic => ({
  name: 'calls',
  kind: 'short',
  arrivals: { kind: 'constant', rate: perSecond(1) },
  audioSeconds: null,
  surge: null,
  conduct,
});

const outcomes = ({ requests }: RunRecord): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const code of requests.outcome) count[OUTCOMES[code]!] = (count[OUTCOMES[code]!] ?? 0) + 1;
  return count;
};

describe('the circle', () => {
  const record = run();

  it('follows a step of the load up and, after the window, down again', () => {
    const changes = record.decisions.filter(({ scaled }) => scaled).map(({ current, desired }) => [current, desired]);
    expect(changes[0]).toEqual([1, 2]);
    const up = changes.filter(([from, to]) => to! > from!);
    const down = changes.filter(([from, to]) => to! < from!);
    expect(Math.max(...up.map(([, to]) => to!))).toBeGreaterThanOrEqual(4);
    expect(down.length).toBeGreaterThan(0);
    expect(outcomes(record)).toEqual({ ok: STEP.count });
  });

  it('takes one decision per sync, one period and the duration of the sync apart', () => {
    const starts = record.decisions.map(({ t }) => t);
    expect(starts[0]).toBe(5000);
    starts.slice(1).forEach((at, i) => {
      expect(at - starts[i]!).toBeGreaterThan(15_000);
      expect(at - starts[i]!).toBeLessThan(15_040);
    });
  });

  it('lets a new pod pass every stage in order, and no request reaches it before its endpoint is ready', () => {
    const events = ofPod(record, 1);
    const at = Object.fromEntries(events.map(({ event, t }) => [event, t]));
    expect(events.slice(0, 3).map(({ event }) => event)).toEqual(['created', 'scheduled', 'container-started']);
    expect(at['container-started']! - at['scheduled']!).toBeCloseTo(2000, 6);
    expect(at['ready']!).toBeGreaterThan(at['model-ready']!);
    expect(at['endpoint-ready']! - at['ready']!).toBeCloseTo(13, 6);
    const { requests } = record;
    const first = requests.pod.indexOf(1);
    expect(requests.admittedMillis[first]!).toBeGreaterThanOrEqual(at['endpoint-ready']!);
  });

  it('shows each observer the past: Prometheus the age of a scrape, the adapter at most an interval more', () => {
    for (const [, , , age] of seen(record, 'prometheus', 'asr_active_requests')) expect(age).toBeCloseTo(5, 6);
    const ages = seen(record, 'adapter', 'asr_active_requests').map(([, , , age]) => age);
    expect(ages.length).toBeGreaterThan(0);
    expect(Math.max(...ages)).toBeLessThan(2 * 2000 + 5);
  });

  it('scrapes every pod once per interval at a phase of its own', () => {
    const at = new Map<string, Set<number>>();
    for (const [committed, pod] of seen(record, 'prometheus', 'asr_active_requests')) {
      const phase = Math.round((committed - 5) % 2000);
      at.set(pod, (at.get(pod) ?? new Set()).add(phase));
    }
    expect([...at.values()].every((phases) => phases.size === 1)).toBe(true);
    expect(new Set([...at.values()].map((phases) => [...phases][0])).size).toBe(at.size);
  });

  it('fails the scrapes of a pod whose model still loads, and shows the fleet to the all-knowing observer each second', () => {
    expect(record.storage.jobs[0]!.failedScrapes).toBeGreaterThan(0);
    const grid = seen(record, 'pod', 'in_service');
    expect(grid.slice(0, 3).map(([t]) => t)).toEqual([0, 1000, 2000]);
    expect(Math.floor(grid.at(-1)![0] / 1000)).toBe(Math.floor(record.header.endMillis / 1000));
  });

  it('gives the same record twice in one process', () => {
    expect(run()).toEqual(record);
  });

  it('draws pod by pod: another scrape interval leaves arrivals and start-up delays as they were', () => {
    const other = run(smallScenario(), smallPlatform('15s'));
    expect(other.decisions.map(({ desired }) => desired)).not.toEqual(record.decisions.map(({ desired }) => desired));
    expect(other.requests.intendedMillis).toEqual(record.requests.intendedMillis);
    const loads = (of: RunRecord, ordinal: number): number => {
      const at = Object.fromEntries(ofPod(of, ordinal).map(({ event, t }) => [event, t]));
      return Math.round((at['model-ready']! - at['container-started']!) * 1e6);
    };
    expect([loads(other, 1), loads(other, 2)]).toEqual([loads(record, 1), loads(record, 2)]);
  });
});

describe('known inputs', () => {
  it('take the place of draws: scrape phases and sync instants', () => {
    const syncMillis = [1000, 20_000, 40_000];
    const record = run(smallScenario(), smallPlatform('10s'), STEP, {
      scrapePhaseMillis: [1234],
      syncs: syncMillis.map((startMillis) => ({ startMillis })),
    });
    expect(record.decisions.slice(0, 3).map(({ t }) => t)).toEqual(syncMillis);
    const first = ofPod(record, 0)[0]!.name;
    const scrapes = seen(record, 'prometheus', 'asr_active_requests').filter(([, pod]) => pod === first);
    // The origin is a multiple of 10 s of Unix time.
    expect(scrapes.slice(0, 3).map(([t]) => t)).toEqual([1239, 11_239, 21_239]);
  });
});

describe('other ways to the HPA', () => {
  it('goes through a recording rule and an external metric', () => {
    const platform = smallPlatform('2s', {
      type: 'External',
      external: { metric: { name: 'asr_active_sum' }, target: { type: 'AverageValue', averageValue: '4' } },
    });
    const rules = {
      name: 'asr',
      interval: '5s',
      rules: [{ record: 'asr_active_sum', expr: 'sum(asr_active_requests)' }],
    };
    const record = run(smallScenario(), { ...platform, ruleGroups: [{ file: 'rules.yaml', group: rules }] });
    expect(record.decisions.every(({ metrics }) => metrics[0]?.error === null)).toBe(true);
    expect(record.decisions.filter(({ scaled }) => scaled)[0]).toMatchObject({ current: 1, desired: 2 });
    // One series, one sample every 5 s: what a rule records is stored as well as what is scraped.
    const seconds = record.header.endMillis / 1000;
    const { recorded, samplesPerSecond, jobs } = record.storage;
    expect(recorded).toMatchObject([{ group: 'asr', intervalMillis: 5000, series: 1 }]);
    expect(recorded![0]!.samples).toBe(recorded![0]!.evaluations);
    expect(Math.abs(recorded![0]!.samples - seconds / 5)).toBeLessThanOrEqual(1);
    expect(samplesPerSecond * seconds).toBeCloseTo(
      jobs.reduce((sum, { samples }) => sum + samples, recorded![0]!.samples),
      6,
    );
  });

  it('chains: the HPA of the API server follows the replicas of the speech pods through kube-state-metrics', () => {
    const follower = {
      name: 'api',
      namespace: 'speech',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'api' },
        minReplicas: 1,
        maxReplicas: 9,
        metrics: [
          {
            type: 'External',
            external: {
              metric: { name: 'asr_replica_count' },
              target: { type: 'AverageValue' as const, averageValue: '2' },
            },
          },
        ],
      },
    };
    const record = run(smallScenario(), { ...smallPlatform(), otherHpas: [follower] });
    const counts = (name: string): number[] =>
      record.decisions.filter(({ hpa }) => hpa === name).map(({ desired }) => desired);
    expect(Math.max(...counts('api'))).toBe(Math.ceil(Math.max(...counts('asr')) / 2));
    expect(record.storage.jobs.map(({ job }) => job)).toContain('kube-state-metrics');
    expect(record.decisions.filter(({ hpa }) => hpa === 'asr')).toEqual(run().decisions);
  });

  it('holds, and says why, while the metric is unknown', () => {
    const record = run(smallScenario(), { ...smallPlatform(), monitors: [] });
    expect(record.decisions.every(({ scaled, desired }) => !scaled && desired === 1)).toBe(true);
    expect(record.decisions[0]!.metrics[0]!.error).toContain('asr_active_requests');
  });

  it('stays at its count without an HPA', () => {
    const record = run(smallScenario(), { ...smallPlatform(), hpa: null }, stretches(60, [[0, 60, 9]]));
    expect([record.decisions, record.life.filter(({ event }) => event === 'created').length]).toEqual([[], 1]);
  });
});

describe('faults', () => {
  const STEADY = stretches(300, [[0, 300, 9]]);
  const at = seconds(100);
  const during = (record: RunRecord, from: number, to: number) =>
    record.decisions.filter(({ t }) => t >= from * 1000 && t < to * 1000);

  it('pod-kill: what is in service fails, the ReplicaSet replaces the pod, callers wait in front meanwhile', () => {
    const record = run(smallScenario({ faults: [{ kind: 'pod-kill', at }] }), smallPlatform(), STEADY);
    const { failed, ok } = outcomes(record);
    expect(failed).toBeGreaterThan(0);
    expect(failed! + ok!).toBe(STEADY.count);
    expect(ofPod(record, 1).map(({ event }) => event)).toContain('endpoint-ready');
    expect(record.header.notes[0]).toBe('100.0 s: the oldest ready pod is killed');
  });

  it('scrape-refused: the pod is blank to the HPA until the next good scrape', () => {
    const record = run(
      smallScenario({ faults: [{ kind: 'scrape-refused', at, for: seconds(60) }] }),
      smallPlatform(),
      STEADY,
    );
    expect(during(record, 103, 160).every(({ metrics }) => metrics[0]!.error !== null)).toBe(true);
    expect(during(record, 165, 300).every(({ metrics }) => metrics[0]!.error === null)).toBe(true);
  });

  it('adapter-down: no answer for the outage and the 17 to 20 s until its API counts as available', () => {
    const record = run(
      smallScenario({ faults: [{ kind: 'adapter-down', at, for: seconds(60) }] }),
      smallPlatform(),
      STEADY,
    );
    expect(during(record, 100, 177).every(({ metrics }) => metrics[0]!.error !== null)).toBe(true);
    expect(during(record, 181, 300).every(({ metrics }) => metrics[0]!.error === null)).toBe(true);
  });

  it('prometheus-down: no answer while it is down, scrapes again 5 s after it is up', () => {
    const record = run(
      smallScenario({ faults: [{ kind: 'prometheus-down', at, for: seconds(60) }] }),
      smallPlatform(),
      STEADY,
    );
    expect(during(record, 100, 160).every(({ metrics }) => metrics[0]!.error !== null)).toBe(true);
    const scrapes = seen(record, 'prometheus', 'asr_active_requests').map(([t]) => t / 1000);
    expect(scrapes.filter((t) => t > 100.1 && t < 165)).toEqual([]);
    expect(scrapes.filter((t) => t > 165 && t < 168).length).toBeGreaterThan(0);
    expect(during(record, 185, 300).every(({ metrics }) => metrics[0]!.error === null)).toBe(true);
  });
});

describe('the end of a run', () => {
  it('comes when everybody is answered, at least at the end of the scenario', () => {
    expect(run(smallScenario(), smallPlatform(), stretches(60, [[0, 30, 1]])).header.endMillis).toBe(60_000);
  });

  it('comes 120 s after the scenario at the latest; who still waits is unfinished', () => {
    const record = run(smallScenario(), { ...smallPlatform(), hpa: null }, stretches(30, [[0, 30, 200]]));
    expect(record.header.endMillis).toBe(150_000);
    expect(outcomes(record)['unfinished']).toBeGreaterThan(0);
  });
});

describe('callers of the whole world', () => {
  const patience = seconds(1.5);
  const traffic = [trafficOf({ hangup: { share: 0.5, after: { kind: 'fixed', value: patience } }, cut: null })];

  it('hang up at the end of their patience, to the millisecond, and only those who are not answered', () => {
    const { requests } = run(smallScenario({ traffic }));
    const stays = { ok: 0, abandoned: 0 };
    for (let i = 0; i < requests.count; i++) {
      const { patienceMillis } = departure(traffic[0]!.conduct!, STEP.seed[i]!, 50, false);
      const stay = requests.doneMillis[i]! - requests.intendedMillis[i]!;
      const outcome = OUTCOMES[requests.outcome[i]!] as keyof typeof stays;
      stays[outcome] += 1;
      if (outcome === 'abandoned') expect(stay).toBeCloseTo(patienceMillis, 6);
      else expect(stay).toBeLessThanOrEqual(patienceMillis);
    }
    expect(stays.ok + stays.abandoned).toBe(STEP.count);
    expect(stays.abandoned).toBeGreaterThan(100);
  });

  it('that keep their connections leave new pods without load for longer', () => {
    const shareOfNewPods = (service: Partial<ServiceSettings>): number => {
      const base = smallScenario();
      const { requests, life } = run({ ...base, service: { ...base.service, queueAt: 'pod', ...service } });
      const first = life.find((e) => e.subject === 'pod' && e.ordinal > 0 && e.event === 'endpoint-ready')!.t;
      const rows = [...requests.pod.keys()].filter(
        (i) => requests.sentMillis[i]! >= first && requests.sentMillis[i]! < first + 20_000,
      );
      return rows.filter((i) => requests.pod[i]! > 0).length / rows.length;
    };
    const kept = shareOfNewPods({ connections: { kind: 'keep-alive', pool: 40, maxAge: null, idle: null } });
    // Connections that the pod of the start holds stay there; who comes late opens one and may get the new pod.
    expect(kept).toBeLessThan(0.1);
    expect(shareOfNewPods({})).toBeGreaterThan(0.3);
  });
});

describe('any run', () => {
  it('ends with its invariants intact, whatever the service settings and the faults', () => {
    const service = fc.record({
      balancer: fc.constantFrom('round-robin', 'least-requests', 'random', 'random-of-two'),
      queueAt: fc.constantFrom('front', 'pod'),
      queueLimit: fc.constantFrom(null, 5),
      timeout: fc.constantFrom(null, seconds(2)),
      retries: fc.constantFrom(null, { max: 2, backoff: seconds(0.5) }),
      cap: fc.constantFrom(null, 2),
      abandonedWork: fc.constantFrom('drop' as const, 'finish' as const),
    });
    const callers = fc.record({
      connections: fc.constantFrom(
        { kind: 'per-request' as const },
        { kind: 'keep-alive' as const, pool: 4, maxAge: seconds(20), idle: seconds(3) },
      ),
      hangup: fc.constantFrom(null, { share: 0.3, after: { kind: 'exponential', mean: 4 } } as const),
    });
    const load = stretches(120, [
      [0, 30, 5],
      [30, 90, 40],
    ]);
    fc.assert(
      fc.property(fc.nat(1000), service, callers, fc.constantFrom(30, 61, 95), (seed, change, conduct, killAt) => {
        const { connections, hangup } = conduct;
        const base = smallScenario({ seed, faults: [{ kind: 'pod-kill', at: seconds(killAt) }] });
        const calls = trafficOf({ hangup, cut: null });
        const kept = change.queueAt === 'pod' ? { connections } : {};
        const record = run(
          { ...base, traffic: [calls], service: { ...base.service, ...change, ...kept } },
          smallPlatform(),
          load,
        );
        expect(Object.values(outcomes(record)).reduce((sum, n) => sum + n, 0)).toBe(load.count);
        const times = record.life.map(({ t }) => t);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 15 },
    );
  });
});
