// Emulated pods as child processes: fork, start, SIGTERM, SIGKILL, exit. A process is forked as soon as its pod is bound
// and starts to be a container when it is told to, so that the fork hides in the drawn start-up delay.
// Invariant: after `stopAll` resolved no process of this object is alive.

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { ErrorCode } from '../../model/errors.ts';
import { TestbedError } from '../../model/errors.ts';
import type { EmulatorConfig } from '../emulator/config.ts';
import type { FromPod, ToPod } from '../emulator/messages.ts';

export interface PodProcessEvents {
  readonly listening: (pod: number, port: number) => void;
  readonly loaded: (pod: number) => void;
  /** The process is gone; `asked` if `terminate` or `kill` came before. */
  readonly exited: (pod: number, asked: boolean) => void;
  /** The world is broken: a process did not start. */
  readonly broken: (error: TestbedError) => void;
}

interface PodProcess {
  readonly child: ChildProcess;
  readonly prepared: Promise<void>;
  asked: boolean;
  readonly exit: Promise<void>;
  stderr: string;
}

const MAIN = new URL('../emulator/main.ts', import.meta.url);
const KEPT_STDERR = 2000;
const PATIENCE_MILLIS = 3000;

export class PodProcesses {
  private readonly processes = new Map<number, PodProcess>();
  private readonly all = new Set<PodProcess>();
  private readonly events: PodProcessEvents;
  private stopped = false;

  constructor(events: PodProcessEvents) {
    this.events = events;
  }

  /** Forks the process of a pod's container; resolves when it can start within a millisecond or two. */
  prepare(pod: number): Promise<void> {
    const child = fork(MAIN, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'json' });
    const ready = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const entry: PodProcess = { child, prepared: ready.promise, asked: false, exit: gone.promise, stderr: '' };
    this.processes.set(pod, entry);
    this.all.add(entry);
    child.stderr?.on('data', (piece: Buffer) => {
      entry.stderr = (entry.stderr + piece.toString('utf8')).slice(-KEPT_STDERR);
    });
    child.on('message', (message: FromPod) => {
      if (message.kind === 'prepared') ready.resolve();
      else this.heard(pod, entry, message);
    });
    child.on('error', (cause) => {
      this.break(new TestbedError('TARGET_FAILED', `the process of pod ${pod} cannot be started: ${cause.message}`, { cause }));
    });
    child.on('exit', (code, signal) => {
      this.all.delete(entry);
      gone.resolve();
      ready.resolve();
      if (this.processes.get(pod) !== entry) return;
      this.processes.delete(pod);
      if (!this.stopped && !entry.asked && code !== 0 && entry.stderr !== '')
        this.break(new TestbedError('TARGET_FAILED', `the process of pod ${pod} ended (${signal ?? String(code)}): ${entry.stderr.trim()}`));
      else if (!this.stopped) this.events.exited(pod, entry.asked);
    });
    return entry.prepared;
  }

  /** The container starts: its doors open, its model loads. */
  async start(pod: number, config: EmulatorConfig, originMonotonicMillis: number): Promise<void> {
    const entry = this.processes.get(pod);
    if (entry === undefined) return;
    await entry.prepared;
    this.tell(entry, { kind: 'start', config, originMonotonicMillis });
  }

  /** SIGTERM: the process finishes what it has and exits. */
  terminate(pod: number): void {
    this.signal(pod, 'SIGTERM');
  }

  kill(pod: number): void {
    this.signal(pod, 'SIGKILL');
  }

  /** Process ids that are alive. */
  pids(): readonly number[] {
    return [...this.all].flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]));
  }

  /** Ends every process, by its own id; resolves when all are gone. */
  async stopAll(): Promise<void> {
    this.stopped = true;
    const left = [...this.all];
    for (const { child } of left) child.kill('SIGKILL');
    const patience = setTimeout(() => {
      for (const { child } of left) child.kill('SIGKILL');
    }, PATIENCE_MILLIS);
    await Promise.all(left.map(({ exit }) => exit));
    clearTimeout(patience);
  }

  private signal(pod: number, signal: 'SIGTERM' | 'SIGKILL'): void {
    const entry = this.processes.get(pod);
    if (entry === undefined) return;
    entry.asked = true;
    entry.child.kill(signal);
  }

  private tell(entry: PodProcess, message: ToPod): void {
    if (entry.child.connected) entry.child.send(message);
  }

  private heard(pod: number, entry: PodProcess, message: Exclude<FromPod, { kind: 'prepared' }>): void {
    if (this.stopped || this.processes.get(pod) !== entry) return;
    switch (message.kind) {
      case 'listening':
        this.events.listening(pod, message.port);
        return;
      case 'loaded':
        this.events.loaded(pod);
        return;
      case 'failed':
        entry.asked = true;
        this.break(new TestbedError(message.code as ErrorCode, message.message));
    }
  }

  private break(error: TestbedError): void {
    if (!this.stopped) this.events.broken(error);
  }
}
