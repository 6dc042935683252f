// Where a run of the production world, given all that a recording knows, first left the recording, and why. A chain of
// differences (scrapes, requests, victims, answers) leads to a differing replica count; its first link is the cause.

import type { SignalTable } from '../../model/record.ts';
import { OBSERVERS } from '../../model/record.ts';
import type { Difference } from '../../reports/fidelity/chain.ts';
import { anyIn, chainRoot } from '../../reports/fidelity/chain.ts';
import { firstFrom } from '../../reports/stats/first-from.ts';
import type { World } from '../../sim/world.ts';
import { parseQuantity } from '../../sim/autoscaler/quantity.ts';
import type { LoopFolder, LoopScrape, PlantScrape } from './closed-loop-types.ts';
import { commitsOf } from './loop-adapter.ts';
import { linesOf } from './loop-cluster.ts';

/** A scrape later than this after its tick is late (99 % of them are not, README). */
const LATE_MILLIS = 8;
/** Pods made by one write join this near to each other; their order is that of a watch event. */
const TOGETHER_MILLIS = 10;
/** The recording has tenths of a millisecond; nearer than this is the request's own instant. */
const APART_MILLIS = 0.05;
const COMMIT_MILLIS = 30;
/** How near two events must be for the recording not to tell their order: its resolution and the lateness of its timers. */
const SAME_MILLIS = 3;

const PROMETHEUS = OBSERVERS.indexOf('prometheus');
const ADAPTER = OBSERVERS.indexOf('adapter');

interface Seen {
  readonly atMillis: number;
  readonly value: number;
}

/** Rows of one observer and metric by subject, at the instant the value was read at its source. */
const seenBy = (signals: SignalTable, observer: number, metric: string): ReadonlyMap<string, readonly Seen[]> => {
  const seen = new Map<string, Seen[]>();
  const wanted = signals.metrics.indexOf(metric);
  for (let i = 0; i < signals.count; i++) {
    if (signals.observer[i] !== observer || signals.metric[i] !== wanted) continue;
    const subject = signals.subjects[signals.subject[i]!]!;
    const list = seen.get(subject) ?? [];
    seen.set(subject, list);
    list.push({ atMillis: signals.atMillis[i]! - signals.ageMillis[i]!, value: signals.value[i]! });
  }
  return seen;
};

/** When requests began and ended in the recording, in order. */
const recordedChanges = ({ schedule, requests }: LoopFolder): Float64Array => {
  const begins = schedule.offsetMillis.map((at, i) => at + requests.waitMillis[i]!);
  const ends = begins.map((at, i) => at + requests.serviceMillis[i]!);
  return Float64Array.from([...begins, ...ends].filter((t) => !Number.isNaN(t))).sort();
};

/** From `at` to the nearest of the sorted instants that is not `at` itself. */
const nearestOther = (sorted: Float64Array, at: number): number => {
  const before = sorted[firstFrom(sorted, at - APART_MILLIS) - 1] ?? -Infinity;
  const after = sorted[firstFrom(sorted, at + APART_MILLIS)] ?? Infinity;
  return Math.min(at - before, after - at);
};

const isAnswered = (line: LoopScrape): line is PlantScrape => line.src === 'plant' && line.ok === 1 && line.t >= 0;

const scrapeDifferences = (folder: LoopFolder, signals: SignalTable, changes: Float64Array): Difference[] => {
  const ours = seenBy(signals, PROMETHEUS, 'asr_active_requests');
  const half = folder.config.scrapeSeconds * 500;
  const cursors = new Map<string, number>();
  const ownScrape = (name: string, at: number): Seen | undefined => {
    const list = ours.get(name) ?? [];
    let i = cursors.get(name) ?? 0;
    while (i < list.length && list[i]!.atMillis < at - half) i++;
    cursors.set(name, i);
    return list[i] !== undefined && list[i]!.atMillis <= at + half ? list[i] : undefined;
  };
  return folder.scrapes.filter(isAnswered).flatMap((scrape): Difference[] => {
    const own = ownScrape(folder.config.podNames[scrape.pod]!, scrape.t);
    if (own === undefined || own.value === scrape.active) return [];
    const late = scrape.t - own.atMillis;
    const what = `a scrape of pod ${scrape.pod} saw ${scrape.active}, ours ${own.value}`;
    if (Math.abs(late) > LATE_MILLIS)
      return [
        { atMillis: scrape.t, what, cause: `the scrape was ${late.toFixed(0)} ms later than its ticks usually are` },
      ];
    const [from, to] = [Math.min(own.atMillis, scrape.t) - SAME_MILLIS, Math.max(own.atMillis, scrape.t) + SAME_MILLIS];
    const cause = anyIn(changes, from, to) ? 'a request began or ended at the scrape instant' : null;
    return [{ atMillis: scrape.t, what, cause }];
  });
};

/** Stretches in which only one of the two worlds had a pod in its balancer, with the pod. */
const membershipGaps = (folder: LoopFolder, world: World): { pod: number; from: number; to: number }[] => {
  const own = (event: string, pod: number): number | undefined =>
    world.cluster.life.find((e) => e.subject === 'pod' && e.ordinal === pod && e.event === event && e.t > 0)?.t;
  const pairs = [
    ['endpoint-ready', 'endpoint-ready'],
    ['endpoint-unready', 'endpoint-gone'],
  ] as const;
  return pairs.flatMap(([recorded, ours]) =>
    linesOf(folder.pods, recorded).flatMap(({ t, pod }) => {
      const at = own(ours, pod);
      return t < 0 || at === undefined ? [] : [{ pod, from: Math.min(t, at), to: Math.max(t, at) }];
    }),
  );
};

