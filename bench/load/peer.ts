// Plain HTTP beside autocannon: the same server, request, number of connections and checks of each answer, in turns, and three
// ways to pace them. What is compared is the requests answered in a window after the warm-up, per CPU second of all threads
// of the generator; the engine's are those of its worker and of the parent that gathers the rows.
//
// autocannon's rate is per connection and second: at 2,500 requests a second by 50 connections, each sends its 50 one after
// the other as soon as a second begins and then waits for the next (10,000 requests were seen to arrive in 362 of 3,073 ms).
// A turn of the event loop for each of many costs more than one for all, so both are compared on arrivals that are alike.

import { fork } from 'node:child_process';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { WORKER_FLAGS } from '../../harness/replay/forked-worker.ts';
import type { LoadSettings } from '../../harness/replay/load-engine.ts';
import { OUTCOMES } from '../../model/record.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';
import { LAW, SETTINGS, cpuSecondsOf, even, pin, play, repeat, startPod } from './world.ts';

/**
 * saturated: every connection sends when it has its answer, as fast as the generator can.
 * bursts: the requests of a second are due when it begins, as autocannon does it.
 * even: one after the other, spaced alike; autocannon's clients are told when.
 */
export const PACES = ['saturated', 'bursts', 'even'] as const;
export type Pace = (typeof PACES)[number];

export interface PeerTask {
  readonly origin: string;
  readonly pace: Pace;
  readonly perSecond: number;
  readonly connections: number;
  /** From the start to the begin and to the end of the window. */
  readonly windowMillis: readonly [from: number, to: number];
}

export interface PeerCount {
  readonly answered: number;
  readonly wrong: number;
}

const PER_SECOND = 2500;
const CONNECTIONS = 50;
/** Both ends fall between two bursts. */
const WINDOW_MILLIS = [2500, 10_500] as const;
/** More than any of the two can send. */
const MOST_PER_SECOND = 60_000;

interface Measured {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly wrong: number;
}

/** @param first, last what was counted at the two ends of the window */
const measured = (first: PeerCount & { cpu: number }, last: PeerCount & { cpu: number }): Measured => {
  const answered = last.answered - first.answered;
  return {
    perCpuSecond: answered / (last.cpu - first.cpu),
    perSecond: (1000 * answered) / (WINDOW_MILLIS[1] - WINDOW_MILLIS[0]),
    wrong: last.wrong,
  };
};

const autocannon = async (pace: Pace): Promise<Measured> => {
  const pod = await startPod(scaledClock(monotonicMillis(), 1));
  const child = fork(new URL('autocannon-main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: WORKER_FLAGS,
  });
  pin(child.pid, 0);
  const { origin } = pod;
  const task: PeerTask = { origin, pace, perSecond: PER_SECOND, connections: CONNECTIONS, windowMillis: WINDOW_MILLIS };
  const counts: (PeerCount & { cpu: number })[] = [];
  try {
    await new Promise<void>((resolve) => {
      child.on('message', (message: PeerCount | 'ready') => {
        if (message === 'ready') child.send(task);
        else counts.push({ ...message, cpu: cpuSecondsOf(child.pid!) });
        if (counts.length === WINDOW_MILLIS.length) resolve();
      });
    });
  } finally {
    child.kill('SIGKILL');
    pod.end();
  }
  return measured(counts[0]!, counts[1]!);
};

const scheduleOf = (pace: Pace): Schedule => {
  // A second more than the window: the run lasts until its end.
  const seconds = Math.ceil(WINDOW_MILLIS[1] / 1000) + 1;
  const schedule = even((pace === 'saturated' ? MOST_PER_SECOND : PER_SECOND) * seconds, seconds, 'short', 1);
  if (pace !== 'bursts') return schedule;
  return { ...schedule, offsetMillis: schedule.offsetMillis.map((at) => 1000 * Math.floor(at / 1000)) };
};

const engine = async (pace: Pace): Promise<Measured> => {
  const law = { ...LAW, batch: { ...LAW.batch, cap: CONNECTIONS } };
  const settings: LoadSettings = {
    ...SETTINGS,
    front: { ...SETTINGS.front, law },
    ...(pace === 'saturated' ? { closedLoopUsers: CONNECTIONS } : {}),
  };
  const ends: { readonly at: number; readonly cpu: number }[] = [];
  const { report } = await play(scheduleOf(pace), {
    settings,
    watch: ([worker], clock) => {
      const read = (): void => {
        const { user, system } = process.cpuUsage();
        ends.push({ at: clock.now(), cpu: cpuSecondsOf(worker!) + (user + system) / 1e6 });
      };
      const cancels = WINDOW_MILLIS.map((millis) => clock.at(millis, read));
      return () => cancels.forEach((cancel) => cancel());
    },
  });
  const { doneMillis, outcome } = report.requests;
  const ok = OUTCOMES.indexOf('ok');
  const counts = ends.map(({ at, cpu }) => {
    const done = outcome.filter((_, row) => doneMillis[row]! <= at);
    return { answered: done.length, wrong: done.filter((code) => code !== ok).length, cpu };
  });
  return measured(counts[0]!, counts[1]!);
};

const WORDS: Readonly<Record<Pace, string>> = {
  saturated: 'as fast as they can',
  bursts: `${PER_SECOND.toLocaleString('en')}/s due at the begin of each second`,
  even: `${PER_SECOND.toLocaleString('en')}/s evenly spaced`,
};

/** Engine and autocannon in turns. */
export const peerVerdicts = async (pace: Pace, pairs: number): Promise<readonly Verdict[]> => {
  const of = await repeat(pairs, async () => {
    const ours = await engine(pace);
    const peer = await autocannon(pace);
    return {
      ours: ours.perCpuSecond,
      oursPerSecond: ours.perSecond,
      oursWrong: ours.wrong,
      peer: peer.perCpuSecond,
      peerPerSecond: peer.perSecond,
      peerWrong: peer.wrong,
      ratio: ours.perCpuSecond / peer.perCpuSecond,
    };
  });
  const what = `plain HTTP by ${CONNECTIONS} connections, ${WORDS[pace]}, engine and autocannon in ${pairs} turns`;
  const figure = (name: string, value: number | null, unit: string, bound: Verdict['bound'] = null): Verdict => ({
    what,
    figure: name,
    value,
    unit,
    bound,
  });
  return [
    figure('engine: requests per CPU second', median(of('ours')), '/s'),
    figure('autocannon: requests per CPU second', median(of('peer')), '/s'),
    figure('engine: answered per second', median(of('oursPerSecond')), '/s'),
    figure('autocannon: answered per second', median(of('peerPerSecond')), '/s'),
    figure('engine: wrong answers', Math.max(...of('oursWrong')), ''),
    figure('autocannon: wrong answers', Math.max(...of('peerWrong')), ''),
    figure('engine / autocannon per core', median(of('ratio')), '', { op: '≥', value: 1 }),
    figure('smallest of the turns', Math.min(...of('ratio')), ''),
    figure('largest of the turns', Math.max(...of('ratio')), ''),
  ];
};
