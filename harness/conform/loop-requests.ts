// Stage check: given the schedule and the recorded pod events, every request is served by the recorded pod at the recorded
// time within a millisecond, and every scrape shows the recorded gauges. Two events inside one millisecond whose order is
// not recorded can send a request elsewhere; such a race counts as explained only if the other order gives the recording.

import { OUTCOMES } from '../../model/record.ts';
import type { RequestTable } from '../../model/record.ts';
import type { LoopFolder, PlantScrape } from './closed-loop-types.ts';
import type { Gauge, Nudge, Nudges, PodEvent } from './loop-service.ts';
import { podEventsOf, replayService } from './loop-service.ts';
import type { ConformMismatch, SetTally } from './result.ts';

const TOLERANCE_MILLIS = 1;
/** How far one event is moved to get the other order; below the tolerance. */
const NUDGES_MILLIS = [0.6, -0.6, 0.02, -0.02];
const MAX_RACES = 25;
const FAILED = OUTCOMES.indexOf('failed');

/** What the replay is fed with beside the recording: events and arrivals moved inside their millisecond. */
interface Tie {
  readonly events: readonly PodEvent[];
  readonly nudges: Nudges;
}

const far = (a: number, b: number): boolean => !(Math.abs(a - b) <= TOLERANCE_MILLIS);

/** Whether request `i` went as recorded. One that was not over at the end of the recording need not be over by then. */
const agrees = ({ schedule, requests, config }: LoopFolder, ours: RequestTable, i: number): boolean => {
  const admitted = ours.admittedMillis[i]!;
  const [wait, service] = [requests.waitMillis[i]!, requests.serviceMillis[i]!];
  const failed = ours.outcome[i] === FAILED;
  if (failed !== (requests.failed[i] === 1)) return false;
  if (requests.pod[i]! < 0) return !(admitted < config.durationMs);
  if (ours.pod[i] !== requests.pod[i]) return false;
  // What fails at once was never in service.
  if (failed && Number.isNaN(admitted)) return true;
  if (far(admitted - schedule.offsetMillis[i]!, wait)) return false;
  return Number.isNaN(service) || failed || !far(ours.doneMillis[i]! - admitted, service);
};

/** When the replay first differs: the earliest instant at which either side gave a differing request away. */
const firstDivergence = (folder: LoopFolder, ours: RequestTable): number => {
  const { schedule, requests } = folder;
  let first = Infinity;
  for (let i = 0; i < requests.count; i++) {
    if (ours.pod[i] === requests.pod[i] && agrees(folder, ours, i)) continue;
    const recorded = schedule.offsetMillis[i]! + (requests.waitMillis[i]! || 0);
    const given = Number.isNaN(ours.admittedMillis[i]!) ? Infinity : ours.admittedMillis[i]!;
    // A differing service time alone comes from a neighbour that went elsewhere while it was served.
    const at =
      ours.pod[i] === requests.pod[i]
        ? Math.max(recorded, given) + requests.serviceMillis[i]!
        : Math.min(recorded, given);
    if (at < first) first = at;
  }
  return first;
};

/** The other orders that can explain a divergence at `at`: each pod event, arrival and end near it, moved a little. */
const otherOrders = function* (folder: LoopFolder, tie: Tie, ours: RequestTable, at: number): Generator<Tie> {
  const near = (t: number): boolean => Math.abs(t - at) <= TOLERANCE_MILLIS;
  for (const by of NUDGES_MILLIS)
    for (const moved of tie.events)
      if (near(moved.t)) yield { ...tie, events: tie.events.map((e) => (e === moved ? { ...e, t: e.t + by } : e)) };
  const nudged = (i: number, nudge: Partial<Nudge>): Tie => ({
    ...tie,
    nudges: new Map([...tie.nudges, [i, { arrivalMillis: 0, audioFactor: 1, ...nudge }]]),
  });
  for (let i = 0; i < folder.requests.count; i++) {
    const touches = [folder.schedule.offsetMillis[i]!, ours.admittedMillis[i]!, ours.doneMillis[i]!].some(near);
    if (!touches) continue;
    const service = ours.doneMillis[i]! - ours.admittedMillis[i]!;
    for (const by of NUDGES_MILLIS) {
      yield nudged(i, { arrivalMillis: by });
      if (service > 0) yield nudged(i, { audioFactor: 1 + by / service });
    }
  }
};

interface Settled {
  readonly tie: Tie;
  readonly requests: RequestTable;
  readonly races: readonly number[];
}

