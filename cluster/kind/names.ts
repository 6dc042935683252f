// What the kind profile is called, in which versions it runs, and where it keeps its files. Pure.

import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One cluster per machine: its nodes would compete for two cores otherwise. */
export const CLUSTER_NAME = 'surgelab';
/** A Docker network of our own, so that `down` can remove it. */
export const NETWORK = 'surgelab-kind';
export const KUBERNETES = 'v1.37.2';
export const KIND = 'v0.33.0';
export const CONTROL_PLANE = `${CLUSTER_NAME}-control-plane`;

export const MONITORING = 'monitoring';
/** Of Prometheus on the control plane's address, which only this machine reaches. */
export const PROMETHEUS_HOST_PORT = 30_090;

/** Inside the control plane's node: audit logs of API server and adapter, samples of Prometheus. */
export const LOG_FOLDER = '/var/log/surgelab';
export const AUDIT_LOG = `${LOG_FOLDER}/audit.log`;
export const ADAPTER_AUDIT_LOG = `${LOG_FOLDER}/adapter-audit.log`;
export const SAMPLES_FOLDER = '/var/lib/surgelab-samples';

const cacheOf = (environment: Environment): string => {
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'surgelab');
};

/** Of the cluster that is up; removed by `down`. */
export const stateFolder = (environment: Environment): string => join(cacheOf(environment), 'kind');
/** Programs built for the offline images; kept. */
export const offlineFolder = (environment: Environment): string => join(cacheOf(environment), 'kind-offline');

/** The name of the n-th worker, from 0, as kind gives it. */
export const workerName = (index: number): string => `${CLUSTER_NAME}-worker${index === 0 ? '' : index + 1}`;
