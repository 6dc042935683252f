// The conformance of this build, as `npm run -s conformance-doc` found it last: what a report carries.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceFigure } from '../reports/page/details.ts';
import { REPOSITORY } from './read-scenario.ts';

export const CONFORMANCE_FILE = join(REPOSITORY, 'docs', 'conformance.json');

export const conformanceFigures = (): readonly ConformanceFigure[] =>
  existsSync(CONFORMANCE_FILE) ? (JSON.parse(readFileSync(CONFORMANCE_FILE, 'utf8')) as ConformanceFigure[]) : [];
