// Runs a program of this machine (docker, kind, tar) to its end and gives what it printed. No shell in between.

import { execFile } from 'node:child_process';
import { TestbedError } from '../../model/errors.ts';

export interface Call {
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly patienceMillis?: number;
}

const PATIENCE_MILLIS = 120_000;
const MOST_BYTES = 1 << 30;
const SHOWN_LINES = 12;

const lastLines = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .slice(-SHOWN_LINES)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');

interface Failed {
  readonly error: Error & { readonly code?: unknown; readonly killed?: boolean };
  readonly said: string;
  readonly call: Call;
}

const failure = (program: string, args: readonly string[], { error, said, call }: Failed): TestbedError => {
  const called = `${program} ${args.slice(0, 3).join(' ')}`;
  if (call.signal?.aborted === true) return new TestbedError('INTERRUPTED', `interrupted during ${called}`);
  if (error.code === 'ENOENT') return new TestbedError('TOOL_MISSING', `${program} is not installed`, { cause: error });
  const patience = (call.patienceMillis ?? PATIENCE_MILLIS) / 1000;
  const why = error.killed === true ? `did not end within ${patience} s` : 'failed';
  return new TestbedError('TARGET_FAILED', `${called} ${why}:\n${lastLines(said)}`, { cause: error });
};

/** Resolves with stdout. Throws TOOL_MISSING, INTERRUPTED, TARGET_FAILED with the end of what it said. */
export const run = (program: string, args: readonly string[], call: Call = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const { signal, environment = process.env, patienceMillis = PATIENCE_MILLIS } = call;
    execFile(
      program,
      [...args],
      {
        ...(signal === undefined ? {} : { signal }),
        env: { ...environment },
        timeout: patienceMillis,
        maxBuffer: MOST_BYTES,
        encoding: 'utf8',
      },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        reject(failure(program, args, { error, said: stderr + stdout, call }));
      },
    );
  });

/** Null where the call fails. */
export const tryRun = async (program: string, args: readonly string[], call: Call = {}): Promise<string | null> => {
  try {
    return await run(program, args, call);
  } catch (error) {
    if (error instanceof TestbedError && error.code === 'INTERRUPTED') throw error;
    return null;
  }
};
