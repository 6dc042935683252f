// What the front door notes of each row of the schedule: it sees what k6 does not tell its script.

/** What the door saw of each row. */
export interface DoorLog {
  /** Wall-clock milliseconds of the first attempt; NaN = it never came. */
  readonly arrivedEpochMillis: Float64Array;
  /** Pod of the last attempt, −1 = none. */
  readonly pod: Int32Array;
  /** Attempts seen. */
  readonly attempts: Uint32Array;
  /** Status of the last refused WebSocket handshake; 0 = none was refused. */
  readonly refusedUpgrade: Uint16Array;
  /** 1 = the last attempt found no pod and no place in the queue. */
  readonly turnedAway: Uint8Array;
  /** Attempts whose row is not of the schedule. */
  strangers: number;
}

export const emptyDoorLog = (count: number): DoorLog => ({
  arrivedEpochMillis: new Float64Array(count).fill(NaN),
  pod: new Int32Array(count).fill(-1),
  attempts: new Uint32Array(count),
  refusedUpgrade: new Uint16Array(count),
  turnedAway: new Uint8Array(count),
  strangers: 0,
});
