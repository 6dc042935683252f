// The pod's own record of the requests it met, to be joined with the client's after a run (wire-protocol.md section 10).
// Flat numbers, nine per request, so that thousands travel in one message; a moment that was not reached is NaN.

export interface ServedRow {
  /** Row of the schedule and try, as the caller's headers say. */
  readonly row: number;
  readonly attempt: number;
  readonly isLive: boolean;
  /** Virtual milliseconds since the origin of the run. */
  readonly arrivedMillis: number;
  admittedMillis: number;
  /** The GPU was done with it. */
  doneMillis: number;
  /** Its connection was over. */
  endedMillis: number;
  /** Of a live session: audio that came, and of it what was never understood. */
  receivedSeconds: number;
  droppedTailSeconds: number;
}

export const servedRow = (row: number, attempt: number, isLive: boolean, arrivedMillis: number): ServedRow => ({
  row,
  attempt,
  isLive,
  arrivedMillis,
  admittedMillis: NaN,
  doneMillis: NaN,
  endedMillis: NaN,
  receivedSeconds: NaN,
  droppedTailSeconds: NaN,
});

const COLUMNS = 9;

/** What was recorded and not yet told. */
export class ServedRows {
  private flat: number[] = [];

  add(r: ServedRow): void {
    this.flat.push(
      r.row,
      r.attempt,
      r.isLive ? 1 : 0,
      r.arrivedMillis,
      r.admittedMillis,
      r.doneMillis,
      r.endedMillis,
      r.receivedSeconds,
      r.droppedTailSeconds,
    );
  }

  take(): readonly number[] {
    const told = this.flat;
    this.flat = [];
    return told;
  }
}

/** @param flat as it came over IPC: JSON has null for NaN */
export const unpackServed = (flat: readonly (number | null)[]): readonly ServedRow[] => {
  const at = (i: number): number => flat[i] ?? NaN;
  return Array.from({ length: flat.length / COLUMNS }, (_, n) => {
    const i = n * COLUMNS;
    return {
      row: at(i),
      attempt: at(i + 1),
      isLive: at(i + 2) === 1,
      arrivedMillis: at(i + 3),
      admittedMillis: at(i + 4),
      doneMillis: at(i + 5),
      endedMillis: at(i + 6),
      receivedSeconds: at(i + 7),
      droppedTailSeconds: at(i + 8),
    };
  });
};
