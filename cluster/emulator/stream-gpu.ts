// Live streams on the emulated GPU, frame by frame: the worker runs in steps, one step serves a chunk of every active
// stream that has one and takes s0 + s1·n seconds (calibration.md 4.2). What a stream sends faster or what the GPU
// serves slower piles up as its lag. Sessions beyond the cap wait in FIFO order with their audio buffered.

import type { StreamLaw } from '../../model/service-time.ts';
import type { ScaledClock } from './scaled-clock.ts';

export interface StreamListener {
  /** The session got its place. */
  readonly admitted: () => void;
  /** Audio up to this many seconds from its start has been understood. */
  readonly heard: (audioSeconds: number) => void;
}

export class StreamSession {
  readonly listener: StreamListener;
  /** Seconds of audio received and understood so far. */
  received = 0;
  heard = 0;
  /** No more audio comes: the rest counts as a chunk, however short. */
  ended = false;
  /** Its caller hung up and what it sent is still being served: nobody listens any more. */
  orphan = false;
  constructor(listener: StreamListener) {
    this.listener = listener;
  }
}

export class StreamGpu {
  private readonly law: StreamLaw;
  private readonly clock: ScaledClock;
  private readonly sessions = new Set<StreamSession>();
  private readonly queue: StreamSession[] = [];
  private cancelStep: (() => void) | null = null;

  constructor(law: StreamLaw, clock: ScaledClock) {
    this.law = law;
    this.clock = clock;
  }

  active(): number {
    return this.sessions.size;
  }

  waiting(): number {
    return this.queue.length;
  }

  isFull(): boolean {
    return this.sessions.size >= this.law.cap;
  }

  /** Share of the chunk period that steps take, percent. */
  gpuPercent(): number {
    return this.sessions.size === 0 ? 0 : (100 * this.stepSeconds()) / this.law.chunk;
  }

  open(session: StreamSession): void {
    if (this.isFull()) this.queue.push(session);
    else this.admit(session);
  }

  /** `seconds` more audio of this session are here. */
  credit(session: StreamSession, seconds: number): void {
    session.received += seconds;
    this.wake();
  }

  end(session: StreamSession): void {
    session.ended = true;
    this.wake();
  }

  close(session: StreamSession): void {
    const at = this.queue.indexOf(session);
    if (at !== -1) this.queue.splice(at, 1);
    if (!this.sessions.delete(session)) return;
    const next = this.queue.shift();
    if (next !== undefined) this.admit(next);
  }

  /** The caller hung up: what it sent is served to the end, then its place is free. One that waits leaves the queue. */
  disown(session: StreamSession): void {
    session.ended = true;
    session.orphan = true;
    if (!this.sessions.has(session) || !this.hasChunk(session)) this.close(session);
  }

  stop(): void {
    this.cancelStep?.();
  }

  private stepSeconds(): number {
    return this.law.s0 + this.law.s1 * this.sessions.size;
  }

  private admit(session: StreamSession): void {
    this.sessions.add(session);
    session.listener.admitted();
    this.wake();
  }

  /** Rounding of many frame lengths must not hold back a chunk that is complete. */
  private hasChunk(session: StreamSession): boolean {
    const pending = session.received - session.heard;
    return pending >= this.law.chunk - 1e-6 || (session.ended && pending > 1e-6);
  }

  private wake(): void {
    if (this.cancelStep !== null) return;
    const served = [...this.sessions].filter((session) => this.hasChunk(session));
    if (served.length === 0) return;
    this.step(this.clock.now(), served);
  }

  /** Starts a step at `from` (the end of the step before it, not the moment a late timer fired). */
  private step(from: number, served: readonly StreamSession[]): void {
    const end = from + this.stepSeconds() * 1000;
    this.cancelStep = this.clock.at(end, () => {
      this.cancelStep = null;
      for (const session of served) {
        if (!this.sessions.has(session)) continue;
        session.heard += Math.min(this.law.chunk, session.received - session.heard);
        if (!session.orphan) session.listener.heard(session.heard);
        else if (!this.hasChunk(session)) this.close(session);
      }
      const more = [...this.sessions].filter((session) => this.hasChunk(session));
      // Steps follow each other without a gap only while there was work when the last one ended.
      if (more.length > 0) this.step(this.clock.now() - end > this.law.chunk * 1000 ? this.clock.now() : end, more);
    });
  }
}
