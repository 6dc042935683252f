// Which versions made a run: Surgelab and its Node, and of the components whose behaviour is simulated.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../model/platform.ts';
import { REPOSITORY } from './read-scenario.ts';

interface PackageJson {
  readonly version: string;
}

export const runVersions = (platform: Platform): Readonly<Record<string, string>> => ({
  surgelab: (JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as PackageJson).version,
  node: process.version,
  kubernetes: platform.controller.version,
  prometheus: platform.prometheus.version,
  'prometheus-adapter': '0.12',
});
