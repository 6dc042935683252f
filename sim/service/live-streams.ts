// Live streams on one pod: a step serves all n of them in s(n) = s0 + s1·n; while s(n) exceeds the chunk period P every
// stream falls behind by (s(n) − P)/P seconds per second, and catches up by the same formula below (calibration.md 4.2).
// A session ends one step after its audio, plus the lag it has then. Takes instants in milliseconds as arguments.

import type { StreamLaw } from '../../model/service-time.ts';

interface Session {
  readonly id: number;
  /** Drift and number of turning points when it was admitted. */
  readonly drift: number;
  readonly turns: number;
  /** Tells equal instants apart. */
  readonly order: number;
  readonly admittedMillis: number;
  dueMillis: number;
  /** Null until the audio has ended. */
  lagSeconds: number | null;
}

export interface EndedSession {
  readonly id: number;
  readonly admittedMillis: number;
  /** Largest lag it had, seconds. */
  readonly lagSeconds: number;
}

/**
 * The drift D is the integral of (s(n) − P)/P over the time somebody was active; the lag of a session admitted at u is
 * D(t) − min D over [u, t], so it never falls below 0. D is piecewise linear: its turning points are kept while anybody
 * is active, and the end of a session reads those of its own life. With s(n) < P throughout there are none.
 */
export class LiveStreams {
  private readonly law: StreamLaw;
  private readonly heap: Session[] = [];
  private turns: number[] = [];
  private drift = 0;
  private rising = false;
  private lastMillis = 0;
  private admissions = 0;

  constructor(law: StreamLaw) {
    this.law = law;
  }

  /** Sessions that hold a place. */
  get count(): number {
    return this.heap.length;
  }

  /** Time of one step with the present sessions, milliseconds. */
  stepMillis(): number {
    return 1000 * (this.law.s0 + this.law.s1 * this.count);
  }

  admit(now: number, id: number, audioSeconds: number): void {
    this.advance(now);
    if (this.count === 0) {
      this.drift = 0;
      this.turns = [];
      this.rising = false;
    }
    const dueMillis = now + audioSeconds * 1000;
    this.add({
      id,
      drift: this.drift,
      turns: this.turns.length,
      order: this.admissions++,
      admittedMillis: now,
      dueMillis,
      lagSeconds: null,
    });
    this.turn();
  }

  /** When a session next ends its audio or is answered to the end; Infinity without sessions. */
  nextMillis(): number {
    return this.heap[0]?.dueMillis ?? Infinity;
  }

  /** Lets the next instant happen; the session that it ended, or null if it was only the end of its audio. */
  step(): EndedSession | null {
    const session = this.heap[0]!;
    this.advance(session.dueMillis);
    if (session.lagSeconds !== null) {
      this.removeAt(0);
      this.turn();
      return { id: session.id, admittedMillis: session.admittedMillis, lagSeconds: session.lagSeconds };
    }
    const { last, largest } = this.lagOf(session);
    session.lagSeconds = largest;
    session.dueMillis += last * 1000 + this.stepMillis();
    this.sink(0);
    return null;
  }

  /** Takes a session out before its end; false if it has no place here. */
  abandon(now: number, id: number): boolean {
    const at = this.heap.findIndex((session) => session.id === id);
    if (at < 0) return false;
    this.advance(now);
    this.removeAt(at);
    this.turn();
    return true;
  }

  /** Its caller sends no more audio: it ends as a session whose audio is over. False if it has no place here. */
  endAudio(now: number, id: number): boolean {
    const at = this.heap.findIndex((session) => session.id === id);
    if (at < 0) return false;
    this.advance(now);
    const session = this.heap[at]!;
    // Past the end of its audio only the answer is outstanding, and that is on its way.
    if (session.lagSeconds !== null) return true;
    session.dueMillis = now;
    this.rise(at);
    return true;
  }

  /** Largest lag so far, seconds; null if it has no place here. */
  lagOfSession(now: number, id: number): number | null {
    const session = this.heap.find((one) => one.id === id);
    if (session === undefined) return null;
    this.advance(now);
    return session.lagSeconds ?? this.lagOf(session).largest;
  }

  /** Takes everybody out, in the order of admission, with the largest lag so far. */
  clear(now: number): EndedSession[] {
    this.advance(now);
    const inside = [...this.heap].sort((x, y) => x.order - y.order);
    this.heap.length = 0;
    return inside.map((session) => ({
      id: session.id,
      admittedMillis: session.admittedMillis,
      lagSeconds: session.lagSeconds ?? this.lagOf(session).largest,
    }));
  }

  private lagOf(session: Session): { last: number; largest: number } {
    let low = session.drift;
    let largest = 0;
    for (let i = session.turns; i < this.turns.length; i++) {
      low = Math.min(low, this.turns[i]!);
      largest = Math.max(largest, this.turns[i]! - low);
    }
    const last = this.drift - Math.min(low, this.drift);
    return { last, largest: Math.max(largest, last) };
  }

  private slope(): number {
    return this.count === 0 ? 0 : this.stepMillis() / (1000 * this.law.chunk) - 1;
  }

  private advance(now: number): void {
    this.drift += (this.slope() * (now - this.lastMillis)) / 1000;
    this.lastMillis = now;
  }

  /** Keeps the drift as a turning point if its direction has just changed. */
  private turn(): void {
    const rising = this.slope() > 0;
    if (rising !== this.rising) this.turns.push(this.drift);
    this.rising = rising;
  }

  private add(session: Session): void {
    this.heap.push(session);
    this.rise(this.heap.length - 1);
  }

  private removeAt(hole: number): void {
    const last = this.heap.pop()!;
    if (hole === this.heap.length) return;
    this.heap[hole] = last;
    this.sink(this.rise(hole));
  }

  /** Moves a session up to its place; returns where that is. */
  private rise(from: number): number {
    const session = this.heap[from]!;
    let at = from;
    for (let up = (at - 1) >> 1; at > 0 && before(session, this.heap[up]!); up = (at - 1) >> 1) {
      this.heap[at] = this.heap[up]!;
      at = up;
    }
    this.heap[at] = session;
    return at;
  }

  private sink(from: number): void {
    const session = this.heap[from]!;
    let at = from;
    for (let down = 2 * at + 1; down < this.heap.length; down = 2 * at + 1) {
      if (down + 1 < this.heap.length && before(this.heap[down + 1]!, this.heap[down]!)) down += 1;
      if (before(session, this.heap[down]!)) break;
      this.heap[at] = this.heap[down]!;
      at = down;
    }
    this.heap[at] = session;
  }
}

const before = (x: Session, y: Session): boolean =>
  x.dueMillis < y.dueMillis || (x.dueMillis === y.dueMillis && x.order < y.order);
