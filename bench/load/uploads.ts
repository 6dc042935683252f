// 2 MB uploads: the engine with 32 at the pod beside a bare undici loop of 32 in the same run. Both closed by the 32: what
// is compared is the cost of an upload, not an arrival process.

import { Agent, request } from 'undici';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { BATCH_QUERY } from '../../harness/replay/batch-client.ts';
import { DIALECTS } from '../../cluster/emulator/dialects.ts';
import type { Verdict } from './verdict.ts';
import { median } from './verdict.ts';
import { LAW, SETTINGS, even, pin, play, repeat, startPod } from './world.ts';

const UPLOADS = 600;
const AT_ONCE = 32;
/** 62.5 s of PCM16 at 16 kHz: 2 MB. */
const UPLOAD_SECONDS = 62.5;

interface Loop {
  readonly perSecond: number;
  readonly cpuSeconds: number;
}

const bareLoop = async (): Promise<Loop> => {
  const { origin, end } = await startPod(scaledClock(monotonicMillis(), 1));
  pin(process.pid, 0);
  const agent = new Agent({ connections: AT_ONCE, pipelining: 1, allowH2: false });
  const body = Buffer.alloc(UPLOAD_SECONDS * 32_000);
  const path = `${DIALECTS['pulse-v1'].batchPath}${BATCH_QUERY['pulse-v1']}`;
  let left = UPLOADS;
  const user = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await request(`${origin}${path}`, { method: 'POST', body, dispatcher: agent });
      await answer.body.dump();
    }
  };
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, user));
  const seconds = (performance.now() - from) / 1000;
  const cpu = process.cpuUsage(cpuFrom);
  await agent.destroy();
  end();
  return { perSecond: UPLOADS / seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
};

export const uploadVerdicts = async (runs: number): Promise<readonly Verdict[]> => {
  const law = { ...LAW, batch: { ...LAW.batch, cap: AT_ONCE } };
  const settings = { ...SETTINGS, bodies: 'wav' as const, front: { ...SETTINGS.front, law } };
  const of = await repeat(runs, async () => {
    const bare = await bareLoop();
    // All due at once; the front lets 32 through: as fast as the engine can.
    const { report, cpuSeconds } = await play(even(UPLOADS, 0.001, 'short', UPLOAD_SECONDS), { settings });
    const engine = UPLOADS / (Math.max(...report.requests.doneMillis) / 1000);
    return {
      engine,
      bare: bare.perSecond,
      ratio: engine / bare.perSecond,
      engineCpu: (1000 * cpuSeconds) / UPLOADS,
      bareCpu: (1000 * bare.cpuSeconds) / UPLOADS,
      cpuRatio: bare.cpuSeconds / cpuSeconds,
    };
  });
  const what = `2 MB uploads, ${AT_ONCE} at once`;
  return [
    { what, figure: 'engine', value: median(of('engine')), unit: '/s', bound: null },
    { what, figure: 'bare undici loop', value: median(of('bare')), unit: '/s', bound: null },
    { what, figure: 'engine / bare loop', value: median(of('ratio')), unit: '', bound: { op: '≥', value: 0.8 } },
    { what, figure: 'CPU per upload, engine', value: median(of('engineCpu')), unit: 'ms', bound: null },
    { what, figure: 'CPU per upload, bare loop', value: median(of('bareCpu')), unit: 'ms', bound: null },
    { what, figure: 'bare loop / engine per CPU second', value: median(of('cpuRatio')), unit: '', bound: null },
  ];
};
