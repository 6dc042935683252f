// Whoever sends the requests of a real run: the Node engine's workers, or another engine that plays the same rows and gives
// the same report.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { LoadPort } from '../../cluster/local/load-port.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { LoadSettings } from './load-engine.ts';
import type { WorkersReport } from './load-workers.ts';

export interface RunningLoad extends LoadPort {
  /** Arrivals begin at the origin of `clock`. */
  readonly begin: (clock: ScaledClock) => void;
  /** Resolves when the last row is over or nobody is left who could play it. */
  readonly run: () => Promise<void>;
  /** Ends everything. `endMillis`: rows due until then were to be sent. */
  readonly stop: (endMillis: number) => Promise<WorkersReport>;
  readonly processIds: readonly number[];
}

export interface LoadRunContext {
  readonly timeScale: number;
  readonly scheduleHash: string;
  /** Virtual moment at which the run ends whatever is under way. */
  readonly latestMillis: number;
  readonly signal: AbortSignal;
  /** The one address of a service that balances by itself, which joins as pod 0; absent = pods join and leave. */
  readonly direct?: string;
}

/** Another engine than the Node one. */
export interface LoadChoice {
  /** The report's word for the hop. */
  readonly reality: string;
  readonly versions: Readonly<Record<string, string>>;
  /** What it makes on a cluster and takes away again, sentences; absent = nothing, and its processes are this machine's. */
  readonly creates?: readonly string[];
  /** Resolves when it can begin. */
  readonly start: (schedule: Schedule, settings: LoadSettings, context: LoadRunContext) => Promise<RunningLoad>;
}
