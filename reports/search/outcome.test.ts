import { describe, expect, it } from 'vitest';
import { exampleRun } from '../example-run.test-support.ts';
import { numberOf } from '../score/figure.ts';
import { score } from '../score/score.ts';
import { costPerHour, missedPerHour, outcomeOf } from './outcome.ts';

describe('outcomeOf', () => {
  const run = exampleRun({ seed: 5 });
  const scored = score(run);
  const outcome = outcomeOf(run);

  it('agrees with the score, figure by figure', () => {
    expect(outcome).toMatchObject({
      hours: scored.interval.drainedMillis / 3_600_000,
      arrived: scored.service.arrived,
      missed: scored.service.missed,
      metricMoneyPerMonth: scored.metrics.moneyPerMonth,
    });
    expect(outcome.kinds).toEqual(
      scored.service.kinds.map(({ kind, arrived, kept, cutByDrain }) => ({ kind, arrived, kept, cutByDrain })),
    );
    expect(outcome.gpus * outcome.hours).toBeCloseTo(numberOf(scored.cost.gpuHours)!, 9);
    expect(outcome.gpuMoneyPerHour).toBeCloseTo(numberOf(scored.cost.moneyPerHour)!, 9);
    expect(outcome.toReadySeconds).toBe(numberOf(scored.responsiveness.reactions[0]!.durations.toReady));
    expect(outcome.stages.map((stage) => stage.seconds)).toEqual(
      scored.responsiveness.stages.map((stage) => stage.meanSeconds),
    );
  });

  it('costs GPU, metrics and penalties per hour', () => {
    const free = costPerHour(outcome, 0);
    expect(free).toBeCloseTo(outcome.gpuMoneyPerHour + outcome.metricMoneyPerMonth / 730, 12);
    expect(costPerHour(outcome, 0.5) - free).toBeCloseTo(0.5 * missedPerHour(outcome), 9);
  });
});
