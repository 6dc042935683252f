// A load worker forked on this machine, over IPC.

import { fork } from 'node:child_process';
import type { OpenLink } from './worker-link.ts';
import type { FromWorker } from './worker-messages.ts';

const WORKER = new URL('worker-main.ts', import.meta.url);
/** A larger young generation: no long pauses by objects that live for one request. */
export const WORKER_FLAGS = ['--max-semi-space-size=64'];

export const forkWorker: OpenLink = (_, { hear, gone }) => {
  const child = fork(WORKER, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: WORKER_FLAGS,
  });
  child.on('message', (message: FromWorker) => hear(message));
  child.on('exit', (code, signal) =>
    gone(signal === null ? `ended with code ${String(code)}` : `was killed by ${signal}`),
  );
  child.on('error', (error) => gone(`cannot be started (${error.message})`));
  return {
    pid: child.pid ?? null,
    send: (message) => {
      if (child.connected) child.send(message);
    },
    end: () => void child.kill('SIGKILL'),
  };
};
