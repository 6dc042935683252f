// Small HTTP requests in an open loop from one worker, and autocannon beside it in the same run: the same server, the same
// request, the same checks of each answer. Compared per CPU second of the generator, which does not depend on the load of
// the machine. autocannon's own correction of latencies is not used: it passes ceil(1/rate) for the interval in
// milliseconds, which is 1 ms at nearly every rate.

import { fork } from 'node:child_process';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import type { Schedule } from '../../model/schedule.ts';
import type { PeerCount, PeerTask } from './autocannon-main.ts';
import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';
import { LAW, SETTINGS, cpuSecondsOf, delays, even, pin, play, quantile, repeat, startPod } from './world.ts';

const PER_SECOND = 2500;
const SECONDS = 8;
/** Enough for the peer to hold the rate at 20 ms per answer. */
const PEER_CONNECTIONS = 50;

interface Peer {
  readonly perCpuSecond: number;
  readonly perSecond: number;
  readonly wrong: number;
}

const peer = async (): Promise<Peer> => {
  const pod = await startPod(scaledClock(monotonicMillis(), 1));
  const child = fork(new URL('autocannon-main.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--max-semi-space-size=64'],
  });
  pin(child.pid, 0);
  try {
    return await new Promise<Peer>((resolve) => {
      let before = 0;
      child.on('message', (message: PeerCount | 'ready') => {
        if (message === 'ready') {
          before = cpuSecondsOf(child.pid!);
          const count = PER_SECOND * SECONDS;
          const task: PeerTask = { origin: pod.origin, perSecond: PER_SECOND, count, connections: PEER_CONNECTIONS };
          child.send(task);
          return;
        }
        const { answered, wrong, seconds } = message;
        const cpu = cpuSecondsOf(child.pid!) - before;
        resolve({ perCpuSecond: answered / cpu, perSecond: answered / seconds, wrong });
      });
    });
  } finally {
    child.kill('SIGKILL');
    pod.end();
  }
};

/** The same number of arrivals a second, as many at once as the peer has connections. */
const bunched = (schedule: Schedule): Schedule => ({
  ...schedule,
  offsetMillis: schedule.offsetMillis.map(
    (_, i) => (Math.floor(i / PEER_CONNECTIONS) * PEER_CONNECTIONS * 1000) / PER_SECOND,
  ),
});

export const smallVerdicts = async (runs: number): Promise<readonly Verdict[]> => {
  const of = await repeat(runs, async () => {
    const { report, cpuSeconds } = await play(even(PER_SECOND * SECONDS, SECONDS, 'short', 1));
    const done = [...report.requests.doneMillis].filter((at) => !Number.isNaN(at));
    // The peer has its connections for the whole run; the engine gets as many, or a busy machine would make it open more. And
    // it sends once on every connection, then waits for the next multiple of its interval: 10,000 of its requests at this rate
    // were seen to arrive in 362 of 3,073 milliseconds. A turn of the event loop for each of fifty costs more than one for all,
    // so the engine is compared on arrivals that are bunched alike.
    const law = { ...LAW, batch: { ...LAW.batch, cap: PEER_CONNECTIONS } };
    const bounded = { ...SETTINGS, front: { ...SETTINGS.front, law } };
    const same = await play(bunched(even(PER_SECOND * SECONDS, SECONDS, 'short', 1)), { settings: bounded });
    const beside = await peer();
    const perCpuSecond = done.length / cpuSeconds;
    const boundedPerCpuSecond = same.report.requests.count / same.cpuSeconds;
    return {
      perSecond: done.length / (Math.max(...done) / 1000),
      answered: done.length / report.requests.count,
      p50: quantile(delays(report), 0.5),
      p99: quantile(delays(report), 0.99),
      elu: report.health[0]!.eventLoopUtilisation,
      perCpuSecond,
      peerPerCpuSecond: beside.perCpuSecond,
      peerPerSecond: beside.perSecond,
      peerWrong: beside.wrong,
      boundedPerCpuSecond,
      ratio: boundedPerCpuSecond / beside.perCpuSecond,
    };
  });
  const what = `${PER_SECOND.toLocaleString('en')} small requests/s, open loop, one worker`;
  return [
    {
      what,
      figure: 'answered per second',
      value: median(of('perSecond')),
      unit: '/s',
      bound: { op: '≥', value: 0.99 * PER_SECOND },
    },
    { what, figure: 'answered / due', value: median(of('answered')), unit: '', bound: { op: '≥', value: 1 } },
    { what, figure: 'schedule delay p99', value: median(of('p99')), unit: 'ms', bound: { op: '≤', value: 10 } },
    { what, figure: 'schedule delay p50', value: median(of('p50')), unit: 'ms', bound: null },
    { what, figure: 'event loop utilisation', value: median(of('elu')), unit: '', bound: null },
    {
      what,
      figure: 'requests per CPU second',
      value: median(of('perCpuSecond')),
      unit: '/s',
      bound: { op: '≥', value: PER_SECOND },
    },
    {
      what,
      figure: 'with 50 connections, 50 at once: per CPU second',
      value: median(of('boundedPerCpuSecond')),
      unit: '/s',
      bound: null,
    },
    {
      what,
      figure: 'autocannon: requests per CPU second',
      value: median(of('peerPerCpuSecond')),
      unit: '/s',
      bound: null,
    },
    { what, figure: 'autocannon: answered per second', value: median(of('peerPerSecond')), unit: '/s', bound: null },
    { what, figure: 'autocannon: wrong answers', value: median(of('peerWrong')), unit: '', bound: null },
    {
      what,
      figure: 'engine / autocannon per core',
      value: median(of('ratio')),
      unit: '',
      bound: { op: '≥', value: 1 },
    },
  ];
};
