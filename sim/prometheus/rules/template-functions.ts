// Functions that alert templates may call: Go's built-ins that make sense without code, and Prometheus' own. Each takes
// and gives tagged values; a wrong use throws TemplateRunError, which ends up inside the annotation as it does in the
// real server. What needs a server (console links, host names) is not here and is refused when the file is loaded.

import { expandTemplate as expandGroups, searchRegexp } from '../promql/regexp.ts';
import { readDuration } from './duration.ts';
import { formatFloat } from './go-format.ts';
import {
  bool,
  float,
  int,
  isTrue,
  NIL,
  printed,
  string,
  TemplateRunError,
  toFloat,
  toText,
  type GoValue,
} from './template-value.ts';

export interface TemplateFunction {
  readonly call: (args: readonly GoValue[], query: (expr: string) => GoValue) => GoValue;
  /** Number of arguments; -1 is any. */
  readonly arity: number;
}

const SI_LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SI_SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** Prometheus prints four significant digits everywhere. */
const four = (v: number): string => formatFloat(v, 'g', 4);

const scaled = (value: number, prefixes: readonly string[], base: number): string => {
  let v = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(v) < base) break;
    prefix = next;
    v /= base;
  }
  return four(v) + prefix;
};

const scaledUp = (value: number): string => {
  let v = value;
  let prefix = '';
  for (const next of SI_SMALL) {
    if (Math.abs(v) >= 1) break;
    prefix = next;
    v *= 1000;
  }
  return four(v) + prefix;
};

const humanize = (v: number): string => {
  if (v === 0 || !Number.isFinite(v)) return four(v);
  return Math.abs(v) >= 1 ? scaled(v, SI_LARGE, 1000) : scaledUp(v);
};

const humanize1024 = (v: number): string =>
  Math.abs(v) <= 1 || !Number.isFinite(v) ? four(v) : scaled(v, BINARY, 1024);

