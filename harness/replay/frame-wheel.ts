// One wheel for the frames of all live sessions of a process: frame k of a session is due at t0 + k·d; on wake everything
// due is sent; lateness is recorded (load-generation.md 5.1). Sessions keep the phase of their own start.

import type { ScaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { LatenessCounter } from './lateness.ts';

export interface FrameSource {
  /** Sends frame `k`; false when there is no further frame. */
  readonly frame: (k: number) => boolean;
}

interface Turn {
  dueMillis: number;
  k: number;
  readonly periodMillis: number;
  readonly originMillis: number;
  readonly source: FrameSource;
  stopped: boolean;
}

export class FrameWheel {
  /** Real milliseconds by which frames were late. */
  readonly lateness = new LatenessCounter();
  /** Frames that were due when an earlier frame of their session had not been sent yet: a microphone cannot do that. */
  catchUps = 0;
  private readonly clock: ScaledClock;
  /** Heap by due time, the earliest at 0. */
  private readonly heap: Turn[] = [];
  private cancel: (() => void) | null = null;
  private armedFor = Infinity;

  constructor(clock: ScaledClock) {
    this.clock = clock;
  }

  /** Begins a session at `originMillis` (virtual); returns how to stop it. */
  add(originMillis: number, periodMillis: number, source: FrameSource): () => void {
    const turn: Turn = { dueMillis: originMillis, k: 0, periodMillis, originMillis, source, stopped: false };
    this.push(turn);
    this.arm();
    return () => {
      turn.stopped = true;
    };
  }

  stop(): void {
    this.cancel?.();
    this.heap.length = 0;
  }

  private wake(): void {
    this.cancel = null;
    this.armedFor = Infinity;
    const now = this.clock.now();
    for (let turn = this.heap[0]; turn !== undefined && turn.dueMillis <= now; turn = this.heap[0]) {
      if (!turn.stopped) {
        this.lateness.add((now - turn.dueMillis) / this.clock.timeScale);
        if (turn.dueMillis + turn.periodMillis <= now) this.catchUps += 1;
        if (turn.source.frame(turn.k)) {
          turn.k += 1;
          turn.dueMillis = turn.originMillis + turn.k * turn.periodMillis;
          this.sink();
          continue;
        }
      }
      this.dropFirst();
    }
    this.arm();
  }

  private arm(): void {
    const first = this.heap[0];
    if (first === undefined || first.dueMillis >= this.armedFor) return;
    this.cancel?.();
    this.armedFor = first.dueMillis;
    this.cancel = this.clock.at(first.dueMillis, () => this.wake());
  }

  private push(turn: Turn): void {
    let at = this.heap.length;
    this.heap.push(turn);
    for (let up = (at - 1) >> 1; at > 0 && turn.dueMillis < this.heap[up]!.dueMillis; up = (at - 1) >> 1) {
      this.heap[at] = this.heap[up]!;
      at = up;
    }
    this.heap[at] = turn;
  }

  private dropFirst(): void {
    const last = this.heap.pop()!;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private sink(): void {
    const turn = this.heap[0]!;
    let at = 0;
    for (let down = 1; down < this.heap.length; down = 2 * at + 1) {
      if (down + 1 < this.heap.length && this.heap[down + 1]!.dueMillis < this.heap[down]!.dueMillis) down += 1;
      if (turn.dueMillis <= this.heap[down]!.dueMillis) break;
      this.heap[at] = this.heap[down]!;
      at = down;
    }
    this.heap[at] = turn;
  }
}
