// Counts latenesses in tenths of a millisecond, in fixed memory however long the run. Takes real milliseconds; gives
// quantiles by nearest rank with an error of at most one bucket.

const BUCKETS = 20_000;
const PER_MILLI = 10;

export class LatenessCounter {
  count = 0;
  max = 0;
  private readonly buckets = new Uint32Array(BUCKETS + 1);

  add(millis: number): void {
    this.count += 1;
    if (millis > this.max) this.max = millis;
    this.buckets[Math.min(BUCKETS, Math.max(0, Math.floor(millis * PER_MILLI)))]! += 1;
  }

  /** Upper edge of the bucket that holds the quantile, at most `max`; null without data. */
  quantile(q: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (let i = 0; i <= BUCKETS; i++) {
      seen += this.buckets[i]!;
      if (seen >= rank) return i === BUCKETS ? this.max : Math.min(this.max, (i + 1) / PER_MILLI);
    }
    return this.max;
  }
}
