// A queue of requests in order of arrival whose members may leave from the middle. Takes and gives numbers.
// Every operation costs O(1) amortised; a ticket is the position since the beginning of time.

export class Fifo {
  /** Requests waiting. */
  length = 0;
  private ring = new Int32Array(64).fill(-1);
  private head = 0;
  private tail = 0;

  /** Appends a request (≥ 0) and returns its ticket. */
  push(id: number): number {
    if (this.tail - this.head === this.ring.length) this.grow();
    this.ring[this.tail % this.ring.length] = id;
    this.length += 1;
    return this.tail++;
  }

  /** Takes the first request; −1 if none waits. */
  shift(): number {
    while (this.head < this.tail) {
      const id = this.ring[this.head % this.ring.length]!;
      this.head += 1;
      if (id < 0) continue;
      this.length -= 1;
      return id;
    }
    return -1;
  }

  /** Takes out the request that holds this ticket. Needs: it still waits. */
  leave(ticket: number): void {
    this.ring[ticket % this.ring.length] = -1;
    this.length -= 1;
  }

  private grow(): void {
    const ring = new Int32Array(this.ring.length * 2).fill(-1);
    for (let i = this.head; i < this.tail; i++) ring[i % ring.length] = this.ring[i % this.ring.length]!;
    this.ring = ring;
  }
}
