import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule } from '../model/schedule.ts';
import { scheduleRow, scheduleText } from '../model/schedule.ts';
import { compile } from './compile.ts';
import { parseScenario } from './parse.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioData } from './scenario-data.ts';
import { NO_DATA } from './scenario-data.ts';
import { readTrace } from './traces/read-trace.ts';
import { traceStatistics } from './traces/statistics.ts';

const ROOM = 2 ** 30;

const scenario = (traffic: string, duration = '10s', more = ''): Scenario =>
  parseScenario('test.yaml', `{name: test, duration: ${duration}, seed: 7, traffic: [${traffic}]${more}}`);

const withTrace = (csv: string): ScenarioData => ({
  ...NO_DATA,
  traces: new Map([['calls', readTrace('calls.csv', `offset_s,audio_s,kind\n${csv}`)]]),
});

const rows = (schedule: Schedule): string[] =>
  Array.from({ length: schedule.count }, (_, i) => {
    const row = scheduleRow(schedule, i);
    return `${row.offsetMillis} ${row.stream} ${row.kind} ${row.audioSeconds}`;
  });

describe('compile', () => {
  it('puts several streams in time order, equal instants in the order of the streams', () => {
    const { schedule } = compile(
      scenario(
        '{name: b, audio: 2s, arrivals: {kind: constant, rate: 1/s}}, {name: a, kind: batch, audio: 1m, arrivals: {kind: constant, rate: 2/s}}',
        '1500ms',
      ),
      NO_DATA,
      ROOM,
    );
    expect(rows(schedule)).toEqual([
      '0 b short 2',
      '0 a batch 60',
      '500 a batch 60',
      '1000 b short 2',
      '1000 a batch 60',
    ]);
  });

  it('gives the same text for the same seed and another one for another seed', () => {
    const s = scenario(
      '{name: a, audio: {kind: lognormal, median: 5s, sigma: 0.5}, arrivals: {kind: gamma, cv: 1.5, rate: 20/s}}',
      '60s',
    );
    const text = (one: Scenario): string => [...scheduleText(compile(one, NO_DATA, ROOM).schedule)].join('');
    expect(text(s)).toBe(text(s));
    expect(text(s)).not.toBe(text({ ...s, seed: 8 }));
  });

  it('leaves a stream as it was when another is added or its own lengths change', () => {
    const a = '{name: a, audio: 5s, arrivals: {kind: poisson, rate: 5/s}}';
    const alone = compile(scenario(a), NO_DATA, ROOM).schedule;
    const both = compile(
      scenario(`{name: z, audio: 9s, arrivals: {kind: poisson, rate: 3/s}}, ${a}`),
      NO_DATA,
      ROOM,
    ).schedule;
    const longer = compile(scenario(a.replace('5s', '{kind: exponential, mean: 5s}')), NO_DATA, ROOM).schedule;
    const ofA = Array.from({ length: both.count }, (_, i) => scheduleRow(both, i)).filter((row) => row.stream === 'a');
    expect(ofA.map((row) => [row.offsetMillis, row.seed])).toEqual(
      Array.from(alone.offsetMillis, (at, i) => [at, alone.seed[i]]),
    );
    expect(longer.offsetMillis).toEqual(alone.offsetMillis);
  });

  it('refuses a schedule that does not fit before it makes one', () => {
    const big = scenario('{name: a, audio: 5s, arrivals: {kind: poisson, rate: 1000000/s}}', '7d');
    expect(() => compile(big, NO_DATA, ROOM)).toThrow(
      expect.objectContaining({
        code: 'SCHEDULE_TOO_LARGE',
        message: 'test asks for about 604800000000 requests, which need 33868800 MB; 1073 MB are free',
      }),
    );
  });
});

