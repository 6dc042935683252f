// The objective language: `name{key=value,…} [pNN] <op> number[unit]`. Takes text, gives an Objective or every problem
// with its position; what the figure is worth in a run is evaluate.ts's business.

import { TestbedError } from '../../model/errors.ts';
import { nearest } from '../../model/nearest.ts';
import type { Outcome } from '../../model/record.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { RequestKind } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { FigureName, FigureSpec } from './figures.ts';
import { FIGURES, FIGURE_NAMES, UNITS } from './figures.ts';

export type Comparator = '<=' | '<' | '>=' | '>';

export interface Filter {
  readonly kind: RequestKind | null;
  /** Name of a traffic stream. */
  readonly stream: string | null;
  readonly withinSeconds: number | null;
  readonly convention: 'supply' | 'demand' | null;
  readonly outcome: Outcome | null;
}

export interface Objective {
  readonly text: string;
  readonly figure: FigureName;
  readonly filter: Filter;
  /** In (0, 1]; null where the figure is one number. */
  readonly quantile: number | null;
  readonly comparator: Comparator;
  /** In the unit of the figure's dimension. */
  readonly bound: number;
}

export interface ObjectiveProblem {
  readonly text: string;
  /** Character of the text, from 1. */
  readonly position: number;
  /** "expected X, got Y" */
  readonly message: string;
}

export type Parsed =
  | { readonly kind: 'objective'; readonly objective: Objective }
  | { readonly kind: 'problems'; readonly problems: readonly ObjectiveProblem[] };

const SHAPE =
  /^(?<name>[^\s{<>=]*)\s*(?:\{(?<filters>[^}]*)(?<close>\}?))?\s*(?<quantile>[pP][\d.]*|[^\s<>=\d][^\s<>=]*)?\s*(?<op><=|>=|==|=|<|>)?\s*(?<number>[-+]?[\d.]+(?:e[-+]?\d+)?)?\s*(?<unit>.*?)\s*$/d;

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|d)$/;
const seconds = (text: string): number | null => {
  const match = DURATION.exec(text);
  return match === null ? null : Number(match[1]) * UNITS.seconds[match[2]!]!;
};

type Report = (position: number, message: string) => void;
const NO_FILTER: Filter = { kind: null, stream: null, withinSeconds: null, convention: null, outcome: null };

/** One filter value; an unusable one is reported and leaves the filter as it was. */
const withFilter = (filter: Filter, key: string, value: string, at: number, report: Report): Filter => {
  const oneOf = <T extends string>(known: readonly T[], then: (choice: T) => Filter): Filter => {
    const choice = known.find((k) => k === value);
    if (choice !== undefined) return then(choice);
    report(at, `expected ${key} to be one of ${known.join(', ')}, got ${value === '' ? 'nothing' : value}`);
    return filter;
  };
  switch (key as 'kind' | 'stream' | 'within' | 'convention' | 'outcome') {
    case 'kind':
      return oneOf(REQUEST_KINDS, (kind) => ({ ...filter, kind }));
    case 'convention':
      return oneOf(['supply', 'demand'], (convention) => ({ ...filter, convention }));
    case 'outcome':
      return oneOf(OUTCOMES, (outcome) => ({ ...filter, outcome }));
    case 'stream':
      return { ...filter, stream: value };
    case 'within': {
      const within = seconds(value);
      if (within === null)
        report(at, `expected a duration such as 2s or 500ms, got ${value === '' ? 'nothing' : value}`);
      return { ...filter, withinSeconds: within };
    }
  }
};

const filtersOf = (text: string, start: number, spec: FigureSpec, name: string, report: Report): Filter => {
  let filter = NO_FILTER;
  let at = start;
  for (const part of text.split(',')) {
    const pair = /^\s*([^=\s]*)\s*(=?)\s*"?([^"]*?)"?\s*$/.exec(part);
    const key = pair?.[1] ?? '';
    if (key !== '' || part.trim() !== '') {
      if (pair?.[2] !== '=') report(at, `expected key=value, got ${part.trim()}`);
      else if (!(spec.filters as readonly string[]).includes(key)) {
        const hint = spec.filters.length === 0 ? `${name} takes no filter` : `${name} takes ${spec.filters.join(', ')}`;
        report(at, `expected a filter of ${name}, got ${key}; ${hint}`);
      } else filter = withFilter(filter, key, pair[3]!, at, report);
    }
    at += part.length + 1;
  }
  return filter;
};

