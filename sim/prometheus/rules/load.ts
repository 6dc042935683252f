// Rule files to rule groups. Takes the parsed YAML of one file, gives groups ready for evaluation, or every message with
// which Prometheus `version` would refuse the file. Positions in messages need `locate`; without it they read 0:0, as
// Prometheus writes them for a node that is not there.

import { TestbedError } from '../../../model/errors.ts';
import { compileQuery, type CompiledQuery } from '../promql/query.ts';
import type { PrometheusVersion } from '../promql/version.ts';
import type { Labels } from '../store.ts';
import { readDuration } from './duration.ts';
import type { Rule, RuleGroup } from './rule.ts';
import { parseTemplate, type Template } from './template.ts';
import { TemplateParseError } from './template-parse.ts';

export interface LoadOptions {
  /** Stands in for a missing `interval`, in seconds (evaluation_interval; 30 in the vendor's stack). */
  readonly defaultIntervalSeconds: number;
  readonly version: PrometheusVersion;
  /** Where the key or the value at a path of keys and indices stands, both from 1. */
  readonly locate?: Locate;
}

export type Locate = (
  path: readonly (string | number)[],
  part: 'key' | 'value',
) => { readonly line: number; readonly column: number } | undefined;

export type LoadResult =
  | { readonly kind: 'loaded'; readonly groups: readonly RuleGroup[] }
  | { readonly kind: 'refused'; readonly messages: readonly string[] };

type Path = readonly (string | number)[];
type Mapping = Readonly<Record<string, unknown>>;

const GROUP_FIELDS = ['name', 'interval', 'query_offset', 'limit', 'rules'];
const RULE_FIELDS = ['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations'];
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Stops reading at once, as Prometheus does for a duration that it cannot read. */
class Unreadable extends Error {}

class FileReader {
  private readonly options: LoadOptions;
  private readonly rules: RuleGroup[] = [];
  private readonly shape: string[] = [];
  private readonly problems: string[] = [];
  private readonly version3: boolean;

  constructor(options: LoadOptions) {
    this.options = options;
    this.version3 = options.version === '3';
  }

  read(parsed: unknown): LoadResult {
    try {
      const groups = this.groupsOf(parsed);
      if (this.shape.length > 0)
        return {
          kind: 'refused',
          messages: [`yaml: unmarshal errors:\n${this.shape.map((s) => `  ${s}`).join('\n')}`],
        };
      const names = new Set<string>();
      for (const [i, group] of groups.entries()) this.group(group, i, names);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      // 3.x reads the file twice, for values and for positions, and reports both failures.
      const times = this.version3 ? 2 : 1;
      return { kind: 'refused', messages: Array<string>(times).fill(error.message) };
    }
    return this.problems.length > 0
      ? { kind: 'refused', messages: this.problems }
      : { kind: 'loaded', groups: this.rules };
  }

  private at(path: Path): string {
    const found = this.options.locate?.(path, 'value');
    return found === undefined ? '0:0' : `${found.line}:${found.column}`;
  }

  private unknownFields(node: Mapping, known: readonly string[], path: Path, type: string): void {
    for (const name of Object.keys(node)) {
      if (known.includes(name)) continue;
      const line = this.options.locate?.([...path, name], 'key')?.line ?? 0;
      this.shape.push(`line ${line}: field ${name} not found in type rulefmt.${type}`);
    }
  }

  private mapping(node: unknown, path: Path, type: string): Mapping {
    if (node === null || node === undefined) return {};
    if (typeof node === 'object' && !Array.isArray(node)) return node as Mapping;
    const line = this.options.locate?.(path, 'value')?.line ?? 0;
    this.shape.push(`line ${line}: cannot unmarshal ${describe(node)} into rulefmt.${type}`);
    return {};
  }

  private sequence(node: unknown, path: Path, type: string): readonly unknown[] {
    if (node === null || node === undefined) return [];
    if (Array.isArray(node)) return node;
    const line = this.options.locate?.(path, 'value')?.line ?? 0;
    this.shape.push(`line ${line}: cannot unmarshal ${describe(node)} into []rulefmt.${type}`);
    return [];
  }

  /** First pass, the shape: unknown fields are collected, an unreadable duration ends it. */
  private groupsOf(parsed: unknown): readonly Mapping[] {
    const file = this.mapping(parsed, [], 'RuleGroups');
    this.unknownFields(file, ['groups'], [], 'RuleGroups');
    return this.sequence(file['groups'], ['groups'], 'RuleGroup').map((node, g) => {
      const path: Path = ['groups', g];
      const group = this.mapping(node, path, 'RuleGroup');
      this.unknownFields(group, this.version3 ? [...GROUP_FIELDS, 'labels'] : GROUP_FIELDS, path, 'RuleGroup');
      duration(group['interval']);
      duration(group['query_offset']);
      const type = this.version3 ? 'Rule' : 'RuleNode';
      const rules = this.sequence(group['rules'], [...path, 'rules'], type).map((ruleNode, r) => {
        const rulePath = [...path, 'rules', r];
        const rule = this.mapping(ruleNode, rulePath, type);
        this.unknownFields(rule, RULE_FIELDS, rulePath, type);
        duration(rule['for']);
        duration(rule['keep_firing_for']);
        return rule;
      });
      return { ...group, rules };
    });
  }

