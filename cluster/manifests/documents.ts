// Files of Kubernetes YAML as documents with positions. Takes {file, text}, gives one document per object (a List is
// taken apart), and the problems of the syntax. What an object means is the business of its reader.

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, ParsedNode } from 'yaml';
import type { Problem } from '../../model/errors.ts';

export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ManifestDocument {
  readonly file: string;
  /** `kind` of the object, '' for a Helm values file. */
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Position of the value at `path`, or of the last part of the path that exists. */
  readonly at: (path: Path, what?: 'key' | 'value') => Place;
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Path as people write it: `spec.endpoints[0].interval`. */
export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );

/** What stands at `path`, undefined if nothing does. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined),
    value,
  );

const childOf = (node: Node, step: string | number, doc: Document): { key: Node | null; value: Node | null } | null => {
  const resolved = isAlias(node) ? node.resolve(doc) : node;
  if (isMap<Node, Node | null>(resolved)) {
    const pair = resolved.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
    return pair === undefined ? null : { key: pair.key, value: pair.value };
  }
  if (isSeq<Node | null>(resolved)) {
    const value = resolved.items[Number(step)];
    return value === undefined ? null : { key: null, value };
  }
  return null;
};

const locate = (doc: Document, path: Path, what: 'key' | 'value'): number => {
  let node: Node | null = doc.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    const child: ReturnType<typeof childOf> = node === null ? null : childOf(node, step, doc);
    if (child === null) break;
    const target: Node | null = what === 'key' && i === path.length - 1 ? child.key : child.value;
    offset = (target ?? child.key)?.range?.[0] ?? offset;
    node = child.value;
  }
  return offset;
};

/** A null field is an absent one, for the API server and for Helm alike. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => [key, withoutNulls(one)]),
  );
};

const documentsOf = (
  file: string,
  doc: Document<ParsedNode>,
  place: (offset: number) => Place,
): readonly ManifestDocument[] => {
  const value = withoutNulls(doc.toJS());
  if (!isRecord(value)) return [];
  const make = (object: Readonly<Record<string, unknown>>, prefix: Path): ManifestDocument => ({
    file,
    kind: typeof object.kind === 'string' ? object.kind : '',
    value: object,
    at: (path, what = 'value') => place(locate(doc, [...prefix, ...path], what)),
  });
  if (!(typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)))
    return [make(value, [])];
  return value.items.flatMap((item: unknown, i) => (isRecord(item) ? [make(item, ['items', i])] : []));
};

/** All objects of all files in order. A broken file gives problems and no objects. */
export const openManifests = (
  files: readonly ManifestFile[],
): { readonly documents: readonly ManifestDocument[]; readonly problems: readonly Problem[] } => {
  const documents: ManifestDocument[] = [];
  const problems: Problem[] = [];
  for (const { file, text } of files) {
    const lines = new LineCounter();
    const place = (offset: number): Place => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    };
    const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true });
    const docs = Array.isArray(parsed) ? parsed : [];
    const errors = docs.flatMap((doc) => doc.errors);
    const template =
      errors.length > 0 && text.includes('{{')
        ? '; this looks like a Helm template: give what `helm template` prints'
        : '';
    problems.push(
      ...errors.map((error) => ({
        file,
        ...place(error.pos[0]),
        path: '',
        message: `expected YAML, got: ${error.message}${template}`,
      })),
    );
    if (errors.length === 0) documents.push(...docs.flatMap((doc) => documentsOf(file, doc, place)));
  }
  return { documents, problems };
};
