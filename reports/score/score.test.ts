import { describe, expect, it } from 'vitest';
import { exampleRun } from '../example-run.test-support.ts';
import { scenarioOf } from './scenario-of.ts';
import { score } from './score.ts';

const run = exampleRun({ seed: 5 });
const s = score(run);
const [reaction] = s.responsiveness.reactions;

describe('score of a run whose calls rise from 3/s to 12/s at 300 s', () => {
  it('takes the promise from the scenario and counts every call once', () => {
    expect(s.promises).toEqual([{ kind: 'short', withinSeconds: 2, target: 0.99, from: 'objective' }]);
    const [kind] = s.service.kinds;
    expect(kind!.arrived).toBe(300 * 3 + 600 * 12);
    expect(Object.values(kind!.outcomes).reduce((a, b) => a + b)).toBe(kind!.arrived);
    expect(s.service.kept + s.service.missed).toBe(s.service.arrived);
    expect(s.service.missed).toBeGreaterThan(600);
  });

  // Scrapes at 5 s + 15 s·k, syncs at 7 s + 15 s·k: the scrape of 305 is read at 307 and answered at 307.06.
  it('finds the six instants', () => {
    expect(reaction!.step).toMatchObject({ atMillis: 300_000, from: 'scenario' });
    expect(reaction!.step.callsAfter / reaction!.step.callsBefore).toBeCloseTo(4, 1);
    expect(reaction!.instants).toMatchObject({ step: 300_000, seen: 307_000, decided: 307_060, running: 309_460 });
    // Loaded 43.6 s after 309.46, Ready at the next 5 s tick.
    expect(reaction!.instants.ready).toBe(355_000);
    expect(reaction!.durations.toReady).toEqual({ kind: 'value', value: 55 });
    expect(reaction!.probeWait).toEqual({ kind: 'value', value: 1.94 });
  });

  it('has durations and stages that add up', () => {
    const d = reaction!.durations;
    const sum = [d.detect, d.decide, d.pod, d.ready, d.effect].reduce(
      (total, f) => total + (f.kind === 'value' ? f.value : NaN),
      0,
    );
    expect(sum).toBeCloseTo(d.toEffect.kind === 'value' ? d.toEffect.value : NaN, 9);
    expect(reaction!.stages).toEqual([
      { name: 'load', seconds: 0 },
      { name: 'scrape', seconds: 5.005 },
      { name: 'hpa-wait', seconds: 1.995 },
      { name: 'adapter', seconds: 0.06 },
      { name: 'window-policy', seconds: 0 },
      { name: 'pod-creation', seconds: 0.1 },
      { name: 'scheduling', seconds: 0.3 },
      { name: 'node', seconds: 0 },
      { name: 'container', seconds: 2 },
      { name: 'model-load', seconds: 43.6 },
      { name: 'probe', seconds: 1.94 },
      { name: 'endpoints', seconds: 0.1 },
    ]);
    expect(s.responsiveness.stages.reduce((total, stage) => total + stage.share, 0)).toBeCloseTo(1, 12);
  });

  it('knows how long callers suffered and how many of them', () => {
    const { fromMillis, untilMillis, missed, arrived } = reaction!.trouble!;
    expect(fromMillis).toBeGreaterThanOrEqual(300_000);
    expect(untilMillis).toBe(reaction!.instants.kept);
    expect(missed / arrived).toBeGreaterThan(0.95);
  });

  it('bills one node for 960 s and three from 307.16 s on, at 1.861 per hour', () => {
    expect(s.cost.basis).toBe('nodes');
    const up = 960 + 3 * (960 - 307.16);
    expect(s.cost.gpuHours.kind === 'value' && s.cost.gpuHours.value).toBeCloseTo(up / 3600, 12);
    expect(s.cost.money.kind === 'value' && s.cost.money.value).toBeCloseTo((1.861 * (960 + 3 * 653)) / 3600, 9);
    expect(s.cost.startupWaste.kind === 'value' && s.cost.startupWaste.value).toBeCloseTo(3 * (355 - 307.16), 9);
    expect(s.cost.drainTail).toEqual({ kind: 'value', value: 0 });
  });

  it('is JSON: what is read back equals what was written', () => {
    expect(JSON.parse(JSON.stringify(s))).toEqual(s);
  });
});

describe('score without the means to tell', () => {
  it('says that demand is unknown without a capacity curve', () => {
    const blind = score({ ...run, header: { ...run.header, capacity: null } });
    const why = 'the run has no capacity curve, so demand in replicas is unknown';
    expect(blind.responsiveness.elasticity).toEqual({ kind: 'no-data', why });
    expect(blind.responsiveness.reactions[0]!.overshoot).toEqual({ kind: 'no-data', why });
  });

  it('says that nobody scaled where there is no decision', () => {
    const idle = score({ ...run, decisions: [] });
    expect(idle.responsiveness.reactions[0]!.durations.decide).toEqual({
      kind: 'no-data',
      why: 'no scale-up followed this step',
    });
    expect(idle.responsiveness.stages).toEqual([]);
  });

  it('finds the step in the schedule where the scenario does not name it', () => {
    const scenario = scenarioOf(run);
    const traffic = scenario.traffic.map((t) => ({ ...t, surge: null }));
    const bare = { ...run, header: { ...run.header, scenario: { ...scenario, traffic } } };
    expect(score(bare).responsiveness.reactions.map((r) => [r.step.atMillis, r.step.from])).toEqual([
      [300_000, 'schedule'],
    ]);
  });

  it('judges by a stated default where nothing is promised', () => {
    expect(score(exampleRun({ objectives: [] })).promises[0]!.from).toBe('default');
  });
});
