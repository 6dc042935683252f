// The adapter's file, checked and compiled: keys `rules` and `externalRules` (pkg/config, pkg/naming/metric_namer.go).
// Unknown keys are refused, as the adapter refuses them; what would stop the adapter from starting is a value here.

import { RegexpError, expandTemplate, searchRegexp } from '../prometheus/promql/regexp.ts';
import type { TranslatedRegexp } from '../prometheus/promql/regexp.ts';
import type { GoTemplate } from './go-template.ts';
import { TemplateError, parseTemplate } from './go-template.ts';
import type { ResourceConfig, ResourceKind } from './resources.ts';
import { CLUSTER_KINDS, ResourceConverter, RuleError } from './resources.ts';

interface SeriesFilter {
  readonly is?: string;
  readonly isNot?: string;
}

interface RuleConfig {
  readonly seriesQuery: string;
  readonly seriesFilters: readonly SeriesFilter[];
  readonly resources: ResourceConfig;
  readonly matches: string;
  readonly as: string;
  readonly metricsQuery: string;
}

/** One rule, ready to discover and to answer. */
export interface AdapterRule {
  readonly seriesQuery: string;
  readonly template: GoTemplate;
  readonly resources: ResourceConverter;
  /** Obeyed by external rules only. */
  readonly namespaced: boolean;
  /** Whether a series of this name takes part. */
  readonly accepts: (seriesName: string) => boolean;
  /** The metric's name, or null if the series name does not match. */
  readonly metricName: (seriesName: string) => string | null;
}

export interface Adapter {
  readonly rules: readonly AdapterRule[];
  readonly externalRules: readonly AdapterRule[];
  readonly kinds: readonly ResourceKind[];
}

export type BuiltAdapter =
  | { readonly kind: 'adapter'; readonly adapter: Adapter }
  /** It would not start. */
  | { readonly kind: 'refused'; readonly stage: 'parse' | 'rules' | 'externalRules'; readonly message: string };

class ParseError extends Error {}

type Json = Readonly<Record<string, unknown>>;

const TYPES = {
  file: ['config.MetricsDiscoveryConfig', ['rules', 'externalRules', 'resourceRules']],
  rule: ['config.DiscoveryRule', ['seriesQuery', 'seriesFilters', 'resources', 'name', 'metricsQuery']],
  filter: ['config.RegexFilter', ['is', 'isNot']],
  resources: ['config.ResourceMapping', ['template', 'overrides', 'namespaced']],
  group: ['config.GroupResource', ['group', 'resource']],
  name: ['config.NameMapping', ['matches', 'as']],
} as const;

const object = (value: unknown, type: keyof typeof TYPES): Json => {
  const [name, keys] = TYPES[type];
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new ParseError(`cannot unmarshal into ${name}`);
  for (const key of Object.keys(value)) {
    if (!(keys as readonly string[]).includes(key)) throw new ParseError(`field ${key} not found in type ${name}`);
  }
  return value as Json;
};

const list = (value: unknown, name: string): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ParseError(`cannot unmarshal !!map into []${name}`);
  return value as readonly unknown[];
};

const text = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ParseError('cannot unmarshal into string');
};

const readResources = (value: unknown): ResourceConfig => {
  const { template, overrides, namespaced } = object(value, 'resources');
  const read = Object.entries((overrides ?? {}) as Json).map(([label, of]) => {
    const { group, resource } = object(of, 'group');
    return [label, { group: text(group), resource: text(resource) }] as const;
  });
  return { template: text(template), overrides: Object.fromEntries(read), namespaced: namespaced !== false };
};

const readRule = (value: unknown): RuleConfig => {
  const rule = object(value, 'rule');
  const name = object(rule['name'], 'name');
  return {
    seriesQuery: text(rule['seriesQuery']),
    seriesFilters: list(rule['seriesFilters'], 'config.RegexFilter').map((each) => {
      const filter = object(each, 'filter');
      return { is: text(filter['is']), isNot: text(filter['isNot']) };
    }),
    resources: readResources(rule['resources']),
    matches: text(name['matches']),
    as: text(name['as']),
    metricsQuery: text(rule['metricsQuery']),
  };
};

