// What a control plane leaves behind, for tests of its end: processes that live, ports that listen, folders.

import { existsSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';

/** One that has ended and that init, its new parent, has not asked about yet does not count. */
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

export interface Traces {
  readonly pids: readonly number[];
  readonly ports: readonly number[];
  readonly folder: string;
}

export const leftBehind = async ({ pids, ports, folder }: Traces): Promise<string[]> => {
  const open = await Promise.all(ports.map(listens));
  return [
    ...pids.filter(lives).map((pid) => `process ${pid}`),
    ...ports.filter((_, i) => open[i]).map((port) => `port ${port}`),
    ...(existsSync(folder) ? [folder] : []),
  ];
};

/** Polls until nothing is left or the time is over; gives what is left and how long it took. */
export const untilNothingIsLeft = async (
  traces: Traces,
  patienceMillis: number,
): Promise<{ readonly left: readonly string[]; readonly millis: number }> => {
  const from = performance.now();
  for (;;) {
    const left = await leftBehind(traces);
    const millis = Math.round(performance.now() - from);
    if (left.length === 0 || millis > patienceMillis) return { left, millis };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
