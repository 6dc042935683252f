// Whoever watches what is behind the address of a target while it is replayed at: told when the run begins and ends, gives
// what the record holds beside the requests.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { RealityTable } from '../../model/record.ts';
import type { ClusterRecord } from './real-run.ts';
import type { RunningLoad } from './running-load.ts';

export interface TargetWatcher {
  /** The origin of the clock is a little ahead. */
  readonly begin: (clock: ScaledClock, census: RunningLoad['census']) => void;
  readonly end: (endMillis: number) => Promise<{
    readonly cluster: ClusterRecord;
    /** Hops that were observed. */
    readonly reality: Partial<RealityTable>;
  }>;
}
