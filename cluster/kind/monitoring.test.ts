import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../local/small-world.test-support.ts';
import { podLabels } from './apply.ts';
import { adapterObjects, prometheusObjects } from './monitoring.ts';

const platform = smallPlatform(4);
const images = { node: 'n', prometheus: 'p', adapter: 'a', cards: 'c', kubeStateMetrics: null };
const { adapter, prometheus } = platform;

describe('pods of the metric path', () => {
  it('bear what they have read, so that another adapter rule or scrape setting means other pods', () => {
    const labels = (of: typeof platform) => [
      podLabels(adapterObjects(of, images), 'prometheus-adapter'),
      podLabels(prometheusObjects(of, images), 'prometheus'),
    ];
    const key = 'surgelab/configuration';
    const before = labels(platform);
    expect(labels(smallPlatform(4))).toEqual(before);
    expect(before.map(({ app }) => app)).toEqual(['prometheus-adapter', 'prometheus']);
    const noRules = { ...adapter, config: { rules: [] } };
    const [otherAdapter, samePrometheus] = labels({ ...platform, adapter: noRules });
    expect(otherAdapter![key]).not.toBe(before[0]![key]);
    expect(samePrometheus).toEqual(before[1]);
    const slower = { ...prometheus, scrapeInterval: 77 as typeof prometheus.scrapeInterval };
    const [sameAdapter, otherPrometheus] = labels({ ...platform, prometheus: slower });
    expect(sameAdapter).toEqual(before[0]);
    expect(otherPrometheus![key]).not.toBe(before[1]![key]);
  });
});
