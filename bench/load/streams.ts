// A thousand live streams of 128 ms frames from one worker, and what a frame costs.

import { delays, even, play, quantile, repeat } from './world.ts';
import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';

const STREAMS = 1000;

export const streamVerdicts = async (runs: number): Promise<readonly Verdict[]> => {
  const of = await repeat(runs, async () => {
    const { report, cpuSeconds } = await play(even(STREAMS, 2, 'stream', 10));
    const frames = report.frames[0]!;
    return {
      sent: frames.framesSent / frames.framesDue,
      p50: frames.latenessP50Millis ?? NaN,
      p99: frames.latenessP99Millis ?? NaN,
      elu: report.health[0]!.eventLoopUtilisation,
      cores: report.health[0]!.cpuCores,
      perFrame: (1e6 * cpuSeconds) / frames.framesSent,
      caughtUp: frames.catchUpFrames,
      start: quantile(delays(report), 0.99),
    };
  });
  const what = `${STREAMS.toLocaleString('en')} live streams of 128 ms frames, one worker`;
  return [
    { what, figure: 'frames sent / due', value: median(of('sent')), unit: '', bound: { op: '≥', value: 1 } },
    { what, figure: 'lateness p50', value: median(of('p50')), unit: 'ms', bound: { op: '≤', value: 1 } },
    { what, figure: 'lateness p99', value: median(of('p99')), unit: 'ms', bound: { op: '≤', value: 10 } },
    { what, figure: 'event loop utilisation', value: median(of('elu')), unit: '', bound: { op: '<', value: 0.5 } },
    { what, figure: 'frames caught up', value: median(of('caughtUp')), unit: '', bound: null },
    { what, figure: 'CPU of the worker', value: median(of('cores')), unit: 'cores', bound: null },
    { what, figure: 'CPU per frame sent', value: median(of('perFrame')), unit: 'µs', bound: null },
    { what, figure: 'session starts late, p99', value: median(of('start')), unit: 'ms', bound: null },
  ];
};