describe('a trace', () => {
  const csv = '0.000,3.00,short\n1.000,600.00,batch\n1.000,4.00,short\n4.000,120.00,stream\n';
  const played = (arrivals: string, more = '', duration = '100s') =>
    compile(
      scenario(`{name: t, ${more} arrivals: {kind: trace, file: calls, ${arrivals}}}`, duration),
      withTrace(csv),
      ROOM,
    );

  it('keeps order, kinds and lengths, also of streams, when it is sped up', () => {
    expect(rows(played('speedup: 2').schedule)).toEqual([
      '0 t short 3',
      '500 t batch 600',
      '500 t short 4',
      '2000 t stream 120',
    ]);
    expect(played('speedup: 2').notes).toEqual(['the trace calls of stream t is over after 3s of 1m40s']);
  });

  it('is cut, filtered and repeated by its window', () => {
    expect(rows(played('from: 1s, to: 3s').schedule)).toEqual(['0 t batch 600', '0 t short 4']);
    expect(rows(played('repeat: true', 'kind: short,', '7s').schedule)).toEqual([
      '0 t short 3',
      '1000 t short 4',
      '5000 t short 3',
      '6000 t short 4',
    ]);
  });

  it('is brought to a mean rate over its window', () => {
    // 4 rows in a window of 5 s: 0.8/s, so 8/s is ten times as fast.
    expect(played('rate: 8/s').schedule.offsetMillis).toEqual(Float64Array.of(0, 100, 100, 400));
  });

  it('runs faster under a surge', () => {
    expect(played('repeat: true', 'surge: {points: [[2s, 2]]},', '4s').schedule.offsetMillis).toEqual(
      Float64Array.of(0, 1000, 1000, 3000, 3500),
    );
  });

  it('refuses to play nothing', () => {
    expect(() => played('from: 2s, to: 3s', 'kind: short,')).toThrow(
      'calls.csv: expected rows of kind short in the part that is played, got none',
    );
  });
});

describe('what scaling does to a trace (traces/README)', () => {
  const anyTrace = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 5000 })), {
      minLength: 50,
      maxLength: 300,
    })
    .map((gaps) => {
      let at = 0;
      return gaps
        .map(([gap, length]) => `${((at += gap) / 1000).toFixed(3)},${(length / 100).toFixed(2)},short`)
        .join('\n');
    });
  const asTrace = (schedule: Schedule) =>
    readTrace(
      'x.csv',
      `offset_s,audio_s,kind\n${rows(schedule)
        .map((row) => row.split(' '))
        .map(([at, , kind, audio]) => `${Number(at) / 1000},${audio!},${kind!}`)
        .join('\n')}`,
    );

  it('a speed-up by k makes the rate k-fold and IDC at bin w the old IDC at bin k·w', () => {
    fc.assert(
      fc.property(anyTrace, (csv) => {
        const data = withTrace(csv);
        const original = data.traces.get('calls')!;
        const { schedule } = compile(
          scenario('{name: t, arrivals: {kind: trace, file: calls, speedup: 10}}', '1h'),
          data,
          ROOM,
        );
        expect(schedule.audioSeconds).toEqual(original.audioSeconds);
        // Windows that hold whole bins of either width.
        const span = 60 * Math.floor(original.spanSeconds / 60);
        if (span < 120) return;
        const [slow, fast] = [traceStatistics(original, span), traceStatistics(asTrace(schedule), span / 10)];
        expect(fast.meanRatePerSecond).toBeCloseTo(10 * slow.meanRatePerSecond, 9);
        expect(fast.idc[1]).toBeCloseTo(slow.idc[10]!, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('n copies at the same offsets make rate and IDC n-fold', () => {
    fc.assert(
      fc.property(anyTrace, (csv) => {
        const copy = (name: string): string => `{name: ${name}, arrivals: {kind: trace, file: calls}}`;
        const data = withTrace(csv);
        const { schedule } = compile(scenario(`${copy('a')}, ${copy('b')}, ${copy('c')}`, '1h'), data, ROOM);
        const [one, three] = [traceStatistics(data.traces.get('calls')!), traceStatistics(asTrace(schedule))];
        expect(three.meanRatePerSecond).toBeCloseTo(3 * one.meanRatePerSecond, 9);
        expect(three.idc[10]).toBeCloseTo(3 * one.idc[10]!, 9);
      }),
      { numRuns: 30 },
    );
  });

  it('n independent streams make the rate n-fold and leave IDC', () => {
    const traffic = (name: string): string => `{name: ${name}, audio: 5s, arrivals: {kind: gamma, cv: 2, rate: 5/s}}`;
    const { schedule } = compile(scenario(['a', 'b', 'c', 'd'].map(traffic).join(', '), '4h'), NO_DATA, ROOM);
    const s = traceStatistics(asTrace(schedule), 14_400);
    expect(s.meanRatePerSecond).toBeCloseTo(20, 0);
    expect(s.idc[60]! / 4).toBeGreaterThan(0.8);
    expect(s.idc[60]! / 4).toBeLessThan(1.2);
  });
});
