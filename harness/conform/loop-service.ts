// What a closed-loop recording says about the service, in the words of sim/service, and its replay: given the schedule and
// the recorded pod events, which pod served each request when, and what each scrape saw.

import type { RequestTable } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import { emptySchedule } from '../../model/schedule.ts';
import type { ServiceLaw } from '../../model/service-time.ts';
import { millis, seconds } from '../../model/units.ts';
import { Engine } from '../../sim/engine/engine.ts';
import { CLASS } from '../../sim/event-classes.ts';
import { playTraffic } from '../../sim/hops/traffic.ts';
import type { FleetSettings } from '../../sim/service/fleet.ts';
import type { LoopFolder } from './closed-loop-types.ts';

/** A request moved inside its millisecond: its arrival by some of it, or its end through the length of its audio. */
export interface Nudge {
  readonly arrivalMillis: number;
  readonly audioFactor: number;
}

/** By request. The order of events inside a millisecond is not recorded. */
export type Nudges = ReadonlyMap<number, Nudge>;

export const scheduleOfRecording = ({ config, schedule }: LoopFolder, nudges: Nudges = new Map()): Schedule => {
  const rows = emptySchedule(schedule.count, millis(config.durationMs), ['load']);
  rows.offsetMillis.set(schedule.offsetMillis);
  rows.audioSeconds.set(schedule.audioSeconds);
  for (const [request, { arrivalMillis, audioFactor }] of nudges) {
    const before = schedule.offsetMillis[request - 1] ?? 0;
    const after = schedule.offsetMillis[request + 1] ?? Infinity;
    rows.offsetMillis[request] = Math.min(Math.max(schedule.offsetMillis[request]! + arrivalMillis, before), after);
    rows.audioSeconds[request]! *= audioFactor;
  }
  return rows;
};

/** The plant's law has no part that does not grow with the audio, and no streams. */
export const lawOfRecording = ({ config }: LoopFolder): ServiceLaw => ({
  name: config.name,
  basis: 'guess',
  batch: {
    a: seconds(config.service.a),
    b: seconds(config.service.b),
    t0: seconds(0),
    t0Sigma: 0,
    referenceAudio: seconds(config.service.refAudio),
    cap: config.service.cap,
  },
  stream: { s0: seconds(0), s1: seconds(1), chunk: seconds(1), cap: 1 },
});

const fleetOfRecording = (folder: LoopFolder): FleetSettings => ({
  law: lawOfRecording(folder),
  balancer: folder.config.service.balancer,
  balancerSeed: folder.config.service.seed,
  queueAt: 'front',
  queueLimit: null,
  timeout: null,
  retries: null,
  countStreamsAsRequests: false,
});

export interface PodEvent {
  readonly t: number;
  readonly pod: number;
  readonly does: 'starts' | 'joins' | 'leaves' | 'stops';
}

/** What happened to containers and the balancer's set, in order; what was before the origin happens at it. */
export const podEventsOf = (folder: LoopFolder): readonly PodEvent[] => {
  const events: PodEvent[] = [];
  for (const line of folder.pods) {
    const t = Math.max(0, line.t);
    const { pod } = line;
    if (line.ev === 'container-started') events.push({ t, pod, does: 'starts' });
    if (line.ev === 'endpoint-ready') events.push({ t, pod, does: 'joins' });
    if (line.ev === 'endpoint-unready') events.push({ t, pod, does: 'leaves' });
    // A deletion with grace 0 ends the container without a line of its own.
    if (line.ev === 'container-exited' || (line.ev === 'deleting' && line.grace === 0))
      events.push({ t, pod, does: 'stops' });
  }
  // "initial pods: by index"
  return events.sort((x, y) => x.t - y.t || (x.t === 0 ? x.pod - y.pod : 0));
};

export interface Gauge {
  readonly active: number;
  readonly total: number;
  readonly gpu: number;
}

export interface ServiceReplay {
  readonly requests: RequestTable;
  /** One per entry of `scrapes`; null while no container ran. */
  readonly gauges: readonly (Gauge | null)[];
}

/** Requests of the last moments were recorded to their end. */
const AFTERMATH_MILLIS = 120_000;

export const replayService = (
  folder: LoopFolder,
  events: readonly PodEvent[],
  scrapes: readonly { readonly t: number; readonly pod: number }[],
  nudges: Nudges = new Map(),
): ServiceReplay => {
  const engine = new Engine();
  const fleet = playTraffic(engine, scheduleOfRecording(folder, nudges), fleetOfRecording(folder), () => undefined);
  const gauges: (Gauge | null)[] = scrapes.map(() => null);
  engine.on(CLASS.cluster, (now, index) => {
    const { pod, does } = events[index]!;
    if (does === 'starts') fleet.containerStarts(pod);
    if (does === 'joins') fleet.join(now, pod);
    if (does === 'leaves') fleet.leave(pod);
    if (does === 'stops') fleet.containerStops(now, pod);
  });
  engine.on(CLASS.scrape, (_, index) => {
    const worker = fleet.worker(scrapes[index]!.pod);
    if (worker === undefined) return;
    const { activeRequests, finishedTotal, failedTotal, gpuPercent } = worker;
    gauges[index] = { active: activeRequests, total: finishedTotal + failedTotal, gpu: gpuPercent };
  });
  events.forEach(({ t }, index) => engine.schedule(t, CLASS.cluster, index));
  scrapes.forEach(({ t }, index) => {
    if (t >= 0) engine.schedule(t, CLASS.scrape, index);
  });
  engine.run(folder.config.durationMs + AFTERMATH_MILLIS);
  return { requests: fleet.requests, gauges };
};
