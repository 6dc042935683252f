import { describe, expect, it } from 'vitest';
import { readPlatform } from '../../cluster/manifests/read-platform.ts';
import { currentPoint, gridSize, setOf } from '../../reports/search/space.ts';
import { readManifestFiles, readScenario } from '../read-scenario.ts';
import { leversOf } from './levers.ts';

const file = readScenario('bench');
const manifests = readManifestFiles(file);
const platform = readPlatform(manifests, file.scenario.platform.set);
const { levers, absent } = leversOf(platform);

describe('levers of the vendor platform', () => {
  it('stand where the YAML stands', () => {
    expect(levers.map(({ name, levels, current }) => [name, levels[current]!.label])).toEqual([
      ['scrape interval of the HPA metric', '2s'],
      ['scrape interval of all other metrics', '2s'],
      ['adapter query window', 'as it is'],
      ['adapter relist interval', '1m'],
      ['HPA target', '4'],
      ['HPA minimum', '1'],
      ['HPA scale-up policy', 'as it is (100 %/15 s, 2/15 s)'],
      ['HPA scale-up window', '5s'],
      ['HPA scale-down window', '5m'],
      ['readiness probe period', '30s'],
    ]);
  });

  it('leave out what has no effect, with the reason', () => {
    expect(absent).toEqual([
      { name: 'rule evaluation interval', why: 'no recording rule stands between the pods and the HPA' },
    ]);
  });

  it('span at least 60 settings', () => expect(gridSize(levers)).toBeGreaterThanOrEqual(60));

  it('are accepted by the platform, every level, and the present levels change nothing', () => {
    const base = { ...file.scenario.platform.set };
    const present = readPlatform(manifests, { ...base, ...setOf(levers, currentPoint(levers)) });
    expect(JSON.stringify(present)).toBe(JSON.stringify(platform));
    for (const { levels } of levers) {
      for (const { set } of levels) expect(() => readPlatform(manifests, { ...base, ...set })).not.toThrow();
    }
  });
});