const quantileOf = (
  text: string | undefined,
  at: number,
  spec: FigureSpec,
  name: string,
  report: Report,
): number | null => {
  if (text === undefined) {
    if (spec.quantile === 'required') report(at, `expected a quantile such as p95 after ${name}, got none`);
    return null;
  }
  const percent = Number(text.slice(1));
  if (!/^[pP]\d/.test(text) || !(percent > 0 && percent <= 100)) {
    report(at, `expected a quantile from p1 to p100 or a comparison, got ${text}`);
    return null;
  }
  if (spec.quantile === 'none') report(at, `expected no quantile: ${name} is one number, got ${text}`);
  return percent / 100;
};

const boundOf = (number: string, unit: string, at: number, spec: FigureSpec, name: string, report: Report): number => {
  const units = UNITS[spec.dimension];
  const factor = units[unit];
  if (factor === undefined) {
    const known = Object.keys(units).map((u) => (u === '' ? 'no unit' : u));
    report(at, `expected a unit of ${name} (${known.join(', ')}), got ${unit === '' ? 'none' : unit}`);
  }
  if (!Number.isFinite(Number(number))) report(at, `expected a number, got ${number}`);
  return Number(number) * (factor ?? 1);
};

/**
 * @example parseObjective('attainment{kind=short,within=2s} >= 0.99')
 */
export const parseObjective = (text: string): Parsed => {
  const problems: ObjectiveProblem[] = [];
  const report: Report = (position, message) => problems.push({ text, position: position + 1, message });
  const match = SHAPE.exec(text.trim())!;
  const lead = text.length - text.trimStart().length;
  const g = match.groups as Record<string, string | undefined>;
  const startOf = (group: string): number => lead + (match.indices?.groups?.[group]?.[0] ?? text.trim().length);
  const name = g['name'] ?? '';
  if (!(FIGURE_NAMES as readonly string[]).includes(name)) {
    const known = `known figures: ${FIGURE_NAMES.join(', ')}`;
    const near = nearest(name, FIGURE_NAMES);
    const hint = near === null ? '' : ` (did you mean ${near}?)`;
    report(lead, `expected the name of a figure, got ${name === '' ? 'nothing' : name}${hint}; ${known}`);
    return { kind: 'problems', problems };
  }
  const figure = name as FigureName;
  const spec: FigureSpec = FIGURES[figure];
  if (g['filters'] !== undefined && g['close'] === '')
    report(startOf('filters'), 'expected } after the filters, got the end');
  const filter =
    g['filters'] === undefined ? NO_FILTER : filtersOf(g['filters'], startOf('filters'), spec, name, report);
  const quantile = quantileOf(
    g['quantile'],
    startOf(g['quantile'] === undefined ? 'op' : 'quantile'),
    spec,
    name,
    report,
  );
  const op = g['op'];
  if (op !== '<=' && op !== '<' && op !== '>=' && op !== '>') {
    report(startOf('op'), `expected <=, <, >= or >, got ${op ?? 'none'}`);
  }
  const number = g['number'];
  if (number === undefined)
    report(startOf('number'), `expected a number, got ${g['unit'] === '' ? 'none' : g['unit']!}`);
  const bound = number === undefined ? NaN : boundOf(number, g['unit'] ?? '', startOf('unit'), spec, name, report);
  return problems.length > 0
    ? { kind: 'problems', problems }
    : {
        kind: 'objective',
        objective: { text: text.trim(), figure, filter, quantile, comparator: op as Comparator, bound },
      };
};

/** All objectives, or OBJECTIVE_INVALID with every problem of every text on a line of its own. */
export const parseObjectives = (texts: readonly string[]): readonly Objective[] => {
  const parsed = texts.map(parseObjective);
  const problems = parsed.flatMap((p) => (p.kind === 'problems' ? p.problems : []));
  if (problems.length > 0) {
    const lines = problems.map((p) => `objective "${p.text}", character ${p.position}: ${p.message}`);
    throw new TestbedError('OBJECTIVE_INVALID', lines.join('\n'), {
      hint: 'an objective reads: name{key=value,…} [pNN] <= number[unit], for instance latency{kind=short} p95 <= 2s',
    });
  }
  return parsed.flatMap((p) => (p.kind === 'objective' ? [p.objective] : []));
};
