import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { examplePlatform } from './observe.test-support.ts';
import { storedGroups, visibleRules } from './stored-rules.ts';
import type { StoredSeries } from './stored-series.ts';
import { evaluationsOf } from './stored-series.ts';

const series = (name: string, samples: readonly (readonly [number, number])[]): StoredSeries => ({
  labels: { __name__: name },
  times: samples.map(([time]) => time),
  values: samples.map(([, value]) => value),
});

describe('what rules stored', () => {
  const platform = {
    ...examplePlatform,
    prometheus: { ...examplePlatform.prometheus, evaluationInterval: seconds(20) },
    ruleGroups: [
      { file: 'a.yaml', group: { name: 'asr', interval: '30s', rules: [{ record: 'asr:x', expr: 'x' }] } },
      {
        file: 'b.yaml',
        group: {
          name: 'alerts',
          rules: [
            { record: 'asr:x', expr: 'y' },
            { alert: 'Slow', expr: 'x > 1' },
          ],
        },
      },
    ],
  };

  it('is asked for by group: records by their name, once, and alerts by theirs', async () => {
    const asked: unknown[] = [];
    const groups = await storedGroups(
      {
        samples: (selector, from, to) => {
          asked.push([selector, from, to]);
          return Promise.resolve([series(selector, [[1_000_000, 4]])]);
        },
      },
      platform,
      1_000_000,
      1_090_000,
    );
    const [record, alert] = ['{__name__="asr:x"}', '{__name__=~"ALERTS|ALERTS_FOR_STATE",alertname="Slow"}'] as const;
    expect(asked).toEqual([
      [record, 700_000, 1_090_000],
      [alert, 700_000, 1_090_000],
    ]);
    expect(groups).toEqual([
      { name: 'asr', intervalMillis: 30_000, series: [series(record, [[1_000_000, 4]])] },
      { name: 'alerts', intervalMillis: 20_000, series: [series(alert, [[1_000_000, 4]])] },
    ]);
    expect(visibleRules(groups).map(({ visibleMillis, sample }) => [visibleMillis, sample.atMillis])).toEqual([
      [1_000_001.2, 1_000_000],
      [1_000_001.2, 1_000_000],
    ]);
  });

  it('comes of evaluations, each with markers for the series of the one before that it did not write', () => {
    const group = {
      name: 'asr',
      intervalMillis: 30_000,
      series: [
        series('a', [
          [30_000, 1],
          [90_000, 3],
        ]),
        series('b', [
          [30_000, 7],
          [60_000, 8],
          [90_000, 9],
          [120_000, 10],
        ]),
      ],
    };
    expect(
      evaluationsOf(group).map((samples) =>
        samples.map(({ labels, timestampMillis, value }) => [timestampMillis, labels['__name__'], value]),
      ),
    ).toEqual([
      [
        [30_000, 'a', 1],
        [30_000, 'b', 7],
      ],
      [
        [60_000, 'a', 'stale'],
        [60_000, 'b', 8],
      ],
      [
        [90_000, 'a', 3],
        [90_000, 'b', 9],
      ],
      [
        [120_000, 'a', 'stale'],
        [120_000, 'b', 10],
      ],
    ]);
  });
});
