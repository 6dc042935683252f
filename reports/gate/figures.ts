// The figures an objective may name: what they mean, their unit, which filters they take, and whether they need a
// quantile. Data only; evaluate.ts reads them from a run, parse.ts refuses everything else.

export type Dimension = 'share' | 'percent' | 'seconds' | 'count' | 'per-second' | 'gpu-hours' | 'money' | 'bytes';

export type FilterKey = 'kind' | 'stream' | 'within' | 'convention' | 'outcome';

export interface FigureSpec {
  readonly dimension: Dimension;
  readonly filters: readonly FilterKey[];
  /** required: a distribution without one number; optional: without it the worst value counts; none: one number. */
  readonly quantile: 'required' | 'optional' | 'none';
  readonly meaning: string;
}

const calls = ['kind', 'stream'] as const;
const spec = (
  dimension: Dimension,
  meaning: string,
  filters: readonly FilterKey[] = [],
  quantile: FigureSpec['quantile'] = 'none',
): FigureSpec => ({ dimension, filters, quantile, meaning });

const step = (meaning: string): FigureSpec =>
  spec('seconds', `${meaning}; without a quantile the worst load step`, [], 'optional');

export const FIGURES = {
  attainment: spec('share', 'calls answered within the promise ÷ calls arrived', [...calls, 'within']),
  misses: spec('count', 'calls not answered within the promise', [...calls, 'within']),
  goodput: spec('per-second', 'calls answered within the promise per second', [...calls, 'within']),
  outcome: spec('share', 'calls that ended this way ÷ calls arrived', [...calls, 'outcome']),
  latency: spec('seconds', 'intended start to answer; no answer is infinite', [...calls], 'required'),
  wait: spec('seconds', 'intended start to start of service; never served is infinite', [...calls], 'required'),
  firstResult: spec('seconds', 'first audio sent to first partial result', [...calls], 'required'),
  lag: spec('seconds', 'largest lag of a live stream behind its audio', ['stream'], 'required'),
  rtf: spec('count', 'real-time factor: Σ processing ÷ Σ audio', [...calls]),
  'backlog.max': spec('seconds', 'most audio seconds received and not yet processed'),
  'reaction.detect': step('load step to the first HPA sync that sees it'),
  'reaction.decide': step('that sync to the scale-up'),
  'reaction.pod': step('scale-up to the first container running'),
  'reaction.ready': step('container running to the first new pod Ready'),
  'reaction.effect': step('first new pod Ready to the promise kept again'),
  'reaction.toReady': step('load step to the first new pod Ready'),
  'reaction.toEffect': step('load step to the promise kept again'),
  'reaction.settle': step('load step to the last time supply and demand differ by more than one'),
  'reaction.overshoot': spec('count', 'most replicas above demand after a load step'),
  'elasticity.under': spec('percent', 'θ_U: replicas lacking, in percent of demand'),
  'elasticity.over': spec('percent', 'θ_O: replicas idle, in percent of supply or demand', ['convention']),
  'elasticity.underTime': spec('percent', 'τ_U: time with too few replicas'),
  'elasticity.overTime': spec('percent', 'τ_O: time with too many replicas'),
  'elasticity.instability': spec('percent', 'υ: grid steps on which supply and demand moved differently'),
  'replicas.max': spec('count', 'most replicas Ready at once'),
  'cost.gpuHours': spec('gpu-hours', 'GPU-hours paid, start to end of the run'),
  'cost.gpuMoney': spec('money', 'GPU money of the run'),
  'cost.idleShare': spec('share', 'share of ready replica time without a call in service'),
  'cost.startupWaste': spec('seconds', 'GPU-seconds paid before the first pod was Ready'),
  'cost.drainTail': spec('seconds', 'GPU-seconds paid after the last useful work'),
  'storage.bytesPerDay': spec('bytes', 'metric bytes on disk per day of retention'),
  'storage.retained': spec('bytes', 'metric bytes on disk for the whole retention'),
  'storage.samplesPerSecond': spec('per-second', 'samples ingested per second'),
  'storage.series': spec('count', 'series in the head'),
  'storage.moneyPerMonth': spec('money', 'money per month for the metric storage'),
} as const satisfies Readonly<Record<string, FigureSpec>>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];

/** The units a bound may be written in, per dimension; the number is the factor to the dimension's own unit. */
export const UNITS: Readonly<Record<Dimension, Readonly<Record<string, number>>>> = {
  share: { '': 1, '%': 0.01 },
  percent: { '%': 1, '': 1 },
  seconds: { s: 1, ms: 0.001, m: 60, min: 60, h: 3600, d: 86_400 },
  count: { '': 1 },
  'per-second': { '': 1, '/s': 1 },
  'gpu-hours': { '': 1, h: 1 },
  money: { '': 1, $: 1, USD: 1 },
  bytes: { '': 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 },
};