const humanizeDuration = (v: number): string => {
  if (!Number.isFinite(v)) return four(v);
  if (v === 0) return `${four(v)}s`;
  if (Math.abs(v) < 1) return `${scaledUp(v)}s`;
  const sign = v < 0 ? '-' : '';
  const total = Math.trunc(Math.abs(v));
  const [seconds, minutes, hours, days] = [
    total % 60,
    Math.floor(total / 60) % 60,
    Math.floor(total / 3600) % 24,
    Math.floor(total / 86_400),
  ];
  if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${four(Math.abs(v))}s`;
};

const humanizeTimestamp = (v: number): string => {
  if (!Number.isFinite(v)) return four(v);
  const date = new Date(Math.floor(v * 1000));
  const [day, time] = date.toISOString().split('T');
  const fraction = time!.slice(8, 12).replace(/\.?0*$/, '');
  return `${day!} ${time!.slice(0, 8)}${fraction} +0000 UTC`;
};

/** eq, lt and friends accept two basic values of the same kind only. */
const compare = (a: GoValue, b: GoValue): number => {
  const basic = (v: GoValue) => v.kind === 'int' || v.kind === 'float' || v.kind === 'string' || v.kind === 'bool';
  if (!basic(a) || !basic(b)) throw new TemplateRunError('invalid type for comparison');
  if (a.kind !== b.kind) throw new TemplateRunError('incompatible types for comparison');
  const [x, y] = [a as { value: number | string | boolean }, b as { value: number | string | boolean }];
  return x.value === y.value ? 0 : x.value < y.value ? -1 : x.value > y.value ? 1 : NaN;
};

const ordering = (test: (c: number) => boolean): TemplateFunction => ({
  arity: 2,
  call: ([a, b]) => {
    if (a!.kind === 'bool') throw new TemplateRunError('invalid type for comparison');
    return bool(test(compare(a!, b!)));
  },
});

const onText = (f: (text: string) => string): TemplateFunction => ({
  arity: 1,
  call: ([text]) => string(f(toText(text!))),
});
const onNumber = (f: (value: number) => string): TemplateFunction => ({
  arity: 1,
  call: ([value]) => string(f(toFloat(value!))),
});

const VERB = /%([-+ 0#]*)(\d+)?(?:\.(\d+)?)?([a-zA-Z%])/g;
const HAS_PRECISION = /\.(\d*)/;

/** fmt.Sprintf for the verbs that make sense here. */
const sprintf = (format: string, args: readonly GoValue[]): string => {
  let next = 0;
  const text = format.replace(VERB, (whole, flags: string, width: string | undefined, _digits, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    if (value === undefined) return `%!${verb}(MISSING)`;
    const dotted = HAS_PRECISION.exec(whole);
    const body = formatted(verb, value, dotted === null ? undefined : Number(dotted[1]));
    const signed = flags.includes('+') && /^\d/.test(body) && value.kind !== 'string' ? `+${body}` : body;
    const size = Number(width ?? 0);
    if (flags.includes('-')) return signed.padEnd(size);
    if (!flags.includes('0')) return signed.padStart(size);
    const sign = /^[+-]/.test(signed) ? signed[0]! : '';
    return sign + signed.slice(sign.length).padStart(size - sign.length, '0');
  });
  if (next >= args.length) return text;
  const extra = args.slice(next).map((value) => `${goType(value)}=${printed(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
};

const goType = (value: GoValue): string => (value.kind === 'float' ? 'float64' : value.kind);

const formatted = (verb: string, value: GoValue, precision: number | undefined): string => {
  const wrong = `%!${verb}(${goType(value)}=${printed(value)})`;
  switch (verb) {
    case 'v':
      return value.kind === 'float' && precision !== undefined
        ? formatFloat(value.value, 'g', precision)
        : printed(value);
    case 's':
      if (value.kind !== 'string') return wrong;
      return precision === undefined ? value.value : value.value.slice(0, precision);
    case 'q':
      return value.kind === 'string' ? JSON.stringify(value.value) : wrong;
    case 'd':
      return value.kind === 'int' ? String(value.value) : wrong;
    case 'x':
      return value.kind === 'int' ? value.value.toString(16) : wrong;
    case 't':
      return value.kind === 'bool' ? String(value.value) : wrong;
    case 'e':
    case 'f':
      return value.kind === 'float' ? formatFloat(value.value, verb, precision ?? 6) : wrong;
    case 'g':
      return value.kind === 'float' ? formatFloat(value.value, 'g', precision) : wrong;
    default:
      return wrong;
  }
};

/** fmt.Sprint: a space between two values of which neither is a string. */
const sprint = (args: readonly GoValue[]): string =>
  args.reduce((out, arg, i) => {
    const spaced = i > 0 && arg.kind !== 'string' && args[i - 1]!.kind !== 'string';
    return `${out}${spaced ? ' ' : ''}${printed(arg)}`;
  }, '');

const index = (args: readonly GoValue[]): GoValue => {
  let [value] = args as [GoValue];
  for (const key of args.slice(1)) {
    if (value.kind === 'map') value = string(value.entries[toText(key)] ?? '');
    else if (value.kind === 'list' && key.kind === 'int') {
      const item = value.items[key.value];
      if (item === undefined) throw new TemplateRunError(`error calling index: index out of range: ${key.value}`);
      value = item;
    } else throw new TemplateRunError(`error calling index: can't index item of type ${value.kind}`);
  }
  return value;
};

/** Go counts bytes. */
const utf8Length = (text: string): number => encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, 'x').length;

const length = (value: GoValue): number => {
  if (value.kind === 'string') return utf8Length(value.value);
  if (value.kind === 'list') return value.items.length;
  if (value.kind === 'map') return Object.keys(value.entries).length;
  throw new TemplateRunError(`error calling len: len of type ${value.kind}`);
};

/** Items of a query result; a field of the first one. */
const items = (value: GoValue): readonly GoValue[] => {
  if (value.kind === 'list') return value.items;
  throw new TemplateRunError(`wrong type for value; expected a query result; got ${value.kind}`);
};
const field = (sample: GoValue, name: 'Labels' | 'Value'): GoValue => {
  const found = sample.kind === 'struct' ? sample.fields[name] : undefined;
  if (found === undefined) throw new TemplateRunError(`wrong type for value; expected a sample; got ${sample.kind}`);
  return found;
};
const labelOf = (sample: GoValue, name: string): string => {
  const labels = field(sample, 'Labels');
  return labels.kind === 'map' ? (labels.entries[name] ?? '') : '';
};

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', { arity: -1, call: (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1) ?? NIL }],
  ['or', { arity: -1, call: (args) => args.find(isTrue) ?? args.at(-1) ?? NIL }],
  ['not', { arity: 1, call: ([value]) => bool(!isTrue(value!)) }],
  [
    'eq',
    {
      arity: -1,
      call: ([first, ...others]) => {
        if (first === undefined || others.length === 0) throw new TemplateRunError('missing argument for comparison');
        return bool(others.some((other) => compare(first, other) === 0));
      },
    },
  ],
  ['ne', { arity: 2, call: ([a, b]) => bool(compare(a!, b!) !== 0) }],
  ['lt', ordering((c) => c < 0)],
  ['le', ordering((c) => c <= 0)],
  ['gt', ordering((c) => c > 0)],
  ['ge', ordering((c) => c >= 0)],
  ['len', { arity: 1, call: ([value]) => int(length(value!)) }],
  ['index', { arity: -1, call: index }],
  ['print', { arity: -1, call: (args) => string(sprint(args)) }],
  ['println', { arity: -1, call: (args) => string(`${args.map(printed).join(' ')}\n`) }],
  ['printf', { arity: -1, call: ([format, ...args]) => string(sprintf(toText(format!), args)) }],
  ['html', { arity: 1, call: ([value]) => string(printed(value!).replace(/[<>&'"]/g, (c) => ESCAPES[c]!)) }],
  ['urlquery', { arity: 1, call: ([value]) => string(encodeURIComponent(printed(value!)).replaceAll('%20', '+')) }],
  ['humanize', onNumber(humanize)],
  ['humanize1024', onNumber(humanize1024)],
  ['humanizeDuration', onNumber(humanizeDuration)],
  ['humanizePercentage', onNumber((v) => `${four(v * 100)}%`)],
  ['humanizeTimestamp', onNumber(humanizeTimestamp)],
  ['title', onText((text) => text.replace(/(^|\s)(\S)/g, (_, space: string, c: string) => space + c.toUpperCase()))],
  ['toUpper', onText((text) => text.toUpperCase())],
  ['toLower', onText((text) => text.toLowerCase())],
  ['safeHtml', onText((text) => text)],
  ['stripPort', onText((text) => /^(.*):\d+$/.exec(text)?.[1] ?? text)],
  ['stripDomain', onText((text) => text.replace(/^([^.:]+)\.[^:]*/, '$1'))],
  ['match', { arity: 2, call: ([pattern, text]) => bool(searchRegexp(toText(pattern!)).regexp.test(toText(text!))) }],
  [
    'reReplaceAll',
    {
      arity: 3,
      call: ([pattern, replacement, text]) => {
        const { regexp, groupNames } = searchRegexp(toText(pattern!));
        return string(
          toText(text!).replace(new RegExp(regexp, 'gu'), (...found: unknown[]) =>
            expandGroups(toText(replacement!), found as unknown as RegExpExecArray, groupNames),
          ),
        );
      },
    },
  ],
  [
    'parseDuration',
    {
      arity: 1,
      call: ([text]) => {
        const reading = readDuration(toText(text!));
        if (reading.kind === 'problem') throw new TemplateRunError(reading.message);
        return float(reading.millis / 1000);
      },
    },
  ],
  ['query', { arity: 1, call: ([expr], query) => query(toText(expr!)) }],
  [
    'first',
    {
      arity: 1,
      call: ([result]) => {
        const [first] = items(result!);
        if (first === undefined) throw new TemplateRunError('first() called on vector with no elements');
        return first;
      },
    },
  ],
  ['value', { arity: 1, call: ([sample]) => field(sample!, 'Value') }],
  ['strvalue', { arity: 1, call: ([sample]) => string(labelOf(sample!, '__value__')) }],
  ['label', { arity: 2, call: ([name, sample]) => string(labelOf(sample!, toText(name!))) }],
  [
    'sortByLabel',
    {
      arity: 2,
      call: ([name, result]) => {
        const by = toText(name!);
        const key = (sample: GoValue) => labelOf(sample, by);
        return {
          kind: 'list',
          items: items(result!).toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
        };
      },
    },
  ],
]);
