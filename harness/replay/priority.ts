// A run in real time needs the processor when its schedule says so: while it lasts, this process and the ones it forks
// ask for a higher priority than other work of the machine, as the recorded reference runs did. Refused without privilege.

import { spawnSync } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';

const RAISED = -20;

export interface Priority {
  readonly kind: 'real-time' | 'raised' | 'normal';
  /** Back to what it was; forked processes keep what they inherited until they end. */
  readonly restore: () => void;
}

export const raisePriority = (): Priority => {
  const before = getPriority();
  try {
    setPriority(Math.min(before, RAISED));
  } catch {
    // EACCES or EPERM: an ordinary user may not; the validity gate tells whether it mattered.
    return { kind: 'normal', restore: () => undefined };
  }
  return {
    kind: 'raised',
    restore: () => {
      setPriority(before);
    },
  };
};

/** Of this process with all its threads. False where there is no chrt or it may not. */
const schedule = (...policy: readonly string[]): boolean =>
  spawnSync('chrt', ['--all-tasks', ...policy, '--pid', policy.includes('--rr') ? '1' : '0', String(process.pid)], {
    stdio: 'ignore',
  }).status === 0;

/**
 * As the control plane of the bare profile has it: load and pods are late by a millisecond on a machine whose other work
 * makes them late by a hundred at raised priority. For runs whose clock is the wall clock; a compressed one would starve
 * everything else. SURGELAB_NO_REALTIME leaves it out.
 */
export const realTimePriority = (): Priority => {
  if (process.env['SURGELAB_NO_REALTIME'] !== undefined || !schedule('--rr')) return raisePriority();
  return {
    kind: 'real-time',
    restore: () => {
      schedule('--other');
    },
  };
};