const requestDifferences = (folder: LoopFolder, world: World, changes: Float64Array): Difference[] => {
  const { schedule, requests } = folder;
  const ours = world.fleet.requests;
  const gaps = membershipGaps(folder, world);
  const joined = new Map(linesOf(folder.pods, 'endpoint-ready').map(({ pod, t }) => [pod, t]));
  const together = (a: number, b: number): boolean =>
    Math.abs((joined.get(a) ?? NaN) - (joined.get(b) ?? NaN)) <= TOGETHER_MILLIS;
  const causeOf = (at: number, pod: number, own: number): string | null => {
    const gap = gaps.find(({ from, to }) => at >= from - SAME_MILLIS && at <= to + SAME_MILLIS);
    if (gap !== undefined)
      return `it came within ${(gap.to - gap.from + SAME_MILLIS).toFixed(0)} ms of pod ${gap.pod} joining or leaving`;
    if (together(pod, own)) return 'the two joined at once, and the order of joining breaks ties';
    const apart = nearestOther(changes, at);
    return apart <= SAME_MILLIS ? `another request began or ended ${apart.toFixed(1)} ms from it` : null;
  };
  const found: Difference[] = [];
  for (let i = 0; i < requests.count; i++) {
    if (requests.pod[i]! < 0 || ours.pod[i] === requests.pod[i]) continue;
    const recordedAt = schedule.offsetMillis[i]! + (requests.waitMillis[i]! || 0);
    const atMillis = Math.min(recordedAt, Number.isNaN(ours.admittedMillis[i]!) ? Infinity : ours.admittedMillis[i]!);
    found.push({
      atMillis,
      what: `request ${i} went to pod ${requests.pod[i]!}, ours to ${ours.pod[i]!}`,
      cause: causeOf(atMillis, requests.pod[i]!, ours.pod[i]!),
    });
  }
  return found;
};

const victimDifferences = (folder: LoopFolder, world: World): Difference[] => {
  const theirs = linesOf(folder.pods, 'deleting').filter(({ grace }) => grace > 0);
  const ours = world.cluster.life.filter((e) => e.subject === 'pod' && e.event === 'deleting');
  const ordinal = (e: (typeof ours)[number]): number => (e.subject === 'pod' ? e.ordinal : -1);
  return theirs.flatMap(({ t, pod }): Difference[] => {
    // Pods deleted in one sync have no order.
    const together = ours.filter((e) => Math.abs(e.t - t) < 1000).map(ordinal);
    if (together.length === 0 || together.includes(pod)) return [];
    const what = `the ReplicaSet deleted pod ${pod}, ours ${together.join(', ')}`;
    return [
      { atMillis: t, what, cause: 'victims equal but for the random order of the controller (hpa.md section 13)' },
    ];
  });
};

/** Answers to Pods metrics that differ, by sync. */
const answerDifferences = (folder: LoopFolder, world: World): Difference[] => {
  const commits = Float64Array.from(commitsOf(folder), ({ at }) => at).sort();
  const signals = world.signals.table();
  const rows: { atMillis: number; value: number }[] = [];
  for (let i = 0; i < signals.count; i++)
    if (signals.observer[i] === ADAPTER) rows.push({ atMillis: signals.atMillis[i]!, value: signals.value[i]! });
  let from = 0;
  return folder.hpa.flatMap((line): Difference[] => {
    if (line.ev !== 'sync') return [];
    while (from < rows.length && rows[from]!.atMillis < line.t) from++;
    const ours: number[] = [];
    for (let i = from; i < rows.length && rows[i]!.atMillis <= line.end; i++) ours.push(rows[i]!.value);
    const theirs = line.metrics.flatMap(({ values }) =>
      (values ?? []).map(([, text]) => Number(parseQuantity(text)!.milli) / 1000),
    );
    const text = (values: readonly number[]): string => [...values].sort((a, b) => a - b).join(' ');
    if (text(ours) === text(theirs)) return [];
    const raced = line.metrics.some(({ t, ms }) => anyIn(commits, t - COMMIT_MILLIS, t + ms + COMMIT_MILLIS));
    return [
      {
        atMillis: line.t,
        what: `the adapter answered ${text(theirs)}, ours ${text(ours)}`,
        cause: raced ? 'a scrape was being committed when the adapter asked' : null,
      },
    ];
  });
};

/**
 * The first link of the chain of differences that ends in differing replica counts at `divergedMillis`. Its cause is null
 * if nothing known explains it: then the simulator is wrong.
 */
export const firstDifference = (folder: LoopFolder, world: World, divergedMillis: number): Difference => {
  const changes = recordedChanges(folder);
  const found = [
    ...scrapeDifferences(folder, world.signals.table(), changes),
    ...requestDifferences(folder, world, changes),
    ...victimDifferences(folder, world),
    ...answerDifferences(folder, world),
  ];
  return chainRoot(found, divergedMillis);
};
