// Order of elements by value as the engine's sort, topk and bottomk leave it, ties included: adapter and `sort` users
// see that order. The engine keeps the k best in a binary heap (container/heap) and sorts with Go's pattern-defeating
// quicksort, which is not stable; both are followed step by step so that ties end up where they do in the real server.

/** Whether value a comes before value b. */
export type Before = (a: number, b: number) => boolean;

/** Ascending, NaN first: the root of a topk heap is the worst kept element. */
export const topOrder: Before = (a, b) => Number.isNaN(a) || a < b;
/** Descending, NaN first. */
export const bottomOrder: Before = (a, b) => Number.isNaN(a) || a > b;

/** Keeps the k elements that `before` puts last. Elements are indices into `values`. */
export class KeepBest {
  private readonly k: number;
  private readonly before: Before;
  private readonly values: readonly number[];
  private readonly heap: number[] = [];

  constructor(k: number, before: Before, values: readonly number[]) {
    this.k = k;
    this.before = before;
    this.values = values;
  }

  offer(index: number): void {
    const { heap, values } = this;
    if (heap.length < this.k) {
      heap.push(index);
      this.up(heap.length - 1);
      return;
    }
    const worst = values[heap[0]!]!;
    const value = values[index]!;
    // A number replaces a NaN, a NaN replaces nothing.
    if (Number.isNaN(value) || !(Number.isNaN(worst) || this.before(worst, value))) return;
    heap[0] = index;
    this.down(0);
  }

  /** Best first. */
  sorted(): number[] {
    const { before, values } = this;
    return sortIndices(this.heap, (a, b) => before(values[b]!, values[a]!));
  }

  private less(i: number, j: number): boolean {
    return this.before(this.values[this.heap[i]!]!, this.values[this.heap[j]!]!);
  }

  private swap(i: number, j: number): void {
    const kept = this.heap[i]!;
    this.heap[i] = this.heap[j]!;
    this.heap[j] = kept;
  }

  private up(start: number): void {
    let j = start;
    while (j > 0) {
      const parent = (j - 1) >> 1;
      if (!this.less(j, parent)) break;
      this.swap(parent, j);
      j = parent;
    }
  }

  private down(start: number): void {
    const n = this.heap.length;
    for (let i = start; ;) {
      let child = 2 * i + 1;
      if (child >= n) return;
      if (child + 1 < n && this.less(child + 1, child)) child += 1;
      if (!this.less(child, i)) return;
      this.swap(i, child);
      i = child;
    }
  }
}

/** `indices` sorted by `less` as Go's sort.Sort would leave them. */
export const sortIndices = (indices: readonly number[], less: (a: number, b: number) => boolean): number[] => {
  const out = [...indices];
  new PatternDefeatingSort(out, less).sort();
  return out;
};

const INSERTION_LENGTH = 12;
const NINTHER_LENGTH = 50;
const SHORT_LENGTH = 8;
const PARTIAL_STEPS = 5;

/** Go's sort.Sort (pdqsort of Orson Peters with Go's constants) over an array of indices. */
class PatternDefeatingSort {
  private readonly data: number[];
  private readonly lessThan: (a: number, b: number) => boolean;

  constructor(data: number[], lessThan: (a: number, b: number) => boolean) {
    this.data = data;
    this.lessThan = lessThan;
  }

  sort(): void {
    this.range(0, this.data.length, 32 - Math.clz32(this.data.length));
  }

  private less(i: number, j: number): boolean {
    return this.lessThan(this.data[i]!, this.data[j]!);
  }

  private swap(i: number, j: number): void {
    const kept = this.data[i]!;
    this.data[i] = this.data[j]!;
    this.data[j] = kept;
  }

  private range(start: number, end: number, badChoices: number): void {
    let a = start;
    let b = end;
    let limit = badChoices;
    let balanced = true;
    let partitioned = true;
    for (;;) {
      const length = b - a;
      if (length <= INSERTION_LENGTH) {
        this.insertion(a, b);
        return;
      }
      if (limit === 0) {
        this.heapSort(a, b);
        return;
      }
      if (!balanced) {
        this.breakPatterns(a, b);
        limit -= 1;
      }
      let { pivot, hint } = this.choosePivot(a, b);
      if (hint === 'decreasing') {
        for (let i = a, j = b - 1; i < j; i++, j--) this.swap(i, j);
        pivot = b - 1 - (pivot - a);
        hint = 'increasing';
      }
      if (balanced && partitioned && hint === 'increasing' && this.partialInsertion(a, b)) return;
      if (a > 0 && !this.less(a - 1, pivot)) {
        a = this.partitionEqual(a, b, pivot);
        continue;
      }
      const { middle, already } = this.partition(a, b, pivot);
      partitioned = already;
      const left = middle - a;
      const right = b - middle;
      const threshold = Math.floor(length / 8);
      balanced = Math.min(left, right) >= threshold;
      if (left < right) {
        this.range(a, middle, limit);
        a = middle + 1;
      } else {
        this.range(middle + 1, b, limit);
        b = middle;
      }
    }
  }

