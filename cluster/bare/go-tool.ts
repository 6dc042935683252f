// Runs the user's Go. What can be missing has a choice of what to do in its error: Go itself, a newer Go, the modules.

import { spawn } from 'node:child_process';
import { TestbedError } from '../../model/errors.ts';
import type { Environment } from './find-programs.ts';

export interface GoCall {
  readonly folder: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

const KEPT = 4000;

const CHOICE = [
  'one of: install Go 1.26 or newer (its download page, or your package manager);',
  '       put the programs of official releases into a folder and set SURGELAB_BIN to it;',
  '       use --profile local, which needs none of them',
].join('\n  ');

const failure = (args: readonly string[], said: string): TestbedError => {
  const needs = /requires go >= ([\d.]+)/.exec(said);
  if (needs !== null)
    return new TestbedError('TOOL_MISSING', `Go ${needs[1]!} or newer is needed: ${said.trim().split('\n').at(-1)!}`, {
      hint: CHOICE,
    });
  const shown = said.trim().split('\n').slice(-12).join('\n    ');
  const offline = /dial tcp|no such host|connection refused|proxyconnect|TLS handshake/.test(said);
  return new TestbedError('TOOL_MISSING', `go ${args[0]!} failed:\n    ${shown}`, {
    hint: offline ? 'the modules have to be fetched once: check the network and `go env GOPROXY`' : CHOICE,
  });
};

/** Standard output of `go ARGS`. Throws TOOL_MISSING or INTERRUPTED; with it ends every compiler that it started. */
export const go = (args: readonly string[], { folder, environment, signal }: GoCall): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn('go', args, {
      cwd: folder,
      env: { ...environment, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-KEPT)));
    const abort = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    child.once('error', (cause: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abort);
      reject(
        cause.code === 'ENOENT'
          ? new TestbedError('TOOL_MISSING', 'there is no `go` on PATH to build the programs with', { hint: CHOICE })
          : cause,
      );
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (signal.aborted) reject(new TestbedError('INTERRUPTED', 'interrupted while a program was built'));
      else if (code === 0) resolve(output);
      // `go mod download -json` complains in its output.
      else reject(failure(args, said.trim() === '' ? output : said));
    });
  });
