// A run in real time needs the processor when its schedule says so: while it lasts, this process and the ones it forks
// ask for a higher priority than other work of the machine, as the recorded reference runs did. Refused without privilege.

import { getPriority, setPriority } from 'node:os';

const RAISED = -20;

export interface Priority {
  readonly kind: 'raised' | 'normal';
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
