// Rows under way, integrated over time and kept by windows of a second: the engine's own side of Little's law. Events may
// come a little out of order, since an answer carries the moment at which it was read.

export const WINDOW_MILLIS = 1000;

/** Adds `weight` for every millisecond from `from` to `to` to the windows it falls into; backwards it is taken away. */
export const spread = (windows: number[], from: number, to: number, weight: number): void => {
  if (to < from) {
    spread(windows, to, from, -weight);
    return;
  }
  for (let at = Math.max(0, from); at < to;) {
    const window = Math.floor(at / WINDOW_MILLIS);
    const end = Math.min(to, (window + 1) * WINDOW_MILLIS);
    windows[window] = (windows[window] ?? 0) + weight * (end - at);
    at = end;
  }
};

export class InFlight {
  /** Row-milliseconds of each window; a window that saw nothing may be a hole. */
  readonly windows: number[] = [];
  private count = 0;
  private atMillis = 0;

  /** From `at` on there are `change` more rows under way. */
  account(at: number, change: number): void {
    if (this.count !== 0) spread(this.windows, this.atMillis, at, this.count);
    this.atMillis = at;
    this.count += change;
  }
}
