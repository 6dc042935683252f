// What is remembered of the cluster that is up: a folder of the user's cache, with the kubeconfig that only the user can
// read. Nothing of it ever goes into a run folder.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { AUDIT_POLICY } from '../bare/audit-policy.ts';
import type { Environment } from './names.ts';
import { stateFolder } from './names.ts';
import type { KindImages } from './images.ts';

export interface KindState {
  readonly scenario: string;
  /** kind's configuration: a cluster with another one has to be made anew. */
  readonly clusterYaml: string;
  readonly images: KindImages;
  readonly workers: readonly string[];
  /** The last rung that held. */
  readonly rung: string;
}

export interface StateFiles {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly clusterYaml: string;
  readonly evidence: string;
}

export const stateFiles = (environment: Environment): StateFiles => {
  const folder = stateFolder(environment);
  return {
    folder,
    kubeconfig: join(folder, 'kubeconfig'),
    clusterYaml: join(folder, 'kind.yaml'),
    evidence: join(folder, 'evidence'),
  };
};

/** The folder with what kind mounts into the control plane. */
export const prepareFolder = (environment: Environment, clusterYaml: string): void => {
  const { folder, clusterYaml: path } = stateFiles(environment);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, clusterYaml);
  const shared = mountedFolder(environment);
  mkdirSync(shared, { recursive: true });
  writeFileSync(join(shared, 'audit-policy.yaml'), stringify(AUDIT_POLICY));
};

export const mountedFolder = (environment: Environment): string => join(stateFolder(environment), 'mounted');

export const readState = (environment: Environment): KindState | null => {
  try {
    return JSON.parse(readFileSync(join(stateFolder(environment), 'cluster.json'), 'utf8')) as KindState;
  } catch {
    return null;
  }
};

export const writeState = (environment: Environment, state: KindState): void =>
  writeFileSync(join(stateFolder(environment), 'cluster.json'), JSON.stringify(state, null, 1));

/** How far the cluster came. */
export const reached = (environment: Environment, rung: string): void => {
  const state = readState(environment);
  if (state !== null) writeState(environment, { ...state, rung });
};

export const removeState = (environment: Environment): void =>
  rmSync(stateFolder(environment), { recursive: true, force: true });
