// The process that owns a control plane: it makes the folder, starts the components, and ends them and removes the
// folder when it is told to, when it gets SIGTERM, or when its parent is gone (the channel closes), however that died.
// Should it be killed itself, the kernel ends the components (setpriv --pdeathsig, where there is one).

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Component } from './component-names.ts';
import { newInstanceFolder, removeFolder, writeInstance } from './instance.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor-messages.ts';

/** How long a component may take to end on its own; all of its state is thrown away. */
const GRACE_MILLIS = 500;

const works = (command: readonly string[]): string | null => {
  const { status, error, stderr } = spawnSync(command[0]!, [...command.slice(1), 'true'], { encoding: 'utf8' });
  if (error !== undefined) return `${command[0]!} is not installed`;
  return status === 0 ? null : stderr.trim();
};

const REAL_TIME = ['chrt', '--rr', '1'];
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'];
// SURGELAB_NO_REALTIME: leave the machine to others, at the price of late clocks.
const realTimeRefused = process.env['SURGELAB_NO_REALTIME'] === undefined ? works(REAL_TIME) : 'SURGELAB_NO_REALTIME';
const diesWithParent = works(WITH_PARENT) === null;
const wrapper = [...(diesWithParent ? WITH_PARENT : []), ...(realTimeRefused === null ? REAL_TIME : [])];

const parentPid = process.ppid;
const folder = newInstanceFolder();
const running = new Map<Component, ChildProcess>();
let facts: Readonly<Record<string, unknown>> = {};
let detached = false;
let ending = false;

const save = (): void => {
  if (ending) return;
  const components = Object.fromEntries([...running].map(([name, child]) => [name, child.pid ?? 0]));
  writeInstance(folder, { supervisorPid: process.pid, parentPid, components, facts });
};

const say = (message: FromSupervisor): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

const start = ({ component, command, args, log }: Extract<ToSupervisor, { kind: 'start' }>): void => {
  const output = openSync(log, 'a');
  const [first, ...rest] = [...wrapper, command, ...args];
  const child = spawn(first!, rest, { cwd: folder, stdio: ['ignore', output, output] });
  closeSync(output);
  const { pid } = child;
  child.once('error', (error) => say({ kind: 'failed', component, message: error.message }));
  if (pid === undefined) return;
  running.set(component, child);
  child.once('exit', (code, signal) => {
    running.delete(component);
    save();
    say({ kind: 'exited', component, pid, code, signal });
  });
  save();
  say({ kind: 'started', component, pid });
};

const end = async (): Promise<void> => {
  if (ending) return;
  ending = true;
  const children = [...running.values()];
  const exits = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children) {
    child.kill('SIGTERM');
    child.kill('SIGCONT'); // one that was frozen would not hear it
  }
  const killing = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, GRACE_MILLIS);
  await Promise.all(exits);
  clearTimeout(killing);
  removeFolder(folder);
  process.exit(0);
};

process.on('message', (message: ToSupervisor) => {
  switch (message.kind) {
    case 'start':
      if (!ending) start(message);
      return;
    case 'signal':
      running.get(message.component)?.kill(message.signal);
      return;
    case 'describe':
      ({ facts } = message);
      save();
      return;
    case 'detach':
      detached = true;
      say({ kind: 'detached' });
      return;
    case 'stop':
      void end();
  }
});
process.on('disconnect', () => {
  if (!detached) void end();
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end());

save();
say({ kind: 'ready', folder, realTimeRefused, diesWithParent });
