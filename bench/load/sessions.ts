// How many live sessions can be open at once? Nearly idle ones: a clip whose header says 100 samples per second, so that a
// frame of ten seconds is 2 KB. Pods listen on several loopback addresses, since one has 28,000 local ports at most.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketLimits } from '../../harness/replay/socket-limits.ts';
import { mostAtOnce } from '../../harness/replay/server-rows.ts';
import { OUTCOMES } from '../../model/record.ts';
import { seconds } from '../../model/units.ts';
import type { Verdict } from './verdict.ts';
import { LAW, SETTINGS, even, memoryOf, play } from './world.ts';

const WORKERS = 2;
const PODS = 4;
/** Of each process, for everything that is no session. */
const RESERVED_FILES = 200;
const OPEN_SECONDS = 30;
const HOLD_SECONDS = 15;
const SAMPLES_PER_SECOND = 100;

/** PCM16 mono of 100 samples per second: RIFF size WAVE, fmt (16: PCM, 1, rate, bytes/s, 2, 16 bit), data size, 60 s. */
const idleWav = (): Buffer => {
  const data = Buffer.alloc(60 * 2 * SAMPLES_PER_SECOND);
  const header = Buffer.from('524946460000000057415645666d7420100000000100010000000000000000000200100064617461', 'hex');
  header.writeUInt32LE(36 + data.length, 4);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(2 * SAMPLES_PER_SECOND, 28);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  return Buffer.concat([header, size, data]);
};

export const sessionVerdicts = async (asked: number): Promise<readonly Verdict[]> => {
  const perProcess = socketLimits().openFiles - RESERVED_FILES;
  const count = Math.min(asked, perProcess * Math.min(WORKERS, PODS));
  const folder = mkdtempSync(join(tmpdir(), 'surgelab-bench-'));
  try {
    writeFileSync(join(folder, 'idle.wav'), idleWav());
    const stream = { ...LAW.stream, cap: count, chunk: seconds(10) };
    const law = { ...LAW, stream };
    const settings = {
      ...SETTINGS,
      clipFolder: folder,
      frameMillis: 10_000,
      front: { ...SETTINGS.front, law, maxInFlight: count },
    };
    let megabytes = 0;
    const { report, cpuSeconds } = await play(even(count, OPEN_SECONDS, 'stream', OPEN_SECONDS + HOLD_SECONDS), {
      settings,
      workers: WORKERS,
      pods: Array.from({ length: PODS }, (_, i) => ({ host: `127.0.0.${i + 1}`, law })),
      watch: (ids) => {
        const timer = setInterval(() => {
          megabytes = Math.max(
            megabytes,
            ids.reduce((sum, id) => sum + memoryOf(id), 0),
          );
        }, 1000);
        return () => clearInterval(timer);
      },
    });
    const { requests } = report;
    const ok = requests.outcome.filter((code) => OUTCOMES[code] === 'ok').length;
    const atOnce = mostAtOnce(
      Array.from(requests.sentMillis, (sent, i): [number, number] => [sent, requests.doneMillis[i]!]).filter(
        (span) => !span.some(Number.isNaN),
      ),
    );
    const what = `${count.toLocaleString('en')} nearly idle live sessions, ${WORKERS} workers, ${PODS} loopback addresses`;
    for (const [cause, times] of report.causes) console.log(`  ${times} × ${cause}`);
    return [
      { what, figure: 'open at once', value: atOnce, unit: '', bound: { op: '≥', value: Math.min(asked, count) } },
      { what, figure: 'ended ok / all', value: ok / count, unit: '', bound: { op: '≥', value: 1 } },
      { what, figure: 'memory of the workers per session', value: (1024 * megabytes) / count, unit: 'KB', bound: null },
      { what, figure: 'CPU per session', value: (1000 * cpuSeconds) / count, unit: 'ms', bound: null },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};
