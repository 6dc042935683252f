// Small HTTP requests in an open loop from one worker. What they cost beside autocannon is peer.ts.

import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';
import { delays, even, play, quantile, repeat } from './world.ts';

const PER_SECOND = 2500;
const SECONDS = 8;

export const smallVerdicts = async (runs: number): Promise<readonly Verdict[]> => {
  const of = await repeat(runs, async () => {
    const { report, cpuSeconds } = await play(even(PER_SECOND * SECONDS, SECONDS, 'short', 1));
    const done = [...report.requests.doneMillis].filter((at) => !Number.isNaN(at));
    return {
      perSecond: done.length / (Math.max(...done) / 1000),
      answered: done.length / report.requests.count,
      p50: quantile(delays(report), 0.5),
      p99: quantile(delays(report), 0.99),
      elu: report.health[0]!.eventLoopUtilisation,
      perCpuSecond: done.length / cpuSeconds,
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
  ];
};
