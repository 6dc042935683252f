import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { examplePlatform } from './observe.test-support.ts';
import type { StoredSeries } from './stored-series.ts';
import { storedState } from './stored-state.ts';

const EPOCH = 1_795_820_000_000;
const times = [EPOCH - 20_000, EPOCH + 10_000, EPOCH + 40_000];
const series = (labels: StoredSeries['labels'], values = [1, 1, 1]): StoredSeries => ({ labels, times, values });

describe('what kube-state-metrics stored', () => {
  const platform = {
    ...examplePlatform,
    hpa: null,
    prometheus: { ...examplePlatform.prometheus, scrapeInterval: seconds(30) },
    ruleGroups: [
      { file: 'a.yaml', group: { name: 'a', rules: [{ record: 'x', expr: 'kube_deployment_spec_replicas' }] } },
    ],
  };
  const { namespace, name } = platform.deployment;
  const own = { job: 'kube-state-metrics', namespace: 'monitoring', instance: 'kube-state-metrics:8080' };
  const up = series({ __name__: 'up', ...own });
  const durations = series({ __name__: 'scrape_duration_seconds', ...own }, [0.002, 0.003, 0.004]);
  const report = series({ __name__: 'scrape_samples_scraped', ...own }, [900, 900, 900]);
  const replicas = (labels: StoredSeries['labels']) =>
    series({ ...own, __name__: 'kube_deployment_spec_replicas', ...labels });
  const ours = replicas({ namespace, deployment: name });

  it('is the series of the workloads of the platform, whatever else is in the cluster, and those of the scrapes', async () => {
    const asked: string[] = [];
    const job = await storedState(
      {
        samples: (selector) => {
          asked.push(selector);
          return Promise.resolve([up, durations, report, ours, replicas({ deployment: 'prometheus' })]);
        },
      },
      platform,
      EPOCH,
      EPOCH + 50_000,
    );
    expect(asked).toEqual([
      '{job="kube-state-metrics",__name__=~"up|scrape_.*|kube_deployment_spec_replicas|kube_deployment_status_replicas|kube_deployment_status_replicas_available"}',
    ]);
    expect(job).toEqual({
      job: 'kube-state-metrics',
      intervalMillis: 30_000,
      targets: [
        {
          target: {
            labels: own,
            pod: '',
            up,
            durationSeconds: new Map(times.map((time, i) => [time, [0.002, 0.003, 0.004][i]])),
            series: [report, ours],
          },
          foundMillis: -20_500,
          lostMillis: null,
          markerUnix: null,
        },
      ],
    });
  });

  it('is nothing where no rule reads it, or Prometheus has no such job', async () => {
    const samples = () => Promise.resolve([]);
    expect(await storedState({ samples }, platform, EPOCH, EPOCH)).toBeNull();
    expect(
      await storedState({ samples: () => Promise.resolve([up]) }, { ...platform, ruleGroups: [] }, EPOCH, EPOCH),
    ).toBeNull();
  });
});
