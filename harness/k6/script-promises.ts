// The objectives that k6 judges by itself: one Rate per promise, one value per call, a threshold on each. Takes the points of
// the script.

import { Rate } from 'k6/metrics';
import type { ScriptPlan, ScriptPoint, ScriptPromise } from './script-data.ts';

export interface Promises {
  readonly thresholds: { readonly [metric: string]: string[] };
  /** Counts one call for every promise that is about it. */
  readonly judge: (point: ScriptPoint) => void;
}

const latencyMillis = ({ outcome, doneMillis, offsetMillis }: ScriptPoint): number =>
  outcome === 'ok' && doneMillis !== null ? doneMillis - offsetMillis : Infinity;

/** A session that its caller or the end of the run ended while it was served is judged by its lag until then. */
const lagMillis = ({ outcome, lagSeconds }: ScriptPoint): number =>
  (outcome === 'ok' || outcome === 'abandoned' || outcome === 'unfinished') && lagSeconds !== null
    ? 1000 * lagSeconds
    : Infinity;

/** Made in the init context. */
export const promises = (plan: ScriptPlan): Promises => {
  const isLive = ({ kind }: ScriptPoint): boolean => plan.kinds[kind] === 'stream';
  const isAbout = (promise: ScriptPromise, point: ScriptPoint): boolean =>
    point.offsetMillis >= plan.warmupMillis &&
    (promise.kind === null || promise.kind === point.kind) &&
    (promise.stream === null || promise.stream === point.stream) &&
    (promise.of !== 'lag' || isLive(point));
  const taken = ({ of }: ScriptPromise, point: ScriptPoint): number =>
    of === 'lag' || (of === 'judged' && isLive(point)) ? lagMillis(point) : latencyMillis(point);
  const all = plan.promises.map((promise, n) => ({ promise, name: `surgelab_promise_${n}` }));
  const rates = all.map(({ promise, name }) => ({ promise, rate: new Rate(name) }));
  return {
    thresholds: Object.fromEntries(all.map(({ promise, name }) => [name, [`rate>=${promise.least}`]])),
    judge: (point) => {
      for (const { promise, rate } of rates)
        if (isAbout(promise, point)) rate.add(taken(promise, point) <= promise.withinMillis);
    },
  };
};
