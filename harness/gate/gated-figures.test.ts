import { describe, expect, it } from 'vitest';
import { gatedTexts, pairedFigures } from './gated-figures.ts';

describe('gated figures', () => {
  const asked = gatedTexts(['attainment{kind=batch,within=60s} >= 0.95', 'cost.gpuHours <= 3', 'cost.gpuHours <= 4']);

  it('are those of the objectives, each once; the usual others are told beside them', () => {
    expect(asked).toEqual({
      texts: [
        'attainment{kind=batch,within=60s} >= 0.95',
        'cost.gpuHours <= 4',
        'latency{kind=batch} p95 <= 1s',
        'reaction.toReady <= 1s',
        'storage.moneyPerMonth <= 1',
      ],
      gated: 2,
    });
  });

  it('carry the direction of their objective, and no value where a run has none', () => {
    const figures = pairedFigures(asked, [[0.9, 2]], [[0.8, null]]);
    expect(figures.slice(0, 2)).toEqual([
      {
        name: 'attainment{kind=batch,within=60s}',
        dimension: 'share',
        lowerIsBetter: false,
        gated: true,
        before: [0.9],
        after: [0.8],
      },
      { name: 'cost.gpuHours', dimension: 'gpu-hours', lowerIsBetter: true, gated: true, before: [2], after: [null] },
    ]);
    expect(figures.slice(2).every((figure) => !figure.gated)).toBe(true);
  });
});
