// Waiting until a component does its work, and saying what is wrong when it does not: which one, what it answered last,
// the end of its log, what to try.

import { readFileSync } from 'node:fs';
import { TestbedError } from '../../model/errors.ts';
import { patiently } from '../patience.ts';
import type { Component } from './component-names.ts';

export interface Wait {
  readonly component: Component;
  readonly log: string;
  /** Null = healthy, else the reason why not yet. */
  readonly check: () => Promise<string | null>;
  /** Rejects when it makes no sense to wait any longer: the process ended, the run was interrupted. */
  readonly hopeless: Promise<never>;
  readonly patienceMillis: number;
}

const EVERY_MILLIS = 50;
const SHOWN_LINES = 12;

/** The last lines of a log; a note if there is none. */
export const lastLines = (log: string): string => {
  try {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES);
    return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
  } catch {
    return '    (no log)';
  }
};

const PORT_TAKEN = /address already in use/;

const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [PORT_TAKEN, 'another process took the port: start again'],
  [/no space left on device/, 'free space in the temporary folder, or set TMPDIR to another'],
  [/cannot allocate memory|out of memory/i, 'the control plane needs about 1 GB of memory'],
  [/(error|err).*(yaml|config)/i, 'the configuration generated from the platform was refused: see the log above'],
];

/** Another process took a port between our choosing it and the component's bind. */
export const isPortConflict = ({ message }: TestbedError): boolean => PORT_TAKEN.test(message);

/** @param what 'did not become healthy: connection refused' */
export const componentFailure = (component: Component, what: string, log: string): TestbedError => {
  const lines = lastLines(log);
  const hint = HINTS.find(([pattern]) => pattern.test(lines))?.[1] ?? `the whole log: ${log}`;
  return new TestbedError('TARGET_FAILED', `${component} ${what}; the end of its log:\n${lines}`, { hint });
};

export const waitHealthy = async ({ component, log, check, hopeless, patienceMillis }: Wait): Promise<void> => {
  const reason = await patiently({ patienceMillis, lookMillis: EVERY_MILLIS }, () => Promise.race([check(), hopeless]));
  if (reason !== null)
    throw componentFailure(
      component,
      `did not become healthy within ${Math.round(patienceMillis / 1000)} s (${reason})`,
      log,
    );
};