  private insertion(a: number, b: number): void {
    for (let i = a + 1; i < b; i++) for (let j = i; j > a && this.less(j, j - 1); j--) this.swap(j, j - 1);
  }

  private siftDown(low: number, high: number, first: number): void {
    for (let root = low; ;) {
      let child = 2 * root + 1;
      if (child >= high) return;
      if (child + 1 < high && this.less(first + child, first + child + 1)) child += 1;
      if (!this.less(first + root, first + child)) return;
      this.swap(first + root, first + child);
      root = child;
    }
  }

  private heapSort(a: number, b: number): void {
    const high = b - a;
    for (let i = (high - 1) >> 1; i >= 0; i--) this.siftDown(i, high, a);
    for (let i = high - 1; i >= 0; i--) {
      this.swap(a, a + i);
      this.siftDown(0, i, a);
    }
  }

  private partition(a: number, b: number, pivot: number): { middle: number; already: boolean } {
    this.swap(a, pivot);
    let i = a + 1;
    let j = b - 1;
    while (i <= j && this.less(i, a)) i += 1;
    while (i <= j && !this.less(j, a)) j -= 1;
    if (i > j) {
      this.swap(j, a);
      return { middle: j, already: true };
    }
    this.swap(i, j);
    i += 1;
    j -= 1;
    for (;;) {
      while (i <= j && this.less(i, a)) i += 1;
      while (i <= j && !this.less(j, a)) j -= 1;
      if (i > j) break;
      this.swap(i, j);
      i += 1;
      j -= 1;
    }
    this.swap(j, a);
    return { middle: j, already: false };
  }

  private partitionEqual(a: number, b: number, pivot: number): number {
    this.swap(a, pivot);
    let i = a + 1;
    let j = b - 1;
    for (;;) {
      while (i <= j && !this.less(a, i)) i += 1;
      while (i <= j && this.less(a, j)) j -= 1;
      if (i > j) return i;
      this.swap(i, j);
      i += 1;
      j -= 1;
    }
  }

  /** Sorts an almost sorted range with a few shifts; false if it gave up. */
  private partialInsertion(a: number, b: number): boolean {
    let i = a + 1;
    for (let step = 0; step < PARTIAL_STEPS; step++) {
      while (i < b && !this.less(i, i - 1)) i += 1;
      if (i === b) return true;
      if (b - a < NINTHER_LENGTH) return false;
      this.swap(i, i - 1);
      if (i - a >= 2) for (let j = i - 1; j >= 1 && this.less(j, j - 1); j--) this.swap(j, j - 1);
      if (b - i >= 2) for (let j = i + 1; j < b && this.less(j, j - 1); j++) this.swap(j, j - 1);
    }
    return false;
  }

  /** Scatters three elements by a xorshift that is seeded with the length, as Go does: the same every time. */
  private breakPatterns(a: number, b: number): void {
    const length = b - a;
    let random = BigInt(length);
    const mask = 2 ** (32 - Math.clz32(length)) - 1;
    const start = a + Math.floor(length / 4) * 2 - 1;
    for (let i = 0; i < 3; i++) {
      random ^= BigInt.asUintN(64, random << 13n);
      random ^= random >> 7n;
      random ^= BigInt.asUintN(64, random << 17n);
      let other = Number(random & BigInt(mask));
      if (other >= length) other -= length;
      this.swap(start + i, a + other);
    }
  }

  private choosePivot(a: number, b: number): { pivot: number; hint: 'increasing' | 'decreasing' | 'unknown' } {
    const length = b - a;
    const quarter = Math.floor(length / 4);
    let swaps = 0;
    let i = a + quarter;
    let j = a + quarter * 2;
    let k = a + quarter * 3;
    const median = (x: number, y: number, z: number): number => {
      let [p, q, r] = [x, y, z];
      if (this.less(q, p)) [p, q, swaps] = [q, p, swaps + 1];
      if (this.less(r, q)) [q, r, swaps] = [r, q, swaps + 1];
      if (this.less(q, p)) [p, q, swaps] = [q, p, swaps + 1];
      return q;
    };
    if (length >= SHORT_LENGTH) {
      if (length >= NINTHER_LENGTH) {
        i = median(i - 1, i, i + 1);
        j = median(j - 1, j, j + 1);
        k = median(k - 1, k, k + 1);
      }
      j = median(i, j, k);
    }
    const most = 4 * 3;
    return { pivot: j, hint: swaps === 0 ? 'increasing' : swaps === most ? 'decreasing' : 'unknown' };
  }
}
