// The road from a replay to a load worker in a pod: one WebSocket, on which goes what a forked worker is told over IPC, the
// schedule ahead of it with its hash back, and questions for the pod's clock, by which its worker is given the origin.

import { deserialize, serialize } from 'node:v8';
import type { WebSocket } from 'undici';
import { monotonicMillis } from '../cluster/emulator/scaled-clock.ts';
import type { ClockOffset } from '../cluster/existing/clock-offset.ts';
import { offsetOf } from '../cluster/existing/clock-offset.ts';
import { TestbedError } from '../model/errors.ts';
import type { Schedule } from '../model/schedule.ts';
import type { LinkListener, WorkerLink } from './replay/worker-link.ts';
import type { FromWorker, ToWorker } from './replay/worker-messages.ts';

type Begin = Extract<ToWorker, { kind: 'begin' }>;

export type ToPod =
  | Exclude<ToWorker, Begin>
  | Omit<Begin, 'schedule'>
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  | { readonly kind: 'clock' };

export type FromPod =
  | FromWorker
  | { readonly kind: 'schedule'; readonly hash: string }
  | { readonly kind: 'clock'; readonly atMonotonicMillis: number };

/** Where a pod listens. */
export const LOAD_PORT = 7171;
/** Changes with the messages: an image of another version does not answer. */
const PROTOCOL = 'surgelab-load-1';

/** @param token known to whoever made the pod */
export const linkPath = (token: string): string => `/${PROTOCOL}/${token}`;

export const encoded = (message: ToPod | FromPod): Buffer => serialize(message);
export const decoded = (bytes: ArrayBuffer | Buffer): unknown =>
  deserialize(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);

/** For the answer to one question; the schedule is hashed in between. */
const ANSWER_MILLIS = 10_000;
/** Questions for a clock: the quickest answer says most. */
const CLOCK_TIMES = 15;

export class PodLink {
  private readonly socket: WebSocket;
  private readonly name: string;
  private listener: LinkListener | null = null;
  private gone: string | null = null;
  private answer: PromiseWithResolvers<FromPod> | null = null;
  private readonly unheard: FromWorker[] = [];

  /** @param socket an open one, whose other end is load-job-main.ts. @param name of the pod */
  constructor(socket: WebSocket, name: string) {
    this.socket = socket;
    this.name = name;
    socket.addEventListener('message', ({ data }) => this.take(decoded(data as ArrayBuffer) as FromPod));
    socket.addEventListener('close', ({ code }) => this.end(`lost its link (code ${code})`));
  }

  get isOpen(): boolean {
    return this.gone === null;
  }

  /** Hands out the schedule and has its hash compared. Throws TARGET_FAILED, SCHEDULE_HASH_MISMATCH. */
  async handOut(schedule: Schedule, hash: string): Promise<void> {
    const answer = await this.ask({ kind: 'schedule', schedule });
    if (answer.kind === 'schedule' && answer.hash === hash) return;
    throw new TestbedError('SCHEDULE_HASH_MISMATCH', `${this.name} read another schedule than it was sent`, {
      hint: 'is --image of this version?',
    });
  }

  /** The pod's monotonic clock minus ours, for as long as the link holds; what is not known is off by infinity. */
  async clock(): Promise<ClockOffset> {
    const answers: { from: number; at: number; to: number }[] = [];
    try {
      for (let i = 0; i < CLOCK_TIMES; i++) {
        const from = monotonicMillis();
        const answer = await this.ask({ kind: 'clock' });
        if (answer.kind === 'clock') answers.push({ from, at: answer.atMonotonicMillis, to: monotonicMillis() });
      }
    } catch {
      // The link broke: what was answered until then counts.
    }
    return offsetOf(answers);
  }

  /** The worker behind the link. @param aheadMillis its clock minus ours */
  worker(listener: LinkListener, aheadMillis: number): WorkerLink {
    this.listener = listener;
    queueMicrotask(() => {
      for (const message of this.unheard.splice(0)) listener.hear(message);
      if (this.gone !== null) listener.gone(this.gone);
    });
    return {
      pid: null,
      send: (message) => {
        if (message.kind !== 'begin') {
          this.send(message);
          return;
        }
        const { schedule: _, ...begin } = message;
        this.send({ ...begin, originMonotonicMillis: message.originMonotonicMillis + aheadMillis });
      },
      end: () => {
        this.socket.close();
        this.end('did not answer');
      },
    };
  }

  close(): void {
    this.socket.close();
  }

  private send(message: ToPod): void {
    if (this.isOpen) this.socket.send(encoded(message));
  }

  private ask(message: ToPod): Promise<FromPod> {
    if (this.gone !== null) return Promise.reject(new TestbedError('TARGET_FAILED', `${this.name} ${this.gone}`));
    const asked = Promise.withResolvers<FromPod>();
    this.answer = asked;
    this.send(message);
    const late = setTimeout(() => {
      asked.reject(new TestbedError('TARGET_FAILED', `${this.name} did not answer in ${ANSWER_MILLIS / 1000} s`));
    }, ANSWER_MILLIS);
    return asked.promise.finally(() => clearTimeout(late));
  }

  private take(message: FromPod): void {
    if (message.kind === 'schedule' || message.kind === 'clock') this.answer?.resolve(message);
    else if (this.listener === null) this.unheard.push(message);
    else this.listener.hear(message);
  }

  private end(what: string): void {
    if (this.gone !== null) return;
    this.gone = what;
    this.answer?.reject(new TestbedError('TARGET_FAILED', `${this.name} ${what}`));
    this.listener?.gone(what);
  }
}
