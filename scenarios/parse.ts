// YAML text to Scenario. Takes text and its name, does no I/O; gives the typed scenario or throws SCENARIO_INVALID with
// every problem of the file at once. What spans several keys is checked here; single values are schema.ts's business.

import type { Problem } from '../model/errors.ts';
import type { Conduct } from '../model/conduct.ts';
import { formatProblem, TestbedError } from '../model/errors.ts';
import { perSecond, seconds } from '../model/units.ts';
import { problemAt, schemaProblems } from './problems.ts';
import type { Arrivals, ConnectionSettings, RateCurve, Scenario, Traffic } from './scenario.ts';
import type { ParsedScenario, ParsedTraffic } from './schema.ts';
import { scenarioSchema } from './schema.ts';
import type { Path, YamlSource } from './yaml-source.ts';
import { openYaml } from './yaml-source.ts';

type ParsedArrivals = ParsedTraffic['arrivals'];
type ParsedCurve = Extract<ParsedArrivals, { kind: 'poisson' }>['rate'];
type Check = (path: Path, expected: string) => void;

/** On-demand prices in USD per hour of the cheapest EC2 node with the GPU (metrics-path.md 2.5). */
const NODE_PRICES: Readonly<Record<string, number>> = { T4: 0.526, A10G: 1.006, L4: 0.8048, L40S: 1.861 };

const curveOf = (parsed: ParsedCurve): RateCurve =>
  typeof parsed === 'number'
    ? { points: [[seconds(0), parsed]], between: 'step' }
    : { points: parsed.points, between: parsed.between };

const checkOrder = (points: readonly (readonly [number, number])[], path: Path, check: Check): void => {
  if (points.length === 0) check(path, 'at least one point');
  for (let i = 1; i < points.length; i++) {
    if (points[i]![0] <= points[i - 1]![0]) check([...path, i, 0], 'a later time than the point before');
  }
};

const checkCurve = (parsed: ParsedCurve, path: Path, check: Check): void => {
  if (typeof parsed === 'number') {
    if (parsed <= 0) check(path, 'a rate above 0 such as 6/s');
    return;
  }
  checkOrder(parsed.points, [...path, 'points'], check);
  if (parsed.points.length > 0 && parsed.points[0]![0] !== 0) check([...path, 'points', 0, 0], 'the first point at 0s');
  if (parsed.points.every((point) => point[1] === 0)) check([...path, 'points'], 'some rate above 0');
};

const surgeOf = (surge: NonNullable<ParsedTraffic['surge']>): RateCurve => {
  const points = surge.points.map(([at, factor]) => [at, perSecond(factor)] as const);
  return { points: points[0]![0] > 0 ? [[seconds(0), perSecond(1)], ...points] : points, between: surge.between };
};

const arrivalsOf = (parsed: ParsedArrivals, kind: ParsedTraffic['kind']): Arrivals => {
  switch (parsed.kind) {
    case 'constant':
    case 'ramp':
    case 'profile':
      return parsed;
    case 'poisson':
    case 'gamma':
    case 'curve':
      return { ...parsed, rate: curveOf(parsed.rate) };
    case 'trace':
      return {
        ...parsed,
        rate: parsed.rate ?? null,
        speedup: parsed.speedup ?? 1,
        to: parsed.to ?? null,
        only: kind ?? null,
      };
  }
};

const checkArrivals = (traffic: ParsedTraffic, path: Path, check: Check): void => {
  const { arrivals } = traffic;
  const at = (...steps: Path): Path => [...path, 'arrivals', ...steps];
  if (arrivals.kind === 'poisson' || arrivals.kind === 'gamma' || arrivals.kind === 'curve') {
    checkCurve(arrivals.rate, at('rate'), check);
  }
  if (arrivals.kind === 'ramp' && arrivals.from + arrivals.to === 0) check(at('to'), 'a ramp that leaves 0/s');
  if (arrivals.kind === 'trace') {
    if (traffic.audio !== undefined) check([...path, 'audio'], 'nothing, since a trace brings its own lengths');
    if (arrivals.rate !== undefined && arrivals.speedup !== undefined)
      check(at('speedup'), 'either `rate` or `speedup`');
    if (arrivals.to !== undefined && arrivals.to <= arrivals.from) check(at('to'), 'a moment after `from`');
  } else if (traffic.audio === undefined) {
    check([...path, 'audio'], 'the length of the audio such as 5s or {kind: lognormal, median: 5s, sigma: 0.6}');
  }
};

