// A queue of requests in order of arrival, each with a number of its own (its work), whose members may leave from the
// middle. Every operation costs O(1) amortised; a ticket is the position since the beginning of time.

export class Fifo {
  /** Requests waiting. */
  length = 0;
  /** Work of the request that `shift` gave last. */
  shiftedWork = 0;
  private ids = new Int32Array(64).fill(-1);
  private works = new Float64Array(64);
  private head = 0;
  private tail = 0;

  /** Appends a request (≥ 0) and returns its ticket. */
  push(id: number, work: number): number {
    if (this.tail - this.head === this.ids.length) this.grow();
    const at = this.tail % this.ids.length;
    this.ids[at] = id;
    this.works[at] = work;
    this.length += 1;
    return this.tail++;
  }

  /** Takes the first request; −1 if none waits. */
  shift(): number {
    while (this.head < this.tail) {
      const at = this.head++ % this.ids.length;
      const id = this.ids[at]!;
      if (id < 0) continue;
      this.length -= 1;
      this.shiftedWork = this.works[at]!;
      return id;
    }
    return -1;
  }

  /** Takes out the request that holds this ticket. Needs: it still waits. */
  leave(ticket: number): void {
    this.ids[ticket % this.ids.length] = -1;
    this.length -= 1;
  }

  /** The ticket of a request, searched from the head (who gives up has mostly waited longest); −1 if it does not wait. */
  ticketOf(id: number): number {
    for (let ticket = this.head; ticket < this.tail; ticket++)
      if (this.ids[ticket % this.ids.length] === id) return ticket;
    return -1;
  }

  private grow(): void {
    const { ids, works, head, tail } = this;
    this.ids = new Int32Array(ids.length * 2).fill(-1);
    this.works = new Float64Array(works.length * 2);
    for (let i = head; i < tail; i++) {
      this.ids[i % this.ids.length] = ids[i % ids.length]!;
      this.works[i % this.works.length] = works[i % works.length]!;
    }
  }
}
