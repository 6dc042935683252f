// The parent's side of a supervisor: starts it in a session of its own (Ctrl-C does not reach it), asks it to start and
// signal components, and hears when one ends.
// Invariant: after `stop` resolved, or after this process died in any way, no component runs and the folder is gone.

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { TestbedError } from '../../model/errors.ts';
import type { Component } from './component-names.ts';
import { removeFolder } from './instance.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor-messages.ts';

const MAIN = new URL('./supervisor-main.ts', import.meta.url);

export interface ComponentExit {
  readonly component: Component;
  readonly pid: number;
  readonly how: string;
}

type Ready = Extract<FromSupervisor, { kind: 'ready' }>;

export class Supervisor {
  private readonly child: ChildProcess;
  private readonly ready: Ready;
  private readonly exited: Promise<void>;
  private readonly listeners = new Set<(message: FromSupervisor) => void>();
  private readonly running = new Map<Component, number>();
  private stopping = false;
  /** Rejects when the supervisor is gone without having been asked; never resolves. */
  readonly broken: Promise<never>;

  static async start(): Promise<Supervisor> {
    const child = fork(MAIN, [], { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Ready));
      child.once('error', reject);
      child.once('exit', () =>
        reject(new TestbedError('TARGET_FAILED', `the supervisor of the control plane did not start: ${complaint}`)),
      );
    });
    return new Supervisor(child, ready);
  }

  private constructor(child: ChildProcess, ready: Ready) {
    this.child = child;
    this.ready = ready;
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.broken = promise;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        removeFolder(ready.folder);
        this.running.clear();
        if (!this.stopping)
          reject(
            new TestbedError('TARGET_FAILED', `the supervisor of the control plane ended (${signal ?? String(code)})`, {
              hint: 'start again; its components ended with it',
            }),
          );
        resolve();
      });
    });
    child.on('message', (message) => {
      const heard = message as FromSupervisor;
      if (heard.kind === 'started') this.running.set(heard.component, heard.pid);
      if (heard.kind === 'exited') this.running.delete(heard.component);
      for (const listener of this.listeners) listener(heard);
    });
  }

  get folder(): string {
    return this.ready.folder;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Null = real-time priority, else why not. */
  get realTimeRefused(): string | null {
    return this.ready.realTimeRefused;
  }

  /** Process ids by component, as far as it runs. */
  get processIds(): ReadonlyMap<Component, number> {
    return this.running;
  }

  /** Resolves with the process id. Throws TARGET_FAILED if the program cannot be executed. */
  async launch(component: Component, command: string, args: readonly string[], log: string): Promise<number> {
    const answer = this.hear(
      (message) => (message.kind === 'started' || message.kind === 'failed') && message.component === component,
    );
    this.say({ kind: 'start', component, command, args, log });
    const message = await answer;
    if (message.kind === 'started') return message.pid;
    throw new TestbedError(
      'TARGET_FAILED',
      `${component} cannot be started: ${message.kind === 'failed' ? message.message : message.kind}`,
      { hint: `is ${command} executable on this machine?` },
    );
  }

  signal(component: Component, signal: NodeJS.Signals): void {
    this.say({ kind: 'signal', component, signal });
  }

  /** Resolves at once if it does not run. */
  async ended(component: Component): Promise<void> {
    if (!this.running.has(component)) return;
    await this.hear((message) => message.kind === 'exited' && message.component === component);
  }

  onExit(heard: (exit: ComponentExit) => void): () => void {
    const listener = (message: FromSupervisor): void => {
      if (message.kind !== 'exited') return;
      const { component, pid, code, signal } = message;
      heard({ component, pid, how: signal ?? `exit code ${String(code)}` });
    };
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  describe(facts: Readonly<Record<string, unknown>>): void {
    this.say({ kind: 'describe', facts });
  }

  /** From now on it lives without this process; `cluster down` ends it. */
  async detach(): Promise<void> {
    const answer = this.hear((message) => message.kind === 'detached');
    this.say({ kind: 'detach' });
    await answer;
    this.stopping = true;
    this.child.disconnect();
    this.child.stderr?.destroy();
    this.child.unref();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.connected) this.say({ kind: 'stop' });
    await this.exited;
  }

  private say(message: ToSupervisor): void {
    this.child.send(message, () => undefined);
  }

  private async hear(wanted: (message: FromSupervisor) => boolean): Promise<FromSupervisor> {
    const { promise, resolve } = Promise.withResolvers<FromSupervisor>();
    const listener = (message: FromSupervisor): void => {
      if (wanted(message)) resolve(message);
    };
    this.listeners.add(listener);
    try {
      return await Promise.race([promise, this.broken]);
    } finally {
      this.listeners.delete(listener);
    }
  }
}
