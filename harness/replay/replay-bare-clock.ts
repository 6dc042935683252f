// From the kubelet's clock, which starts before the run, to the run's: lives of pods and nodes, what pods say they met and
// when they admitted a request. Pure.

import type { ServedRow } from '../../cluster/emulator/served.ts';
import type { PodServed } from '../../cluster/local/served-by-pod.ts';
import type { LifeEvent, RequestTable } from '../../model/record.ts';
import { millis } from '../../model/units.ts';

/** What was before the origin was there at it. @param originMillis on the kubelet's clock */
export const lifeOfRun = (life: readonly LifeEvent[], originMillis: number): readonly LifeEvent[] =>
  life.map((event) => ({ ...event, t: millis(Math.max(0, event.t - originMillis)) }));

/** Pods say when they admitted a request; everything else the caller saw on the run's clock. */
export const requestsOfRun = (requests: RequestTable, originMillis: number): RequestTable => ({
  ...requests,
  admittedMillis: requests.admittedMillis.map((at) => at - originMillis),
});

const rowOfRun = (row: ServedRow, originMillis: number): ServedRow => ({
  ...row,
  arrivedMillis: row.arrivedMillis - originMillis,
  admittedMillis: row.admittedMillis - originMillis,
  doneMillis: row.doneMillis - originMillis,
  endedMillis: row.endedMillis - originMillis,
});

export const servedOfRun = (
  served: ReadonlyMap<number, PodServed>,
  originMillis: number,
): ReadonlyMap<number, PodServed> =>
  new Map(
    [...served].map(([pod, { rows, isWhole }]) => [
      pod,
      { rows: rows.map((row) => rowOfRun(row, originMillis)), isWhole },
    ]),
  );
