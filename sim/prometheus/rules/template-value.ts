// Values inside a Go template, tagged with the Go kind, because Go compares and prints an int and a float differently.

import type { Labels } from '../store.ts';
import { formatFloat } from './go-format.ts';

export type GoValue =
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'map'; readonly entries: Labels }
  | { readonly kind: 'list'; readonly items: readonly GoValue[] }
  /** A struct: fields by name, any other field is an error. */
  | { readonly kind: 'struct'; readonly fields: Readonly<Record<string, GoValue>> };

export const NIL: GoValue = { kind: 'nil' };
export const bool = (value: boolean): GoValue => ({ kind: 'bool', value });
export const int = (value: number): GoValue => ({ kind: 'int', value });
export const float = (value: number): GoValue => ({ kind: 'float', value });
export const string = (value: string): GoValue => ({ kind: 'string', value });

/** A failure while a template runs; the message is what Go's functions would say. */
export class TemplateRunError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateRunError';
  }
}

/** What `{{ value }}` prints (fmt's %v). */
export const printed = (value: GoValue): string => {
  switch (value.kind) {
    case 'nil':
      return '<no value>';
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return formatFloat(value.value, 'g');
    case 'string':
      return value.value;
    case 'map':
      return `map[${Object.keys(value.entries)
        .sort()
        .map((name) => `${name}:${value.entries[name]!}`)
        .join(' ')}]`;
    case 'list':
      return `[${value.items.map(printed).join(' ')}]`;
    case 'struct':
      return `{${Object.values(value.fields).map(printed).join(' ')}}`;
  }
};

/** Go's notion of "not empty", which `if`, `with`, `and`, `or` use. */
export const isTrue = (value: GoValue): boolean => {
  switch (value.kind) {
    case 'nil':
      return false;
    case 'bool':
      return value.value;
    case 'int':
    case 'float':
      return value.value !== 0;
    case 'string':
      return value.value !== '';
    case 'map':
      return Object.keys(value.entries).length > 0;
    case 'list':
      return value.items.length > 0;
    case 'struct':
      return true;
  }
};

/** A number argument of Prometheus' own functions: numbers, or text that reads as one. */
export const toFloat = (value: GoValue): number => {
  if (value.kind === 'int' || value.kind === 'float') return value.value;
  if (value.kind === 'string') {
    const text = value.value.trim();
    const number = /^[+-]?inf$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
    if (text !== '' && (!Number.isNaN(number) || /^nan$/i.test(text))) return number;
    throw new TemplateRunError(`strconv.ParseFloat: parsing ${JSON.stringify(value.value)}: invalid syntax`);
  }
  throw new TemplateRunError(`can't convert ${value.kind} to float`);
};

export const toText = (value: GoValue): string => {
  if (value.kind === 'string') return value.value;
  throw new TemplateRunError(`wrong type for value; expected string; got ${value.kind}`);
};
