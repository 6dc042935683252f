// The tests of the load engine that a single run cannot make of itself (load-generation.md section 8): a server that does
// nothing at twice the target, latencies that are known beforehand, the same total from one process and from two.

import { OUTCOMES } from '../../model/record.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { requestWeight, secondsPerWeight } from '../../model/service-time.ts';
import { seconds } from '../../model/units.ts';
import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';
import type { Played } from './world.ts';
import { LAW, SETTINGS, even, play, quantile, repeat } from './world.ts';

const TARGET_PER_SECOND = 1000;
const SECONDS = 5;

const answered = ({ report }: Played): number =>
  report.requests.outcome.filter((code) => OUTCOMES[code] === 'ok').length / report.requests.count;

/** From the intended start, milliseconds. */
const latencies = ({ report: { requests } }: Played): number[] =>
  [...requests.doneMillis].flatMap((done, i) => (Number.isNaN(done) ? [] : [done - requests.intendedMillis[i]!]));

const nullSink = async (runs: number): Promise<readonly Verdict[]> => {
  const of = await repeat(runs, async () => {
    const played = await play(even(2 * TARGET_PER_SECOND * SECONDS, SECONDS, 'short', 1));
    const live = await play(even(400, 2, 'stream', 5));
    const frames = live.report.frames[0]!;
    return { answered: answered(played), frames: frames.framesSent / frames.framesDue };
  });
  const what = `a server that does nothing, at twice ${TARGET_PER_SECOND.toLocaleString('en')} requests/s`;
  return [
    { what, figure: 'achieved / requested', value: median(of('answered')), unit: '', bound: { op: '≥', value: 0.99 } },
    { what, figure: 'frames sent / due', value: median(of('frames')), unit: '', bound: { op: '≥', value: 0.999 } },
  ];
};

const KNOWN_SECONDS = 0.1;
/** A lone request takes t0, drawn for each row: median 100 ms, the same whatever else is in service. */
const LOGNORMAL: ServiceLaw = {
  ...LAW,
  batch: { ...LAW.batch, a: seconds(KNOWN_SECONDS), b: seconds(0), t0: seconds(KNOWN_SECONDS), t0Sigma: 0.5 },
};

/** Relative error of a quantile, or 0 if it is within 2 ms. */
const error = (measured: number, known: number): number =>
  Math.abs(measured - known) <= 2 ? 0 : Math.abs(measured - known) / known;

const knownLatency = async (runs: number): Promise<readonly Verdict[]> => {
  const schedule = even(300 * SECONDS, SECONDS, 'short', 1);
  const drawn = Array.from(
    schedule.seed,
    (seed) => 1000 * requestWeight(LOGNORMAL.batch, 1, seed) * secondsPerWeight(LOGNORMAL.batch, 1),
  );
  const settings = { ...SETTINGS, front: { ...SETTINGS.front, law: LOGNORMAL } };
  const of = await repeat(runs, async () => {
    const fixed = latencies(await play(schedule, { pods: [{ hop: seconds(KNOWN_SECONDS) }] }));
    const various = latencies(await play(schedule, { settings, pods: [{ law: LOGNORMAL }] }));
    return {
      fixed50: error(quantile(fixed, 0.5), 1000 * KNOWN_SECONDS),
      fixed99: error(quantile(fixed, 0.99), 1000 * KNOWN_SECONDS),
      various50: error(quantile(various, 0.5), quantile(drawn, 0.5)),
      various99: error(quantile(various, 0.99), quantile(drawn, 0.99)),
    };
  });
  const what = 'latencies known beforehand, error (0 = within 2 ms)';
  const bound = { op: '≤', value: 0.05 } as const;
  return [
    { what, figure: 'fixed 100 ms, p50', value: median(of('fixed50')), unit: '', bound },
    { what, figure: 'fixed 100 ms, p99', value: median(of('fixed99')), unit: '', bound },
    { what, figure: 'lognormal, p50', value: median(of('various50')), unit: '', bound },
    { what, figure: 'lognormal, p99', value: median(of('various99')), unit: '', bound },
  ];
};

const split = async (runs: number): Promise<readonly Verdict[]> => {
  const schedule = even(TARGET_PER_SECOND * SECONDS, SECONDS, 'short', 1);
  const pods = [{ hop: seconds(KNOWN_SECONDS) }];
  const of = await repeat(runs, async () => {
    const one = latencies(await play(schedule, { pods }));
    const two = latencies(await play(schedule, { pods, workers: 2 }));
    const apart = (q: number): number => Math.abs(quantile(one, q) / quantile(two, q) - 1);
    return { p50: apart(0.5), p95: apart(0.95), p99: apart(0.99) };
  });
  const what = 'the same total from one process and from two, difference';
  const bound = { op: '≤', value: 0.05 } as const;
  return [
    { what, figure: 'p50', value: median(of('p50')), unit: '', bound },
    { what, figure: 'p95', value: median(of('p95')), unit: '', bound },
    { what, figure: 'p99', value: median(of('p99')), unit: '', bound },
  ];
};

export const PROOFS = [nullSink, knownLatency, split];