/** Follows the recording through its races: at each divergence takes the order that carries furthest. */
const settleRaces = (folder: LoopFolder): Settled => {
  let tie: Tie = { events: podEventsOf(folder), nudges: new Map() };
  let requests = replayService(folder, tie.events, [], tie.nudges).requests;
  const races: number[] = [];
  for (let at = firstDivergence(folder, requests); at < Infinity && races.length < MAX_RACES;) {
    let best: { readonly tie: Tie; readonly requests: RequestTable; readonly at: number } | null = null;
    for (const other of otherOrders(folder, tie, requests, at)) {
      const tried = replayService(folder, other.events, [], other.nudges).requests;
      const reaches = firstDivergence(folder, tried);
      if (reaches > (best?.at ?? at + TOLERANCE_MILLIS)) best = { tie: other, requests: tried, at: reaches };
      if (reaches === Infinity) break;
    }
    if (best === null) break;
    races.push(at);
    ({ tie, requests, at } = best);
  }
  return { tie, requests, races };
};

const requestText = (pod: number, wait: number, service: number, failed: boolean): string =>
  `pod ${pod}, wait ${wait.toFixed(1)}, service ${service.toFixed(1)} ms${failed ? ', failed' : ''}`;

const compareRequests = (folder: LoopFolder, ours: RequestTable, tally: SetTally): void => {
  const { schedule, requests, name: id } = folder;
  for (let i = 0; i < requests.count; i++) {
    if (agrees(folder, ours, i)) {
      tally.add([]);
      continue;
    }
    const admitted = ours.admittedMillis[i]!;
    const wait = admitted - schedule.offsetMillis[i]!;
    const expected = requestText(
      requests.pod[i]!,
      requests.waitMillis[i]!,
      requests.serviceMillis[i]!,
      requests.failed[i] === 1,
    );
    const got = requestText(ours.pod[i]!, wait, ours.doneMillis[i]! - admitted, ours.outcome[i] === FAILED);
    tally.add([{ id, where: `request ${i} at ${schedule.offsetMillis[i]!} ms`, expected, got }]);
  }
};

/** One decimal is written; half a digit may go either way. */
const sameGauge = (ours: Gauge | null | undefined, theirs: PlantScrape): boolean =>
  ours?.active === theirs.active && ours?.total === theirs.total && Math.abs((ours?.gpu ?? NaN) - theirs.gpu!) < 0.11;

const compareGauges = (folder: LoopFolder, tie: Tie, gauges: SetTally, races: SetTally): void => {
  const scrapes = folder.scrapes.filter((s): s is PlantScrape => s.src === 'plant' && s.ok === 1 && s.t >= 0);
  const seenAt = (by: number): readonly (Gauge | null)[] =>
    replayService(
      folder,
      tie.events,
      scrapes.map(({ t, pod }) => ({ t: t + by, pod })),
      tie.nudges,
    ).gauges;
  const exact = seenAt(0);
  const differing = scrapes.filter((scrape, i) => !sameGauge(exact[i], scrape));
  // Within the scrape's own millisecond the gauge may still change.
  const around = differing.length === 0 ? [] : [seenAt(-TOLERANCE_MILLIS), seenAt(TOLERANCE_MILLIS)];
  scrapes.forEach((scrape, i) => {
    if (sameGauge(exact[i], scrape)) gauges.add([]);
    else if (around.some((seen) => sameGauge(seen[i], scrape))) races.add([]);
    else {
      const { active, total, gpu } = scrape;
      const difference: ConformMismatch = {
        id: folder.name,
        where: `scrape of pod ${scrape.pod} at ${scrape.t} ms`,
        expected: JSON.stringify({ active, total, gpu }),
        got: JSON.stringify(exact[i]),
      };
      gauges.add([difference]);
    }
  });
};

export interface ServiceTallies {
  readonly requests: SetTally;
  readonly gauges: SetTally;
  /** Orders of events inside a millisecond that were found to give the recording. */
  readonly races: SetTally;
}

/** Adds one case per request and per answered scrape, and one per race that was settled. */
export const checkService = (folder: LoopFolder, tallies: ServiceTallies): void => {
  const { tie, requests, races } = settleRaces(folder);
  for (let i = 0; i < races.length; i++) tallies.races.add([]);
  compareRequests(folder, requests, tallies.requests);
  compareGauges(folder, tie, tallies.gauges, tallies.races);
};
