// A trap found in platform YAML, and where: the same words for every family of traps (reference/metrics-path.md section 4).

import type { ManifestDocument, Path } from '../documents.ts';

/** error: will not work, or not as written. warning: works, worse than it could. note: good to know. */
export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  /** T1 … T40 and A1 … A8 of the trap table; W = the window rule of its section 1.6. */
  readonly trap: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly why: string;
  readonly fix: string;
}

/** A value and where it stands. */
export interface Located {
  readonly document: ManifestDocument;
  readonly path: Path;
  readonly value: unknown;
}

export interface Words {
  readonly found: string;
  readonly why: string;
  readonly fix: string;
}

export const finding = (trap: string, severity: Severity, where: Located, words: Words): Finding => ({
  trap,
  severity,
  file: where.document.file,
  ...where.document.at(where.path, 'key'),
  ...words,
  // A query may span lines.
  found: words.found.replace(/\s+/g, ' ').trim(),
});
