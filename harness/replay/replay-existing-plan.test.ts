import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../../cluster/local/small-world.test-support.ts';
import { scheduleFromRows } from '../../model/schedule.ts';
import { millis, seconds } from '../../model/units.ts';
import { existingPlanText, peakOf } from './replay-existing-plan.ts';

const at = (...offsets: readonly number[]) =>
  scheduleFromRows(
    offsets.map((offset, index) => ({
      index,
      offsetMillis: millis(offset),
      stream: 'calls',
      kind: index === 0 ? ('stream' as const) : ('short' as const),
      audioSeconds: seconds(10),
      seed: 1,
    })),
    millis(60_000),
  );

describe('what a replay on a cluster that is not ours would do', () => {
  it('has the peak of ten seconds, wherever they begin', () => {
    expect(peakOf(at(0, 1000, 30_000, 32_000, 39_999, 40_000))).toEqual({ perSecond: 0.3, fromMillis: 30_000 });
    expect(peakOf(at())).toEqual({ perSecond: 0, fromMillis: 0 });
  });

  it('is told in full', () => {
    const platform = { ...smallPlatform(4), namespace: 'prod' };
    const text = existingPlanText({
      server: 'https://theirs.example.test',
      context: 'prod',
      platform: { ...platform, hpa: null },
      prometheus: null,
      origin: 'https://asr.example.test',
      dialect: null,
      schedule: at(0, 1000, 30_000, 32_000, 39_999, 40_000),
      latestMillis: 180_000,
      folder: 'runs/x-existing',
      creates: [],
    });
    expect(text).toBe(`Cluster
  https://theirs.example.test, context prod
  namespace smallest, Deployment lightning-asr, HPA (none)
Creates, changes, deletes
  nothing
Reads of the API server
  get /version
  list, watch /api/v1/namespaces/smallest/pods?labelSelector=app%3Dlightning-asr
      when pods are created, bound, started, ready, deleted
  list, watch /api/v1/nodes
      when nodes come and go
  list, watch /apis/discovery.k8s.io/v1/namespaces/smallest/endpointslices
      when pods become and stop being ready endpoints
  list, watch /apis/apps/v1/namespaces/smallest/deployments?fieldSelector=metadata.name%3Dlightning-asr
      how many replicas are wanted
Reads of Prometheus
  nothing: without --prometheus no sample is in the run
Sends
  first, one clip of half a second to each known endpoint, to find the dialect
  then 6 requests (5 short, 1 stream) in 60 s
  to https://asr.example.test
  at a peak of 0.3 a second (ten seconds from 30 s on), 0.1 on average
  with 60 s of audio, 2 MB
  answers are waited for until 180 s at most
May follow
  no HPA is in the scenario: smallest/lightning-asr keeps its pods
Writes here
  runs/x-existing`);
  });
});
