// Every key of a scenario file as one Markdown table, from the schema itself.

import type { JsonSchema } from './problems.ts';
import { scenarioJsonSchema } from './problems.ts';

interface Field {
  readonly path: string;
  readonly takes: string;
  readonly fallback: string;
  readonly meaning: string;
}

const flow = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${key}: ${flow(one)}`)
      .join(', ')}}`;
  }
  return String(value);
};

const takes = (schema: JsonSchema): string => {
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.title !== undefined) return schema.title;
  if (schema.oneOf !== undefined) return 'by kind, below';
  if (schema.anyOf !== undefined)
    return schema.anyOf[0]!.title!.startsWith('a rate') ? 'a rate or a curve' : 'a duration or a distribution';
  const words: Readonly<Record<string, string>> = {
    boolean: '`true` or `false`',
    string: 'text',
    array: 'a list',
    object: 'a map',
  };
  return words[String(schema.type)]!;
};

const kindOf = (schema: JsonSchema): string => String(schema.properties!.kind!.const);

/** Keys below `schema`; alternatives by kind become `arrivals(kind: trace).file`. */
const fieldsOf = (schema: JsonSchema, path: string): readonly Field[] => {
  const inner = schema.items ?? schema;
  const here = schema.items === undefined ? path : `${path}[]`;
  if (inner.oneOf !== undefined) return inner.oneOf.flatMap((one) => fieldsOf(one, `${here}(${kindOf(one)})`));
  return Object.entries(inner.properties ?? {}).flatMap(([key, field]) => {
    if (key === 'kind' && field.const !== undefined) return [];
    const name = here === '' ? key : `${here}.${key}`;
    const group = field.properties !== undefined && field.description === undefined;
    const nested = group || field.items?.properties !== undefined || (field.items ?? field).oneOf !== undefined;
    const required = inner.required?.includes(key) === true;
    const own: Field = {
      path: name,
      takes: takes(field),
      fallback: required ? 'required' : field.default === undefined ? 'none' : `\`${flow(field.default)}\``,
      meaning: field.description ?? '',
    };
    return group ? fieldsOf(field, name) : [own, ...(nested ? fieldsOf(field, name) : [])];
  });
};

/** The table of docs/scenario-fields.md. */
export const fieldTable = (): string => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    '| key | takes | default | meaning |',
    '|---|---|---|---|',
    ...fieldsOf(scenarioJsonSchema(), '').map(
      (field) => `| \`${field.path}\` | ${cell(field.takes)} | ${cell(field.fallback)} | ${cell(field.meaning)} |`,
    ),
    '',
  ].join('\n');
};
