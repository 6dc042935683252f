import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { TestbedError } from '../model/errors.ts';
import { parseScenario } from './parse.ts';

const MINIMAL = `
name: a
duration: 30m
traffic:
  - { name: i, audio: 5s, arrivals: { kind: poisson, rate: 6/s } }
`;

/** The lines of the refusal, without the title. */
const problems = (text: string): string[] => {
  try {
    parseScenario('s.yaml', text);
  } catch (error) {
    if (error instanceof TestbedError && error.code === 'SCENARIO_INVALID') return error.message.split('\n  ').slice(1);
    throw error;
  }
  return [];
};

describe('a scenario file', () => {
  it('needs only a name, a duration and traffic; the rest has defaults', () => {
    const s = parseScenario('s.yaml', MINIMAL);
    expect(s.traffic).toEqual([
      {
        name: 'i',
        kind: 'short',
        arrivals: { kind: 'poisson', rate: { points: [[0, 6]], between: 'step' } },
        audioSeconds: { kind: 'fixed', value: 5 },
        surge: null,
      },
    ]);
    expect([s.seed, s.duration, s.warmup, s.platform, s.service.gpu, s.service.cap]).toEqual([
      1,
      1800,
      0,
      { manifests: ['vendor-0.2.2'], set: {} },
      'L40S',
      null,
    ]);
    expect(s.nodes.provision).toEqual({ kind: 'lognormal', median: 210, sigma: 0.3 });
    expect(s.nodes.pricePerHour).toBe(1.861);
    expect(new Date(s.epochMillis).toISOString()).toBe('2026-01-05T08:30:00.000Z');
  });

  it('takes its question from the comment at its top', () => {
    expect(
      parseScenario('s.yaml', `# library/s.yaml: does it hold\n# for an hour?\n#\n# Details.\n${MINIMAL}`).question,
    ).toBe('does it hold for an hour?');
    expect(parseScenario('s.yaml', `# no\n${MINIMAL}question: yes?\n`).question).toBe('yes?');
  });

  it('takes the units people write', () => {
    const s = parseScenario(
      's.yaml',
      `{name: a, duration: 1h30m, warmup: 200ms, traffic: [{name: i, kind: batch, audio: {kind: uniform, min: 1s, max: 2m},
        arrivals: {kind: gamma, cv: 1.5, rate: {between: linear, points: [[0s, 300/min], [10m, 20000/h]]}}, surge: {points: [[10m, 2]]}}]}`,
    );
    expect([s.duration, s.warmup, s.traffic[0]!.audioSeconds, s.traffic[0]!.surge]).toEqual([
      5400,
      0.2,
      { kind: 'uniform', min: 1, max: 120 },
      {
        points: [
          [0, 1],
          [600, 2],
        ],
        between: 'step',
      },
    ]);
    expect(s.traffic[0]!.arrivals).toEqual({
      kind: 'gamma',
      cv: 1.5,
      rate: {
        points: [
          [0, 5],
          [600, 20000 / 3600],
        ],
        between: 'linear',
      },
    });
  });

  it('keeps only rows of the kind that a trace stream names', () => {
    const traffic = (kind: string): string =>
      `{name: a, duration: 1m, traffic: [{name: i, ${kind} arrivals: {kind: trace, file: t, rate: 6/s}}]}`;
    expect(parseScenario('s.yaml', traffic('kind: batch,')).traffic[0]!.arrivals).toMatchObject({
      only: 'batch',
      rate: 6,
      speedup: 1,
    });
    expect(parseScenario('s.yaml', traffic('')).traffic[0]!.arrivals).toMatchObject({ only: null });
  });
});

