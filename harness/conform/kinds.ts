// The kinds of recorded behaviour, each with its replay and the folder where its recordings usually lie.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError } from '../../model/errors.ts';
import type { ConformResult } from './result.ts';

export type ConformKind = 'hpa' | 'promql' | 'rules' | 'adapter' | 'scrape' | 'loop' | 'theory';

export interface Replay {
  /** What is compared, in a few words. */
  readonly subject: string;
  /** Folder below `golden/`; null for theory, whose reference is arithmetic. */
  readonly folder: string | null;
  readonly run: (folder: string, progress: (done: number) => void) => Promise<ConformResult>;
}

/** Loaded when asked for: a replay brings the whole simulator with it. */
export const REPLAYS: Readonly<Record<ConformKind, Replay>> = {
  hpa: {
    subject: 'decisions of the HPA controller',
    folder: 'hpa',
    run: async (folder) => (await import('./hpa.ts')).conformHpa(folder),
  },
  promql: {
    subject: 'answers of the query engine',
    folder: 'promql',
    run: async (folder) => (await import('./promql.ts')).conformPromql(folder),
  },
  rules: {
    subject: 'recording and alerting rules',
    folder: 'rules',
    run: async (folder) => (await import('./rules.ts')).conformRules(folder),
  },
  adapter: {
    subject: 'discovery and answers of prometheus-adapter',
    folder: 'adapter',
    run: async (folder) => (await import('./adapter.ts')).conformAdapter(folder),
  },
  scrape: {
    subject: 'targets, phases and the scrape loop',
    folder: 'scrape',
    run: async (folder) => (await import('./scrape.ts')).conformScrape(folder),
  },
  loop: {
    subject: 'the closed loop of the real controllers',
    folder: 'closed-loop',
    run: async (folder, progress) => (await import('./loop.ts')).conformLoop(folder, progress),
  },
  theory: {
    subject: 'queueing theory',
    folder: null,
    run: async (_folder, progress) => {
      const { conformTheory, FULL_THEORY } = await import('./theory.ts');
      return conformTheory(FULL_THEORY, (done, of) => progress(done / of));
    },
  },
};

export const CONFORM_KINDS = Object.keys(REPLAYS) as readonly ConformKind[];

const ROOT = join(import.meta.dirname, '..', '..');

/** Where the recordings are: SURGELAB_SHARED/golden, else ../shared/golden beside the project. */
export const goldenFolder = (): string => join(process.env['SURGELAB_SHARED'] ?? join(ROOT, '..', 'shared'), 'golden');

/** The folder of a kind's recordings. Throws INPUT_MISSING if it is not there. */
export const recordingsOf = (kind: ConformKind, given: string | undefined): string => {
  const { folder } = REPLAYS[kind];
  const path = given ?? (folder === null ? '' : join(goldenFolder(), folder));
  if (folder !== null && !existsSync(path))
    throw new TestbedError('INPUT_MISSING', `there are no recordings in ${path}`, {
      hint: `name the folder: surgelab conform ${kind} FOLDER, or set SURGELAB_SHARED`,
    });
  return path;
};
