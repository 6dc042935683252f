// A running control plane as its users see it; control-plane.ts starts one.

import type { ClientName } from './certificates.ts';
import type { Component } from './component-names.ts';
import type { Ports } from './ports.ts';

export interface ControlPlane {
  readonly folder: string;
  readonly logs: string;
  readonly auditLog: string;
  readonly adapterAuditLog: string;
  /** Path; the user is admin. */
  readonly kubeconfig: string;
  readonly kubeconfigOf: (client: ClientName) => string;
  readonly apiServerUrl: string;
  readonly prometheusUrl: string;
  readonly adapterUrl: string;
  /** Null = it does not run. */
  readonly kubeStateMetricsUrl: string | null;
  readonly ports: Ports;
  /** From launch to healthy, by component, and the whole start. */
  readonly startMillis: Readonly<Record<string, number>>;
  /** Process ids by component, as far as it runs now. */
  readonly processIds: () => ReadonlyMap<Component, number>;
  readonly supervisorPid: number;
  /** What a report should say about this start, for instance that there was no real-time priority. */
  readonly notes: readonly string[];
  /** Rejects when a component ends unasked; never resolves. */
  readonly broken: Promise<never>;
  /** Faults: SIGSTOP, SIGCONT. For an end use `kill`. */
  readonly signal: (component: Component, signal: NodeJS.Signals) => void;
  /** Ends the component and leaves it ended; resolves when it is gone. */
  readonly kill: (component: Component, signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it again (ends it first if it runs), with the same ports and data; resolves when it is healthy. */
  readonly restart: (component: Component) => Promise<void>;
  /** The processes live on without this one; `surgelab cluster down` ends them. */
  readonly detach: () => Promise<void>;
  readonly stop: () => Promise<void>;
}
