// One k6 as a process of its own: started, waited for, stopped. Its output files are read by others. Takes the program and a
// folder made by plan.ts; gives its exit and what it said on stderr.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundK6 } from './find-k6.ts';
import { versionFlags } from './find-k6.ts';

export interface K6Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Last words on stderr and stdout. */
  readonly said: string;
}

/** k6's exit codes that matter here (load-generation.md 2.4). */
export const K6_EXIT = { ok: 0, thresholds: 99, stopped: 105 } as const;

const KEPT_CHARACTERS = 4000;
const GRACE_MILLIS = 5000;
/** Clock ticks per second of /proc/PID/stat: 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used; null where /proc does not tell. */
const cpuSeconds = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
};

export const POINTS_FILE = 'points.json.gz';

/** k6's own settings would change the run; everything else of the environment stays. */
const environmentOf = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(K6|SURGELAB)_/.test(name)));

export class K6Process {
  readonly exit: Promise<K6Exit>;
  private readonly child: ChildProcess;
  private readonly startedMillis = performance.now();
  private said = '';
  private lastCpuCores: number | null = null;

  /** @param authorization header of every request, handed over in the environment: it is never written to disk */
  constructor(k6: Extract<FoundK6, { kind: 'found' }>, folder: string, authorization: string | null) {
    const args = [
      ...['run', '--quiet', '--no-usage-report', '--no-color', ...versionFlags(k6.version)],
      ...['--out', `json=${join(folder, POINTS_FILE)}`, join(folder, 'script.ts')],
    ];
    // A group of its own: Ctrl-C at a terminal reaches us, and we decide when k6 ends.
    this.child = spawn(k6.path, args, {
      cwd: folder,
      env: {
        ...environmentOf(process.env),
        ...(authorization === null ? {} : { SURGELAB_AUTHORIZATION: authorization }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const output of [this.child.stdout!, this.child.stderr!])
      output.on('data', (bytes: Buffer) => {
        this.said = (this.said + bytes.toString('utf8')).slice(-KEPT_CHARACTERS);
      });
    const sampling = setInterval(() => this.sampleCpu(), 1000);
    sampling.unref();
    const endWithUs = (): void => void this.child.kill('SIGKILL');
    process.once('exit', endWithUs);
    this.exit = new Promise((resolve) => {
      const over = (code: number | null, signal: string | null): void => {
        clearInterval(sampling);
        process.off('exit', endWithUs);
        resolve({ code, signal, said: this.said.trim() });
      };
      this.child.once('error', (error) => {
        this.said += error.message;
        over(null, null);
      });
      this.child.once('close', over);
    });
  }

  get pid(): number | null {
    return this.child.pid ?? null;
  }

  /** CPU seconds per wall second since its start, as of the last second of its life; null where nothing tells. */
  get cpuCores(): number | null {
    return this.lastCpuCores;
  }

  /** Waits this long for a natural end, then asks, then insists. */
  async stop(patienceMillis: number): Promise<K6Exit> {
    const timers = [
      setTimeout(() => this.child.kill('SIGINT'), patienceMillis),
      setTimeout(() => this.child.kill('SIGKILL'), patienceMillis + GRACE_MILLIS),
    ];
    const exit = await this.exit;
    for (const timer of timers) clearTimeout(timer);
    return exit;
  }

  private sampleCpu(): void {
    const used = this.child.pid === undefined ? null : cpuSeconds(this.child.pid);
    if (used !== null) this.lastCpuCores = (used * 1000) / (performance.now() - this.startedMillis);
  }
}