const expression = (pattern: string, wrap: (cause: string) => string): TranslatedRegexp => {
  try {
    return searchRegexp(pattern);
  } catch (error) {
    if (error instanceof RegexpError) throw new RuleError(wrap(error.message));
    throw error;
  }
};

const filter = ({ is = '', isNot = '' }: SeriesFilter): ((name: string) => boolean) => {
  if (is !== '' && isNot !== '') {
    const both = `\`is\` (${JSON.stringify(is)}) and \`isNot\` (${JSON.stringify(isNot)})`;
    throw new RuleError(`cannot have both an ${both} expression in a single filter`);
  }
  const pattern = is === '' ? isNot : is;
  if (pattern === '') throw new RuleError('must have either an `is` or `isNot` expression in a filter');
  const regexp = expression(pattern, (cause) => `unable to compile series filter ${JSON.stringify(pattern)}: ${cause}`);
  return (name) => regexp.regexp.test(name) === (is !== '');
};

const within = <T>(what: string, seriesQuery: string, make: () => T): T => {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new RuleError(
      `unable to ${what} associated with series query ${JSON.stringify(seriesQuery)}: ${error.message}`,
    );
  }
};

const queryTemplate = (source: string): GoTemplate => {
  try {
    return parseTemplate('metrics-query', source);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RuleError(`unable to parse metrics query template ${JSON.stringify(source)}: ${error.message}`);
  }
};

const naming = (rule: RuleConfig): ((name: string) => string | null) => {
  const regexp = expression(rule.matches === '' ? '.*' : rule.matches, (cause) => cause);
  const groups = regexp.groupNames.length - 1;
  if (rule.as === '' && groups > 1) {
    const where = `name matcher ${JSON.stringify(rule.matches)} associated with series query ${JSON.stringify(rule.seriesQuery)}`;
    throw new RuleError(`must specify an 'as' value for ${where}`);
  }
  const as = rule.as === '' ? `$${groups}` : rule.as;
  return (name) => {
    const match = regexp.regexp.exec(name);
    return match === null ? null : expandTemplate(as, match, regexp.groupNames);
  };
};

const compileRule = (rule: RuleConfig, kinds: readonly ResourceKind[]): AdapterRule => {
  const resources = new ResourceConverter(rule.resources, kinds);
  const { seriesQuery } = rule;
  const template = within('construct metrics query', seriesQuery, () => queryTemplate(rule.metricsQuery));
  const filters = within('generate series name filter', seriesQuery, () => rule.seriesFilters.map(filter));
  const { matches } = rule;
  if (matches !== '') {
    filters.push(within('generate series name filter from name rules', seriesQuery, () => filter({ is: matches })));
  }
  return {
    seriesQuery,
    template,
    resources,
    namespaced: rule.resources.namespaced !== false,
    accepts: (name) => filters.every((accepts) => accepts(name)),
    metricName: naming(rule),
  };
};

/**
 * The adapter of a configuration file that YAML already turned into an object. The chart's values `rules.custom` and
 * `rules.external` are rendered into `rules` and `externalRules`; that is the platform reader's work.
 */
export const buildAdapter = (config: unknown, kinds: readonly ResourceKind[] = CLUSTER_KINDS): BuiltAdapter => {
  let stage: 'parse' | 'rules' | 'externalRules' = 'parse';
  try {
    const file = object(config, 'file');
    const custom = list(file['rules'], 'config.DiscoveryRule').map(readRule);
    const external = list(file['externalRules'], 'config.DiscoveryRule').map(readRule);
    stage = 'rules';
    const rules = custom.map((rule) => compileRule(rule, kinds));
    stage = 'externalRules';
    const externalRules = external.map((rule) => compileRule(rule, kinds));
    return { kind: 'adapter', adapter: { rules, externalRules, kinds } };
  } catch (error) {
    if (error instanceof ParseError) {
      const message = `unable to parse metrics discovery config: ${error.message}`;
      return { kind: 'refused', stage, message };
    }
    if (error instanceof RuleError) return { kind: 'refused', stage, message: error.message };
    throw error;
  }
};
