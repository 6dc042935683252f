// The road between a replay and one of its load workers, wherever that runs. Nothing is heard before the call that opens it
// has returned.

import type { FromWorker, ToWorker } from './worker-messages.ts';

export interface WorkerLink {
  /** Of a process of this machine; null = it runs elsewhere. */
  readonly pid: number | null;
  /** Nothing happens when the worker is gone. */
  readonly send: (message: ToWorker) => void;
  /** Ends the worker at once, whatever it does. */
  readonly end: () => void;
}

export interface LinkListener {
  readonly hear: (message: FromWorker) => void;
  /** The worker told nothing more and never will; `what` happened to it, as the end of a sentence that begins with its name. */
  readonly gone: (what: string) => void;
}

export type OpenLink = (index: number, listener: LinkListener) => WorkerLink;
