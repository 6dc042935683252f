import { describe, expect, it } from 'vitest';
import type { KnownInputs } from '../sim/known-inputs.ts';
import { knownText, parseKnown } from './known-file.ts';

const INPUTS: KnownInputs = {
  scrapePhaseMillis: [1250.5, undefined],
  scrapesMillis: [[1251.7, 6251.7], []],
  targets: [{ foundMillis: -200, lostMillis: 9000 }, undefined],
  rulePhaseMillis: [undefined, 4000],
  syncs: [
    {
      startMillis: 5,
      scaleMillis: 7,
      metrics: [{ queriedMillis: 12, answeredMillis: 14 }],
      putMillis: 18,
    },
  ],
  cluster: {
    recorded: {
      pods: [
        { name: 'p0', uid: 'u', node: 'n0', createdMillis: -8000, readySinceMillis: -2000 },
        { name: 'p1', containerStartMillis: [900], modelLoadMillis: [8000], noticeMillis: [300], scheduleMillis: 4 },
      ],
      nodes: [{ name: 'n0' }, { name: 'n1', provisionMillis: 30_000 }],
      replicaSetMillis: [11],
      deletions: [1],
    },
    startup: {
      containerStart: { kind: 'uniform', min: 1, max: 3 },
      imagePull: { kind: 'fixed', value: 0 },
      modelLoad: { kind: 'fixed', value: 8 },
    },
  },
  interventions: [
    { atMillis: 60_000, kind: 'adapter', down: true },
    { atMillis: 70_000, kind: 'cluster', input: { kind: 'pod-kill', pod: 1, cause: 'fault of the scenario' } },
    { atMillis: 80_000, kind: 'hpa-edited', spec: { maxReplicas: 4 } },
  ],
};
const TEXT = knownText({ epochMillis: 1_795_820_000_000.25, scheduleHash: 'ab', inputs: INPUTS });

describe('known.json', () => {
  it('comes back as it was written; what is unknown of a pod is null in it', () => {
    expect(parseKnown(TEXT, 'known.json')).toEqual({
      epochMillis: 1_795_820_000_000.25,
      scheduleHash: 'ab',
      inputs: INPUTS,
    });
    expect((JSON.parse(TEXT) as { inputs: KnownInputs }).inputs.targets).toEqual([
      { foundMillis: -200, lostMillis: 9000 },
      null,
    ]);
  });

  it('of another version, or with a wrong field, is refused with every problem', () => {
    const broken = JSON.stringify({
      ...(JSON.parse(TEXT) as object),
      schema: 'surgelab.known/2',
      inputs: { syncs: [{ startMillis: -1 }], token: 'x' },
    });
    expect(() => parseKnown(broken, 'runs/a/known.json')).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_MISMATCH',
        message: expect.stringMatching(
          /^runs\/a\/known\.json is not a surgelab\.known\/1:[^]*schema: [^]*inputs\.syncs\.0\.startMillis: [^]*"token"/,
        ),
      }),
    );
    expect(() => parseKnown('{', 'known.json')).toThrow(expect.objectContaining({ code: 'SCHEMA_MISMATCH' }));
  });
});
