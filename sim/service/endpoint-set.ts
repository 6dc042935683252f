// The pods that the balancer may choose from, in the order in which they joined, with the load of each.
// Answers "the k-th eligible" and "the least loaded, earliest joined" in O(log pods): a tree over the positions holds
// the number of eligible pods and the smallest load below each node. Simple twin and oracle: endpoint-set.test.ts.

/** More than any load; marks positions that are empty or not eligible. */
const NOBODY = 2 ** 30;

/** A pod is eligible while its load is below `cap`; loads count requests. */
export class EndpointSet {
  private readonly cap: number;
  /** Number of leaves, a power of two; node i has children 2i and 2i + 1, leaf p is node leaves + p. */
  private leaves = 8;
  private eligible = new Int32Array(16);
  private least = new Int32Array(16).fill(NOBODY);
  private podAt = new Int32Array(8).fill(-1);
  private loadAt = new Int32Array(8);
  /** Position of each pod, −1 if it is not in the set; pods are small numbers. */
  private position = new Int32Array(64).fill(-1);
  private end = 0;
  /** Pods that joined and have not left. */
  size = 0;

  constructor(cap: number) {
    this.cap = cap;
  }

  get eligibleCount(): number {
    return this.eligible[1]!;
  }

  has(pod: number): boolean {
    return this.positionOf(pod) >= 0;
  }

  join(pod: number, load: number): void {
    if (this.end === this.leaves) this.rebuild();
    const at = this.end++;
    this.setPosition(pod, at);
    this.size += 1;
    this.podAt[at] = pod;
    this.write(at, load);
  }

  leave(pod: number): void {
    const at = this.positionOf(pod);
    this.position[pod] = -1;
    this.size -= 1;
    this.podAt[at] = -1;
    this.write(at, NOBODY);
  }

  /** Tells the load of a pod; one that is not in the set is ignored. */
  setLoad(pod: number, load: number): void {
    const at = this.positionOf(pod);
    if (at >= 0 && this.loadAt[at] !== load) this.write(at, load);
  }

  loadOf(pod: number): number {
    return this.loadAt[this.positionOf(pod)]!;
  }

  /** The k-th eligible pod (from 0) in the order of joining. Needs k < eligibleCount. */
  select(k: number): number {
    let node = 1;
    let left = k;
    while (node < this.leaves) {
      node *= 2;
      const before = this.eligible[node]!;
      if (left >= before) {
        left -= before;
        node += 1;
      }
    }
    return this.podAt[node - this.leaves]!;
  }

  /** The eligible pod with the least load, the earliest joined among equals. Needs eligibleCount > 0. */
  leastLoaded(): number {
    let node = 1;
    while (node < this.leaves) node = this.least[2 * node]! <= this.least[2 * node + 1]! ? 2 * node : 2 * node + 1;
    return this.podAt[node - this.leaves]!;
  }

  private positionOf(pod: number): number {
    return pod < this.position.length ? this.position[pod]! : -1;
  }

  private setPosition(pod: number, at: number): void {
    if (pod >= this.position.length) {
      const position = new Int32Array(2 * pod).fill(-1);
      position.set(this.position);
      this.position = position;
    }
    this.position[pod] = at;
  }

  private write(at: number, load: number): void {
    this.loadAt[at] = load;
    let node = this.leaves + at;
    const free = load < this.cap && load < NOBODY;
    this.eligible[node] = free ? 1 : 0;
    this.least[node] = free ? load : NOBODY;
    for (node >>= 1; node >= 1; node >>= 1) {
      const left = 2 * node;
      this.eligible[node] = this.eligible[left]! + this.eligible[left + 1]!;
      this.least[node] = Math.min(this.least[left]!, this.least[left + 1]!);
    }
  }

  /** Closes the gaps that leavers left and doubles the room if it is still more than half full: O(1) per join, amortised. */
  private rebuild(): void {
    const kept: [pod: number, load: number][] = [];
    for (let at = 0; at < this.end; at++) if (this.podAt[at]! >= 0) kept.push([this.podAt[at]!, this.loadAt[at]!]);
    while (kept.length > this.leaves / 2) this.leaves *= 2;
    this.eligible = new Int32Array(2 * this.leaves);
    this.least = new Int32Array(2 * this.leaves).fill(NOBODY);
    this.podAt = new Int32Array(this.leaves).fill(-1);
    this.loadAt = new Int32Array(this.leaves);
    this.end = 0;
    this.size = 0;
    for (const [pod, load] of kept) this.join(pod, load);
  }
}