const checkScenario = (parsed: ParsedScenario, check: Check): void => {
  const names = new Set<string>();
  parsed.traffic.forEach((traffic, i) => {
    const path = ['traffic', i] as const;
    if (names.has(traffic.name)) check([...path, 'name'], 'a name of its own for each traffic stream');
    names.add(traffic.name);
    checkArrivals(traffic, path, check);
    if (traffic.conduct?.cut !== undefined && traffic.arrivals.kind !== 'trace' && traffic.kind !== 'stream')
      check([...path, 'conduct', 'cut'], 'nothing, since only live sessions (kind: stream) can be cut');
    if (traffic.surge !== undefined) checkOrder(traffic.surge.points, [...path, 'surge', 'points'], check);
  });
  if (parsed.warmup >= parsed.duration) check(['warmup'], 'less than the duration');
  if (parsed.service.features?.wordTimestamps === true && parsed.service.calibration.endsWith('-words'))
    check(
      ['service', 'features', 'wordTimestamps'],
      `false with ${parsed.service.calibration}, which has them already`,
    );
  if (parsed.service.connections?.kind === 'keep-alive' && parsed.service.queueAt === 'front')
    check(['service', 'queueAt'], '`pod` with keep-alive connections: a queue in front balances each request');
  if (parsed.nodes.warm > parsed.nodes.max) check(['nodes', 'warm'], 'at most nodes.max');
  if (parsed.nodes.min > parsed.nodes.max) check(['nodes', 'min'], 'at most nodes.max');
  if (parsed.nodes.pricePerHour === undefined && NODE_PRICES[parsed.service.gpu] === undefined) {
    check(['nodes', 'pricePerHour'], `a price in USD per hour, since none is on record for ${parsed.service.gpu}`);
  }
};

const conductOf = ({ hangup, cut }: NonNullable<ParsedTraffic['conduct']>): Conduct => ({
  hangup: hangup ?? null,
  cut: cut === undefined ? null : { share: cut.share, after: cut.after ?? null },
});

const connectionsOf = (parsed: NonNullable<ParsedScenario['service']['connections']>): ConnectionSettings =>
  parsed.kind === 'per-request' ? parsed : { ...parsed, maxAge: parsed.maxAge ?? null, idle: parsed.idle ?? null };

const trafficOf = (parsed: ParsedTraffic): Traffic => ({
  name: parsed.name,
  kind: parsed.kind ?? 'short',
  arrivals: arrivalsOf(parsed.arrivals, parsed.kind),
  audioSeconds: parsed.audio ?? null,
  surge: parsed.surge === undefined ? null : surgeOf(parsed.surge),
  ...(parsed.conduct === undefined ? {} : { conduct: conductOf(parsed.conduct) }),
});

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the keys that the file does not give: absent keys stay absent. */
const given = <T extends object>(value: T): Given<T> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Given<T>;

const scenarioOf = (parsed: ParsedScenario, heading: string): Scenario => {
  const { nodes, startup, controlPlane, epoch, question, traffic, ...rest } = parsed;
  const { connections, tuning, ...rawService } = parsed.service;
  const service = given(rawService);
  return {
    ...rest,
    question: question ?? heading,
    epochMillis: Date.parse(epoch),
    traffic: traffic.map(trafficOf),
    service: {
      ...service,
      cap: service.cap ?? null,
      queueLimit: service.queueLimit ?? null,
      timeout: service.timeout ?? null,
      retries: service.retries ?? null,
      ...(connections === undefined ? {} : { connections: connectionsOf(connections) }),
      ...(tuning === undefined ? {} : { tuning: given(tuning) }),
    },
    startup: given(startup),
    nodes: { ...given(nodes), pricePerHour: nodes.pricePerHour ?? NODE_PRICES[service.gpu]! },
    controlPlane: { ...controlPlane, hpaPhase: controlPlane.hpaPhase ?? null },
  };
};

const refuse = (file: string, problems: readonly Problem[]): never => {
  const sorted = problems.toSorted((x, y) => x.line - y.line || x.column - y.column);
  const title = `${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`;
  throw new TestbedError('SCENARIO_INVALID', `${title}:\n${sorted.map((p) => `  ${formatProblem(p)}`).join('\n')}`, {
    hint: 'docs/scenario.md lists every key with its default',
  });
};

const checked = (source: YamlSource): ParsedScenario => {
  if (source.value === undefined) return refuse(source.file, source.problems);
  const result = scenarioSchema.safeParse(source.value);
  const problems = [...source.problems];
  if (result.success) {
    checkScenario(result.data, (path, expected) => problems.push(problemAt(source, path, expected)));
  } else {
    problems.push(...schemaProblems(result.error.issues, source));
  }
  return result.success && problems.length === 0 ? result.data : refuse(source.file, problems);
};

/**
 * The scenario in `text`; `file` names it in messages. Throws SCENARIO_INVALID with every problem found.
 *
 * @example parseScenario('morning.yaml', yamlText).traffic[0]?.name
 */
export const parseScenario = (file: string, text: string): Scenario => {
  const source = openYaml(file, text);
  return scenarioOf(checked(source), source.heading);
};