  private group(node: Mapping, index: number, names: Set<string>): void {
    const path: Path = ['groups', index];
    // 3.x lost the position of groups.
    const at = this.version3 ? '0:0' : this.at(path);
    const name = text(node['name']);
    if (name === '') this.problems.push(`${at}: Groupname must not be empty`);
    if (names.has(name)) this.problems.push(`${at}: groupname: ${JSON.stringify(name)} is repeated in the same file`);
    names.add(name);
    const shared = this.version3 ? labelsOf(node['labels']) : {};
    const rules = (node['rules'] as readonly Mapping[]).flatMap((rule, i): Rule[] => {
      const problems: string[] = [];
      const built = this.rule(rule, [...path, 'rules', i], shared, problems);
      const ruleName = text(rule['alert']) === '' ? text(rule['record']) : text(rule['alert']);
      for (const problem of problems) {
        const [, position = '', message] = /^((?:\d+:\d+: )*)([\s\S]*)$/.exec(problem)!;
        this.problems.push(
          `${position}group ${JSON.stringify(name)}, rule ${i + 1}, ${JSON.stringify(ruleName)}: ${message!}`,
        );
      }
      return built === undefined ? [] : [built];
    });
    const interval = duration(node['interval']);
    this.rules.push({
      name,
      version: this.options.version,
      intervalMillis: interval === 0 ? this.options.defaultIntervalSeconds * 1000 : interval,
      queryOffsetMillis: duration(node['query_offset']),
      limit: Number(node['limit'] ?? 0),
      rules,
    });
  }

  private rule(node: Mapping, path: Path, shared: Labels, problems: string[]): Rule | undefined {
    const record = text(node['record']);
    const alert = text(node['alert']);
    const at = (field: string): string => this.at([...path, field]);
    if (record !== '' && alert !== '')
      problems.push(`${at('record')}: ${at('alert')}: only one of 'record' and 'alert' must be set`);
    if (record === '' && alert === '')
      problems.push(`${at('record')}: ${at('alert')}: one of 'record' or 'alert' must be set`);
    const query = this.query(text(node['expr']), at('expr'), problems);
    const labels = labelsOf(node['labels']);
    const annotations = labelsOf(node['annotations']);
    const forMillis = duration(node['for']);
    const keepFiringForMillis = duration(node['keep_firing_for']);
    if (record !== '') {
      const invalid = (what: string): number => problems.push(`${at('record')}: invalid ${what}`);
      if (Object.keys(annotations).length > 0) invalid("field 'annotations' in recording rule");
      if (forMillis !== 0) invalid("field 'for' in recording rule");
      if (keepFiringForMillis !== 0) invalid("field 'keep_firing_for' in recording rule");
      if (!(this.version3 || LEGACY_METRIC.test(record))) invalid(`recording rule name: ${record}`);
    }
    const validName = (name: string): boolean => (this.version3 ? name !== '' : LEGACY_LABEL.test(name));
    for (const name of Object.keys(labels))
      if (!validName(name) || name === '__name__') problems.push(`invalid label name: ${name}`);
    for (const name of Object.keys(annotations))
      if (!validName(name)) problems.push(`invalid annotation name: ${name}`);
    const labelTemplates = alert === '' ? [] : templates(labels, 'label', alert, problems);
    const annotationTemplates = alert === '' ? [] : templates(annotations, 'annotation', alert, problems);
    if (problems.length > 0 || query === undefined) return undefined;
    if (alert === '') return { kind: 'recording', name: record, query, labels: { ...shared, ...labels } };
    const sharedTemplates = templates(shared, 'label', alert, problems).filter(([name]) => !(name in labels));
    return {
      kind: 'alerting',
      name: alert,
      query,
      forMillis,
      keepFiringForMillis,
      labels: { ...shared, ...labels },
      labelTemplates: [...sharedTemplates, ...labelTemplates],
      annotationTemplates,
    };
  }

  private query(expr: string, at: string, problems: string[]): CompiledQuery | undefined {
    if (expr === '') {
      problems.push(`${at}: field 'expr' must be set in rule`);
      return undefined;
    }
    try {
      return compileQuery(expr, this.options.version);
    } catch (error) {
      if (!(error instanceof TestbedError)) throw error;
      problems.push(`${at}: could not parse expression: ${error.message}`);
      return undefined;
    }
  }
}

const describe = (node: unknown): string =>
  Array.isArray(node) ? '!!seq' : typeof node === 'object' ? '!!map' : `!!str \`${text(node)}\``;

/** A scalar as YAML would give it to a string field. */
const text = (node: unknown): string =>
  typeof node === 'string' ? node : typeof node === 'number' || typeof node === 'boolean' ? String(node) : '';

const duration = (node: unknown): number => {
  if (node === undefined || node === null) return 0;
  const reading = readDuration(text(node));
  if (reading.kind === 'problem') throw new Unreadable(reading.message);
  return reading.millis;
};

const labelsOf = (node: unknown): Labels => {
  if (typeof node !== 'object' || node === null) return {};
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, text(value)]));
};

const templates = (
  texts: Labels,
  kind: 'label' | 'annotation',
  alert: string,
  problems: string[],
): (readonly [string, Template])[] =>
  Object.entries(texts).flatMap(([name, value]) => {
    try {
      return [[name, parseTemplate(value, alert)] as const];
    } catch (error) {
      if (!(error instanceof TemplateParseError)) throw error;
      problems.push(`${kind} ${JSON.stringify(name)}: template: __alert_${alert}:1: ${error.message}`);
      return [];
    }
  });

/**
 * Reads one rule file as Prometheus would at start or reload: all problems are reported, none is loaded if there is one.
 * Messages are Prometheus' without the file name in front.
 */
export const loadRuleGroups = (parsed: unknown, options: LoadOptions): LoadResult =>
  new FileReader(options).read(parsed);
