// Emulated pods as child processes: fork, start, SIGTERM, SIGKILL, exit. Processes are forked ahead of need and become a
// container when they are told to: the start-up delay of a pod is the one that was drawn, not that of forking on a busy
// machine. With no spare left a pod's process is forked as soon as the pod is bound.
// Invariant: after `stopAll` resolved no process of this object is alive.

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { ErrorCode } from '../../model/errors.ts';
import { TestbedError } from '../../model/errors.ts';
import type { EmulatorConfig } from '../emulator/config.ts';
import type { FromPod, ToPod } from '../emulator/messages.ts';
import { ServedByPod } from './served-by-pod.ts';

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
  /** It said that nothing recorded is left. */
  told: boolean;
  tellTold: () => void;
  /** Null while it is a spare. */
  pod: number | null;
  readonly prepared: Promise<void>;
  asked: boolean;
  readonly exit: Promise<void>;
  stderr: string;
}

const nameOf = ({ pod }: PodProcess): string => (pod === null ? 'a spare pod' : `pod ${pod}`);

const MAIN = new URL('../emulator/main.ts', import.meta.url);
const KEPT_STDERR = 2000;
const PATIENCE_MILLIS = 3000;
const SERVED_PATIENCE_MILLIS = 1000;

export class PodProcesses {
  private readonly processes = new Map<number, PodProcess>();
  private readonly all = new Set<PodProcess>();
  private readonly events: PodProcessEvents;
  private readonly spares: PodProcess[] = [];
  /** By pod: requests that its processes met, complete after `stopAll`. */
  readonly served = new ServedByPod();
  /** Process ids of all that were ever started. */
  readonly startedIds: number[] = [];
  private sparesWanted: number;
  private restocking = false;
  private stopped = false;

  /** @param sparesWanted processes to keep forked ahead of need */
  constructor(events: PodProcessEvents, sparesWanted: number) {
    this.events = events;
    this.sparesWanted = sparesWanted;
  }

  /** Forks all spares; resolves when they are ready. */
  async stock(): Promise<void> {
    const missing = this.sparesWanted - this.spares.length;
    const forked = Array.from({ length: missing }, () => this.fork());
    this.spares.push(...forked);
    await Promise.all(forked.map(({ prepared }) => prepared));
  }

  /** Number of spares to hold from now on. */
  keep(spares: number): void {
    this.sparesWanted = spares;
  }

  /** Gives a process to a pod's container; resolves when it can start within a millisecond or two. */
  prepare(pod: number): Promise<void> {
    const spare = this.spares.shift();
    const entry = spare ?? this.fork();
    entry.pod = pod;
    this.processes.set(pod, entry);
    if (spare !== undefined) void this.restock();
    return entry.prepared;
  }

  /** One at a time: many forks at once would disturb the run more than a missing spare. */
  private async restock(): Promise<void> {
    if (this.restocking) return;
    this.restocking = true;
    while (!this.stopped && this.spares.length < this.sparesWanted) {
      const spare = this.fork();
      await spare.prepared;
      this.spares.push(spare);
    }
    this.restocking = false;
  }
  private fork(): PodProcess {
    const child = fork(MAIN, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], serialization: 'json' });
    const ready = Promise.withResolvers<undefined>();
    const gone = Promise.withResolvers<undefined>();
    const entry: PodProcess = {
      child,
      told: false,
      tellTold: () => undefined,
      pod: null,
      prepared: ready.promise,
      asked: false,
      exit: gone.promise,
      stderr: '',
    };
    this.all.add(entry);
    if (child.pid !== undefined) this.startedIds.push(child.pid);
    child.stderr?.on('data', (piece: Buffer) => {
      entry.stderr = (entry.stderr + piece.toString('utf8')).slice(-KEPT_STDERR);
    });
    child.on('message', (message: FromPod) => {
      if (message.kind === 'prepared') ready.resolve(undefined);
      else if (message.kind === 'served') this.hearServed(entry, message.rows, message.isLast);
      else this.heard(entry, message);
    });
    child.on('error', (cause) => {
      this.break(
        new TestbedError('TARGET_FAILED', `the process of ${nameOf(entry)} cannot be started: ${cause.message}`, {
          cause,
        }),
      );
    });
    child.on('exit', (code, signal) => {
      this.all.delete(entry);
      this.closeServed(entry);
      gone.resolve(undefined);
      ready.resolve(undefined);
      const { pod } = entry;
      if (pod === null || this.processes.get(pod) !== entry) return;
      this.processes.delete(pod);
      if (!this.stopped && !entry.asked && code !== 0 && entry.stderr !== '')
        this.break(
          new TestbedError(
            'TARGET_FAILED',
            `the process of ${nameOf(entry)} ended (${signal ?? String(code)}): ${entry.stderr.trim()}`,
          ),
        );
      else if (!this.stopped) this.events.exited(pod, entry.asked);
    });
    return entry;
  }

  /** The container starts: its doors open, its model loads. */
  async start(pod: number, config: EmulatorConfig, originMonotonicMillis: number): Promise<void> {
    const entry = this.processes.get(pod);
    if (entry === undefined) return;
    await entry.prepared;
    this.tell(entry, { kind: 'start', config, originMonotonicMillis });
  }

  /** Process id of the pod's container; null while it has none. */
  idOf(pod: number): number | null {
    return this.processes.get(pod)?.child.pid ?? null;
  }

  /** Tells the process of the pod's container something, if it has one. */
  say(pod: number, message: ToPod): void {
    const entry = this.processes.get(pod);
    if (entry !== undefined) this.tell(entry, message);
  }

  /** SIGTERM: the process finishes what it has and exits. */
  terminate(pod: number): void {
    this.signal(pod, 'SIGTERM');
  }

  kill(pod: number): void {
    this.signal(pod, 'SIGKILL');
  }

  /** Ends every process, by its own id; resolves when all are gone. */
  async stopAll(): Promise<void> {
    this.stopped = true;
    const left = [...this.all];
    await this.collectServed(left);
    for (const { child } of left) child.kill('SIGKILL');
    const patience = setTimeout(() => {
      for (const { child } of left) child.kill('SIGKILL');
    }, PATIENCE_MILLIS);
    await Promise.all(left.map(({ exit }) => exit));
    clearTimeout(patience);
  }

  /** Asks for what is not yet told; a process that does not answer in time loses it. */
  private async collectServed(of: readonly PodProcess[]): Promise<void> {
    const asked = of.filter(({ pod, child }) => pod !== null && child.connected);
    if (asked.length === 0) return;
    const all = asked.map((entry) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      entry.tellTold = () => resolve(undefined);
      this.tell(entry, { kind: 'tell-served' });
      return Promise.race([promise, entry.exit]);
    });
    const patience = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => patience.resolve(undefined), SERVED_PATIENCE_MILLIS);
    await Promise.race([Promise.all(all), patience.promise]);
    clearTimeout(timer);
  }

  private hearServed(entry: PodProcess, rows: readonly (number | null)[], isLast: boolean): void {
    if (entry.pod !== null) this.served.met(entry.pod, rows);
    if (!isLast) return;
    entry.told = true;
    entry.tellTold();
  }

  private closeServed({ pod, told }: PodProcess): void {
    if (pod !== null && !told) this.served.cutOff(pod);
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

  private heard(entry: PodProcess, message: Exclude<FromPod, { kind: 'prepared' | 'served' }>): void {
    const { pod } = entry;
    if (this.stopped || pod === null || this.processes.get(pod) !== entry) return;
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
