// Reads the fields of one object: typed, with defaults, with a problem for what has the wrong type and a note for every
// field that nobody read. So nothing that could change a result is dropped in silence.

import { parsePrometheusDuration } from '../../model/duration.ts';
import type { Problem } from '../../model/errors.ts';
import type { LabelMap } from '../../model/kubernetes-hpa.ts';
import type { PlatformNote } from '../../model/platform.ts';
import type { Seconds } from '../../model/units.ts';
import { seconds } from '../../model/units.ts';
import type { ManifestDocument, Path } from './documents.ts';
import { isRecord, pathText } from './documents.ts';

/** Where readers leave what they found wrong or did not use. */
export interface Findings {
  readonly problems: Problem[];
  readonly notes: PlatformNote[];
}

export interface Cursor {
  readonly value: unknown;
  readonly path: Path;
  readonly present: boolean;
  readonly get: (...keys: readonly string[]) => Cursor;
  /** Elements of a list; none if it is absent. */
  readonly items: () => readonly Cursor[];
  /** Without a fallback the field is required. */
  readonly text: (fallback?: string) => string;
  readonly integer: (fallback?: number, least?: number) => number;
  readonly boolean: (fallback: boolean) => boolean;
  /** In the strict notation of Prometheus: 15s, 1m30s. */
  readonly duration: (fallback: Seconds) => Seconds;
  readonly labels: () => LabelMap;
  readonly fail: (expected: string) => void;
  readonly note: (message: string) => void;
  /** Notes every field of this map that was not read and is not in `irrelevant`. */
  readonly rest: (irrelevant: readonly string[]) => void;
}

const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const make = (document: ManifestDocument, path: Path, value: unknown, findings: Findings): Cursor => {
  const read = new Set<string>();
  const fail = (expected: string): void => {
    findings.problems.push({
      file: document.file,
      ...document.at(path),
      path: pathText(path),
      message: `expected ${expected}, got ${show(value)}`,
    });
  };
  const absent = value === undefined || value === null;
  const scalar = <T>(expected: string, fallback: T | undefined, zero: T, parse: (present: unknown) => T | null): T => {
    if (absent && fallback !== undefined) return fallback;
    const parsed = absent ? null : parse(value);
    if (parsed === null) fail(expected);
    return parsed ?? fallback ?? zero;
  };
  const child = (key: string): Cursor => {
    read.add(key);
    if (!absent && !isRecord(value)) fail('a map');
    return make(document, [...path, key], isRecord(value) ? value[key] : undefined, findings);
  };
  return {
    value,
    path,
    present: !absent,
    get: (first, ...others) => others.reduce((cursor, key) => cursor.get(key), child(first)),
    items: () => {
      if (absent) return [];
      if (!Array.isArray(value)) {
        fail('a list');
        return [];
      }
      return value.map((item: unknown, i) => make(document, [...path, i], item, findings));
    },
    text: (fallback) =>
      scalar('text', fallback, '', (v) => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : null)),
    integer: (fallback, least = 0) =>
      scalar(`a whole number of at least ${least}`, fallback, least, (v) =>
        typeof v === 'number' && Number.isInteger(v) && v >= least ? v : null,
      ),
    boolean: (fallback) => scalar('true or false', fallback, false, (v) => (typeof v === 'boolean' ? v : null)),
    duration: (fallback) =>
      scalar('a duration such as 15s or 1m30s', fallback, seconds(0), (v) =>
        typeof v === 'string' ? parsePrometheusDuration(v) : null,
      ),
    labels: () => {
      if (absent) return {};
      if (!isRecord(value)) {
        fail('a map of labels');
        return {};
      }
      return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
    },
    fail,
    note: (message) => findings.notes.push({ file: document.file, path: pathText(path), message }),
    rest: (irrelevant) => {
      if (!isRecord(value)) return;
      for (const key of Object.keys(value)) {
        if (read.has(key) || irrelevant.includes(key)) continue;
        findings.notes.push({
          file: document.file,
          path: pathText([...path, key]),
          message: 'is not modelled; it may change the result on a real cluster',
        });
      }
    },
  };
};

export const cursorOf = (document: ManifestDocument, findings: Findings): Cursor =>
  make(document, [], document.value, findings);
