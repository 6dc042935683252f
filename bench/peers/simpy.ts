// Runs the same M/M/10 in SimPy and reads its speed. SimPy is installed from PyPI into a virtual environment in the
// temporary folder, which stays there for the next run; without Python or a registry the peer is skipped, with the reason.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type PeerResult =
  | { readonly kind: 'measured'; readonly version: string; readonly jobsPerSecond: number }
  | { readonly kind: 'skipped'; readonly why: string };

const INSTALL_MILLIS = 120_000;
const RUN_MILLIS = 60_000;

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!;

/** 200,000 jobs; the model is bench/peers/mmc_simpy.py. */
export const simpyJobsPerSecond = async (): Promise<PeerResult> => {
  const home = join(tmpdir(), 'surgelab-simpy');
  const python = join(home, 'bin', 'python');
  try {
    if (!existsSync(python)) await run('python3', ['-m', 'venv', home], { timeout: INSTALL_MILLIS });
    await run(python, ['-m', 'pip', 'install', '--quiet', 'simpy==4.1.1'], { timeout: INSTALL_MILLIS });
    const { stdout } = await run(python, [join(import.meta.dirname, 'mmc_simpy.py')], { timeout: RUN_MILLIS });
    const { version, jobsPerSecond } = JSON.parse(stdout) as {
      readonly version: string;
      readonly jobsPerSecond: number;
    };
    return { kind: 'measured', version, jobsPerSecond };
  } catch (error) {
    return { kind: 'skipped', why: firstLine(error) };
  }
};
