// Selectors against the sample store: which series match, their newest sample for an instant, their samples for a
// range. Matching is remembered per store and only looks at series that are new since the last time.
// Staleness and edges: metrics-path.md 1.3.

import type { SampleStore, Series } from '../store.ts';
import type { Matcher, RangeSelector, Selector } from './ast.ts';
import { referenceMillis, type Context, type RangePlan, type VectorPlan, type Window } from './context.ts';
import { metricOf, type Metric } from './metric.ts';
import type { Vector } from './value.ts';
import type { VersionRules } from './version.ts';

interface Matched {
  readonly series: Series[];
  readonly metrics: Metric[];
  /** How many of the candidate series have been looked at. */
  seen: number;
}

/**
 * Index behind the last live sample at or before `time`. Most queries ask for the newest sample; for older times the
 * search starts where evenly spaced scrapes would have put it and doubles its steps from there
 * (bench/control-promql.bench.ts).
 */
const indexAfter = (series: Series, time: number): number => {
  const { times, first, end } = series;
  if (end === first || times[end - 1]! <= time) return end;
  const oldest = times[first]!;
  if (time < oldest) return first;
  let low = first + Math.floor(((time - oldest) / (times[end - 1]! - oldest)) * (end - 1 - first));
  let high = low + 1;
  if (times[low]! > time) {
    for (let step = 1; times[low]! > time; step *= 2) {
      high = low;
      low = Math.max(first, low - step);
    }
  } else {
    for (let step = 1; times[high]! <= time; step *= 2) {
      low = high;
      high = Math.min(end - 1, high + step);
    }
  }
  // times[low] <= time < times[high]
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle]! > time) high = middle;
    else low = middle;
  }
  return high;
};

class SeriesPicker {
  private readonly name: string | undefined;
  private readonly matchers: readonly Matcher[];
  private readonly perStore = new WeakMap<SampleStore, Matched>();

  constructor(matchers: readonly Matcher[]) {
    const byName = matchers.find((m) => m.name === '__name__' && m.kind === '=');
    this.name = byName?.value;
    this.matchers = matchers.filter((m) => m !== byName);
  }

  /** Matching series in creation order. */
  pick(store: SampleStore): Matched {
    let matched = this.perStore.get(store);
    if (matched === undefined) {
      matched = { series: [], metrics: [], seen: 0 };
      this.perStore.set(store, matched);
    }
    const candidates = this.name === undefined ? store.series : store.named(this.name);
    for (; matched.seen < candidates.length; matched.seen++) {
      const series = candidates[matched.seen]!;
      if (!this.matchers.every((m) => m.matches(labelValue(series, m.name)))) continue;
      matched.series.push(series);
      matched.metrics.push(metricOf(series));
    }
    return matched;
  }
}

const labelValue = (series: Series, name: string): string =>
  Object.hasOwn(series.labels, name) ? series.labels[name]! : '';

/** Instant selector: the newest sample within the look-back, none if that is a stale marker. */
export const planSelector = (selector: Selector, rules: VersionRules, give: 'value' | 'time' = 'value'): VectorPlan => {
  const picker = new SeriesPicker(selector.matchers);
  return (context): Vector => {
    const { series, metrics } = picker.pick(context.store);
    const reference = referenceMillis(selector.anchor, selector.offsetMillis, context);
    const oldest = reference - context.lookbackMillis;
    const outMetrics: Metric[] = [];
    const outValues: number[] = [];
    for (let i = 0; i < series.length; i++) {
      const s = series[i]!;
      const index = indexAfter(s, reference) - 1;
      if (index < s.first || s.stale[index] === 1) continue;
      const time = s.times[index]!;
      if (time < oldest || (time === oldest && !rules.leftEdgeIncluded)) continue;
      outMetrics.push(metrics[i]!);
      outValues.push(give === 'value' ? s.values[index]! : time / 1000);
    }
    return { metrics: outMetrics, values: outValues };
  };
};

/** Range selector: the samples in (start, end], or [start, end] in 2.x, without stale markers. */
export const planRange = (range: RangeSelector, rules: VersionRules): RangePlan => {
  const { selector, rangeMillis } = range;
  const picker = new SeriesPicker(selector.matchers);
  const bounds = (context: Context) => {
    const endMillis = referenceMillis(selector.anchor, selector.offsetMillis, context);
    return { startMillis: endMillis - rangeMillis, endMillis };
  };
  return {
    bounds,
    visit: (context, visit) => {
      const { series, metrics } = picker.pick(context.store);
      const { startMillis, endMillis } = bounds(context);
      const window: Window = { times: new Float64Array(0), values: new Float64Array(0), from: 0, to: 0 };
      for (let i = 0; i < series.length; i++) {
        const s = series[i]!;
        window.to = indexAfter(s, endMillis);
        let from = window.to;
        let stale = 0;
        // Ranges hold tens of samples: walking back beats a second search, and counts the markers on the way.
        while (from > s.first) {
          const time = s.times[from - 1]!;
          if (time < startMillis || (time === startMillis && !rules.leftEdgeIncluded)) break;
          from -= 1;
          stale += s.stale[from]!;
        }
        if (window.to - from === stale) continue;
        window.from = from;
        window.times = s.times;
        window.values = s.values;
        if (stale > 0) compact(window, s);
        visit(metrics[i]!, window);
      }
    },
  };
};

/** Copies the window without its stale markers. */
const compact = (window: Window, series: Series): void => {
  const times = new Float64Array(window.to - window.from);
  const values = new Float64Array(window.to - window.from);
  let n = 0;
  for (let i = window.from; i < window.to; i++) {
    if (series.stale[i] === 1) continue;
    times[n] = series.times[i]!;
    values[n] = series.values[i]!;
    n += 1;
  }
  window.times = times;
  window.values = values;
  window.from = 0;
  window.to = n;
};
