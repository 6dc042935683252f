// What zod found, as problems of the file: `file:line:col path: expected X, got Y`, unknown keys with the nearest known one.

import { z } from 'zod';
import type { Problem } from '../model/errors.ts';
import { suggestion } from '../model/nearest.ts';
import { scenarioSchema } from './schema.ts';
import type { Path, YamlSource } from './yaml-source.ts';
import { pathText } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** The part of JSON Schema that zod writes and this project reads. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly enum?: readonly string[];
  /** What a scalar takes, in words. */
  readonly title?: string;
  readonly type?: string | readonly string[];
}

/** The scenario file as JSON Schema. */
export const scenarioJsonSchema = (): JsonSchema =>
  z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }) as unknown as JsonSchema;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), value);

/** Alternatives of a schema, those of another `kind` than the value's left out. */
const alternatives = (schema: JsonSchema, value: unknown): readonly JsonSchema[] => {
  const all = schema.anyOf ?? schema.oneOf;
  if (all === undefined) return [schema];
  const flat = all.flatMap((one) => alternatives(one, value));
  const kind = isRecord(value) ? value.kind : undefined;
  const matching = flat.filter((one) => one.properties?.kind?.const === kind);
  return kind !== undefined && matching.length > 0 ? matching : flat;
};

const knownKeys = (path: Path, data: unknown): readonly string[] => {
  let schemas: readonly JsonSchema[] = [scenarioJsonSchema()];
  let value = data;
  for (const step of path) {
    schemas = schemas
      .flatMap((schema) => alternatives(schema, value))
      .flatMap((schema) => (typeof step === 'number' ? schema.items : schema.properties?.[step]) ?? []);
    value = valueAt(value, [step]);
  }
  return schemas
    .flatMap((schema) => alternatives(schema, value))
    .flatMap((schema) => Object.keys(schema.properties ?? {}));
};

const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? (value === '' ? 'an empty text' : value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map of keys and values',
  array: 'a list',
  record: 'a map of keys and values',
};

const oneOf = (values: readonly unknown[], got: unknown): string => {
  const words = values.map(String);
  const near = typeof got === 'string' ? suggestion(got, words) : '';
  return `expected one of ${words.join(', ')}, got ${show(got)}${near.startsWith(' (did') ? near : ''}`;
};

const messageOf = (issue: Issue, got: unknown): string => {
  if (issue.message.startsWith('expected')) return `${issue.message}, got ${show(got)}`;
  if (issue.code === 'invalid_type')
    return `expected ${TYPE_WORDS[issue.expected] ?? issue.expected}, got ${show(got)}`;
  if (issue.code === 'invalid_value') return oneOf(issue.values, got);
  return `expected another value, got ${show(got)}: ${issue.message}`;
};

/** Of a union, the branch that was meant: the one whose own parts are wrong, rather than its type. */
const meantBranch = (issue: Issue): readonly Issue[] | undefined =>
  issue.code === 'invalid_union'
    ? issue.errors.find((branch) => branch.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'))
    : undefined;

const located = (source: YamlSource, path: Path, message: string, what: 'key' | 'value' = 'value'): Problem => ({
  file: source.file,
  ...source.at(path, what),
  path: pathText(path),
  message,
});

/** The problems behind one issue of zod; `base` is where the schema that found it stands in the file. */
const problemsOf = (issue: Issue, source: YamlSource, base: Path): readonly Problem[] => {
  const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const got = valueAt(source.value, path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, source.value);
    return issue.keys.map((key) =>
      located(source, [...path, key], `expected a known key, got \`${key}\`${suggestion(key, known)}`, 'key'),
    );
  }
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return [located(source, path, oneOf(issue.options, got))];
  }
  const branch = meantBranch(issue);
  if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, source, path));
  return [located(source, path, messageOf(issue, got))];
};

export const schemaProblems = (issues: readonly Issue[], source: YamlSource): readonly Problem[] =>
  issues.flatMap((issue) => problemsOf(issue, source, []));

/** A problem that a check across several keys found. */
export const problemAt = (source: YamlSource, path: Path, expected: string): Problem =>
  located(source, path, `expected ${expected}, got ${show(valueAt(source.value, path))}`);