describe('a broken scenario file', () => {
  it('has all its problems told at once, with place, path and the nearest key', () => {
    expect(
      problems(`name: a
duraton: 30m
name: b
seed: -1
traffic:
  - name: i
    arivals: {kind: trace}
    arrivals: {kind: posson, rate: 5/s}
  - name: j
    arrivals: {kind: poisson, rate: -3/s}
    audio: {kind: lognormal, median: 5, sgma: 3}
  - {name: k, audio: 5x, arrivals: {kind: gamma, cv: 1.1, rate: {points: [[0s, 3/s], [1m, 5]], betwen: step}}}
service: {gpu: L40, metricsWhileLoading: 3}
platform: {set: [a]}
`),
    ).toEqual([
      's.yaml:1:1 duration: expected a duration above 0 such as 15s or 30m, got nothing',
      's.yaml:2:1 duraton: expected a known key, got `duraton` (did you mean `duration`?)',
      's.yaml:3:1 expected each key once, got `name` a second time',
      's.yaml:4:7 seed: expected a whole number from 0 to 4294967295, got -1',
      's.yaml:7:5 traffic[0].arivals: expected a known key, got `arivals` (did you mean `arrivals`?)',
      's.yaml:8:22 traffic[0].arrivals.kind: expected one of constant, ramp, poisson, gamma, curve, profile, trace, got posson (did you mean `poisson`?)',
      's.yaml:10:37 traffic[1].arrivals.rate: expected a rate such as 6/s, or a curve such as {points: [[0s, 5/s], [10m, 10/s]], between: linear}, got -3/s',
      's.yaml:11:12 traffic[1].audio.sigma: expected a number of 0 or more, got nothing',
      's.yaml:11:38 traffic[1].audio.median: expected a duration above 0 such as 15s or 30m, got 5',
      's.yaml:11:41 traffic[1].audio.sgma: expected a known key, got `sgma` (did you mean `sigma`?)',
      's.yaml:12:22 traffic[2].audio: expected a length such as 5s, a distribution such as {kind: lognormal, median: 5s, sigma: 0.6}, or {kind: table, file: …}, got 5x',
      's.yaml:12:91 traffic[2].arrivals.rate.points[1][1]: expected a rate of 0/s or more such as 6/s, 300/min or 20000/h, got 5',
      's.yaml:12:96 traffic[2].arrivals.rate.betwen: expected a known key, got `betwen` (did you mean `between`?)',
      's.yaml:13:16 service.gpu: expected one of L40S, A100-80GB, H100, A10G, L4, T4, got L40 (did you mean `L40S`?)',
      's.yaml:13:42 service.metricsWhileLoading: expected true or false, got 3',
      's.yaml:14:17 platform.set: expected a map of keys and values, got ["a"]',
    ]);
  });

  it('is checked across keys', () => {
    expect(
      problems(`name: x
duration: 10m
warmup: 20m
nodes: {warm: 20}
service: {gpu: H100}
traffic:
  - {name: a, arrivals: {kind: constant, rate: 5/s}}
  - {name: a, audio: 5s, arrivals: {kind: poisson, rate: {points: [[1m, 5/s], [1m, 3/s]]}}}
  - {name: t, audio: 5s, arrivals: {kind: trace, file: f, rate: 1/s, speedup: 2, from: 5s, to: 5s}}
  - {name: z, audio: 5s, arrivals: {kind: ramp, from: 0, to: 0, over: 1m}}
`),
    ).toEqual([
      's.yaml:3:9 warmup: expected less than the duration, got 20m',
      's.yaml:4:8 nodes.pricePerHour: expected a price in USD per hour, since none is on record for H100, got nothing',
      's.yaml:4:15 nodes.warm: expected at most nodes.max, got 20',
      's.yaml:7:5 traffic[0].audio: expected the length of the audio such as 5s or {kind: lognormal, median: 5s, sigma: 0.6}, got nothing',
      's.yaml:8:12 traffic[1].name: expected a name of its own for each traffic stream, got a',
      's.yaml:8:69 traffic[1].arrivals.rate.points[0][0]: expected the first point at 0s, got 1m',
      's.yaml:8:80 traffic[1].arrivals.rate.points[1][0]: expected a later time than the point before, got 1m',
      's.yaml:9:22 traffic[2].audio: expected nothing, since a trace brings its own lengths, got 5s',
      's.yaml:9:79 traffic[2].arrivals.speedup: expected either `rate` or `speedup`, got 2',
      's.yaml:9:96 traffic[2].arrivals.to: expected a moment after `from`, got 5s',
      's.yaml:10:62 traffic[3].arrivals.to: expected a ramp that leaves 0/s, got 0',
    ]);
  });

  it.each([
    [
      'a: [1, 2',
      's.yaml:1:9 expected YAML, got: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['', 's.yaml:1:1 expected a map of keys and values, got null'],
    ['just text', 's.yaml:1:1 expected a map of keys and values, got just text'],
  ])('is refused where it is not a map: %j', (text, line) => {
    expect(problems(text)).toEqual([line]);
  });
});

describe('a scenario with any value replaced by another', () => {
  const FULL = `{name: a, duration: 30m, warmup: 1m, epoch: '2026-01-05T08:30:00Z', platform: {manifests: [a], set: {a: 1}},
    service: {retries: {max: 1}, cap: 3, connections: {kind: keep-alive, pool: 3, maxAge: 5m, idle: 1m}, abandonedWork: finish,
      features: {diarisation: true}, ttft: cloud, stream: riva-1, tailShare: 0.02, firstRequest: 5s, tuning: {t0: 20ms, s1: 1ms}},
    startup: {modelDownload: 5m, modelCache: node},
    nodes: {provision: {kind: lognormal, median: 5s, sigma: 1}, labels: {a: b}, taints: [{key: k}], spotLife: 2h, spare: 1, podHold: 5s, scanPhase: 1s},
    faults: [{kind: pod-kill, at: 1m}],
    objectives: [a], prices: {perMissedRequest: 1}, traffic: [
      {name: i, audio: {kind: mixture, parts: [{weight: 1, of: 5s}]}, arrivals: {kind: gamma, cv: 1, rate: {points: [[0s, 3/s]]}}, surge: {points: [[1m, 2]]}},
      {name: l, kind: stream, audio: 1m, arrivals: {kind: poisson, rate: 1/s}, conduct: {hangup: {share: 0.5, after: 5s}, cut: {share: 0.5, after: 5s}}},
      {name: t, kind: short, arrivals: {kind: trace, file: f, rate: 1/s, to: 5s}}]}`;
  const object: unknown = parse(FULL);
  const paths = (value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => [[...path, key], ...paths(one, [...path, key])])
      : [];
  const junk = fc.constantFrom<unknown>(
    null,
    3,
    -1,
    'x',
    '',
    '5s',
    '6/s',
    true,
    [],
    [null],
    [3],
    ['x'],
    [[]],
    {},
    { a: 1 },
    { kind: 'x' },
    { points: [] },
  );

  it('is read or refused, never a defect', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths(object)), junk, (path, value) => {
        const copy = structuredClone(object) as Record<string | number, unknown>;
        const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
        parent[path.at(-1)!] = value;
        problems(stringify(copy));
      }),
      { numRuns: 200 },
    );
  });
});
