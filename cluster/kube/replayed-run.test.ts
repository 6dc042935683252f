import { describe, expect, it } from 'vitest';
import type { Platform } from '../../model/platform.ts';
import type { VisibleSample } from './adapter-replay.ts';
import { AdapterReplay } from './adapter-replay.ts';
import type { PodState } from './audited-objects.ts';
import type { HpaSync } from './hpa-syncs.ts';
import { examplePlatform } from './observe.test-support.ts';
import { replayRun } from './replayed-run.ts';
import { conformanceNotes, runConformance } from './run-conformance.ts';

const EPOCH = Date.parse('2026-11-27T10:00:00Z');

const platform: Platform = {
  ...examplePlatform,
  hpa: {
    name: 'asr',
    namespace: 'default',
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'asr' },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'active' }, target: { type: 'AverageValue', averageValue: '4' } } },
      ],
    },
  },
  adapter: {
    ...examplePlatform.adapter,
    config: {
      rules: [
        {
          seriesQuery: 'active{namespace!="",pod!=""}',
          resources: { overrides: { namespace: { resource: 'namespace' }, pod: { resource: 'pod' } } },
          name: { as: 'active' },
          metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
        },
      ],
    },
  },
};

/** A sample of pod p0, stamped and visible at these milliseconds after the origin. */
const sample = (stamp: number, visible: number, value: number): VisibleSample => ({
  visibleMillis: EPOCH + visible,
  sample: {
    series: { labels: { __name__: 'active', namespace: 'default', pod: 'p0' }, times: [], values: [] },
    atMillis: EPOCH + stamp,
    value,
    stale: false,
  },
});
const SAMPLES = [sample(-4000, -3998, 2), sample(1000, 1003, 9), sample(6000, 6003, 7)];

const call = (at: number, took: number, code = 200) => ({
  sentMillis: EPOCH + at,
  answeredMillis: EPOCH + at + took,
  code,
  message: '',
});
/** A sync of an HPA that reads 1 replica; the adapter answered `value` (null = it failed), the HPA wrote `put`. */
const sync = (at: number, value: string | null, put: number | null, status: HpaSync['status'] = null): HpaSync => ({
  startMillis: EPOCH + at,
  endMillis: EPOCH + at + 25,
  scale: { ...call(at, 2), specReplicas: 1, statusReplicas: 1, selector: 'app=asr' },
  metrics: [
    {
      ...call(at + 3, 9, value === null ? 503 : 200),
      uri: '',
      adapter: null,
      values: value === null ? null : [['p0', value]],
    },
  ],
  puts: put === null ? [] : [{ ...call(at + 14, 3), replicas: put }],
  status,
});

describe('answers of the adapter, made again', () => {
  const verdicts = (...syncs: readonly HpaSync[]): unknown => {
    const replay = new AdapterReplay({ platform, samples: SAMPLES, epochMillis: EPOCH });
    return syncs.map((each) => replay.sync(each, ['p0'])).flat();
  };

  it('are the newest visible sample and its age at the query', () => {
    expect(verdicts(sync(500, '2', null), sync(3000, '9', null))).toEqual([
      { oldestAgeMillis: 4510, verdict: 'same', expected: 'p0=2000m', got: 'p0=2000m' },
      { oldestAgeMillis: 2010, verdict: 'same', expected: 'p0=9000m', got: 'p0=9000m' },
    ]);
  });

  it('may be either side of a commit under way, and differ from a value that nobody stored', () => {
    // The query ran 7 ms after the commit of the sample at 1 s, or so the clocks say.
    expect(verdicts(sync(1000, '2', null))).toMatchObject([
      { verdict: 'raced', expected: 'p0=2000m', got: 'p0=9000m' },
    ]);
    expect(verdicts(sync(3000, '5', null))).toMatchObject([{ verdict: 'differs', got: 'p0=9000m' }]);
    expect(verdicts(sync(3000, null, null))).toMatchObject([{ verdict: 'unknown' }]);
  });
});

describe('a run made again', () => {
  const pods = new Map<string, readonly PodState[]>([
    [
      'p0',
      [
        {
          atMillis: EPOCH - 60_000,
          pod: {
            metadata: { name: 'p0', labels: { app: 'asr' } },
            status: {
              phase: 'Running',
              startTime: '2026-11-27T09:58:00Z',
              conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-27T09:58:30Z' }],
            },
          },
        },
      ],
    ],
  ]);
  const written = (desired: number, able: string): HpaSync['status'] => ({
    ...call(3020, 3),
    currentReplicas: 1,
    desiredReplicas: desired,
    conditions: [
      ['AbleToScale', 'True', able],
      ['ScalingActive', 'True', 'ValidMetricFound'],
      ['ScalingLimited', 'False', 'DesiredWithinRange'],
      ['ScaledToZero', 'False', 'NotScaledToZero'],
    ],
  });
  const replay = (desired: number) =>
    replayRun({
      platform,
      syncs: [sync(3000, '9', desired, written(desired, 'SucceededRescale'))],
      edits: [],
      pods,
      samples: SAMPLES,
      epochMillis: EPOCH,
    });

  it('gives the decision with what the controller tells nobody, and no mismatch where it wrote the same', () => {
    const [only] = replay(3);
    expect(only!.mismatch).toBeNull();
    expect(only!.decision).toEqual({
      t: 3000,
      hpa: 'asr',
      current: 1,
      ready: 1,
      metrics: [{ name: 'active', value: 9, target: 4, proposal: 3, error: null, oldestSampleAgeMillis: 2010 }],
      proposal: 3,
      desired: 3,
      limitedBy: null,
      scaled: true,
      why: 'active averages 9 per pod against a target of 4 → 3 replicas',
    });
  });

  it('tells both writes where the real controller wrote another scale', () => {
    const replayed = replay(4);
    expect(JSON.parse(replayed[0]!.mismatch!.expected)).toMatchObject({ put: 4 });
    expect(JSON.parse(replayed[0]!.mismatch!.got)).toMatchObject({ put: 3 });
    const conformance = runConformance(replayed, [], { targets: 2, differing: [] }, { counted: 10, appended: NaN });
    expect(conformance).toMatchObject({ syncs: 1, answers: { same: 1, raced: 0, differs: 0, unknown: 0 } });
    expect(conformance.decisions).toMatchObject([{ atMillis: 3000 }]);
    expect(conformanceNotes(conformance)).toEqual([
      '0 of 1 decisions of the real HPA are those that our code makes of the same answers',
      '1 of 1 answers of the adapter are ours on the stored samples',
      '2 of 2 scrape phases are those of the hash rule',
      '10 samples and markers were stored; Prometheus was restarted, so its own count is of no use',
    ]);
  });
});
