// How many bytes one series takes in Prometheus' blocks: the size of its XOR chunks, counted bit by bit without writing
// them (metrics-path.md 2.1 and 2.2; tsdb/chunkenc/xor.go, tsdb/head_append.go). Fast path: one call per stored sample.

/** Blocks and head chunks are cut at multiples of this. */
const BLOCK_RANGE_MILLIS = 7_200_000;
/** After a quarter of this the end of the chunk is predicted; at twice this it is cut. */
const SAMPLES_PER_CHUNK = 120;
/** A chunk larger than this is cut before the next sample: 1024 less the largest sample (19 B). */
const MAX_CHUNK_BYTES = 1005;
/** Encoding byte and checksum of a chunk on disk; its length varint comes on top. */
const CHUNK_FRAME_BYTES = 5;
const HEADER_BITS = 16;
const NO_WINDOW = 255;

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** The bit patterns of Prometheus' NaN values; JavaScript has only one. */
const NORMAL_NAN = [0x7ff80000, 0x00000001] as const;
const STALE_NAN = [0x7ff00000, 0x00000002] as const;

/** Bytes of an unsigned varint. */
export const uvarintBytes = (value: number): number => {
  let bytes = 1;
  for (let left = value; left >= 128; left = Math.floor(left / 128)) bytes++;
  return bytes;
};

/** Bits of a change of the time step, in ms. */
const timeBits = (change: number): number => {
  if (change === 0) return 1;
  if (change >= -8191 && change <= 8192) return 16;
  if (change >= -65535 && change <= 65536) return 20;
  if (change >= -524287 && change <= 524288) return 24;
  return 68;
};

/** Counts the chunks of one series. Times are Unix ms and increase. */
export class ChunkCounter {
  /** Bytes of the chunks that are closed, as they stand in a block. */
  #closedBytes = 0;
  /** Chunks so far, the open one included. */
  chunks = 0;
  /** 2 h blocks that hold at least one sample. */
  blocks = 0;
  samples = 0;
  #bits = 0;
  #inChunk = 0;
  #first = 0;
  #last = 0;
  #step = 0;
  #end = 0;
  #blockEnd = 0;
  #high = 0;
  #low = 0;
  #leading = NO_WINDOW;
  #trailing = 0;

  /** Adds a sample, or a staleness marker. */
  add(timeMillis: number, value: number, stale = false): void {
    let high: number;
    let low: number;
    if (value === value) {
      FLOAT[0] = value;
      high = WORDS[HIGH]!;
      low = WORDS[LOW]!;
    } else [high, low] = stale ? STALE_NAN : NORMAL_NAN;
    this.samples++;
    if (this.#inChunk === 0 || this.#mustCut(timeMillis)) this.#open(timeMillis);
    else this.#append(timeMillis, high, low);
    this.#last = timeMillis;
    this.#high = high;
    this.#low = low;
    this.#inChunk++;
  }

  /** Bytes in blocks if the series ended here: data, length, encoding and checksum of every chunk. */
  get bytes(): number {
    return this.#closedBytes + this.#openBytes();
  }

  #mustCut(time: number): boolean {
    if (Math.ceil(this.#bits / 8) > MAX_CHUNK_BYTES) return true;
    if (this.#inChunk === SAMPLES_PER_CHUNK / 4) this.#predictEnd();
    return time >= this.#end || this.#inChunk >= SAMPLES_PER_CHUNK * 2;
  }

  /** So that the chunks up to the end of the block come out equally long. */
  #predictEnd(): void {
    const chunks = (this.#end - this.#first) / ((this.#last - this.#first + 1) * 4);
    if (chunks > 1) this.#end = Math.trunc(this.#first + (this.#end - this.#first) / Math.floor(chunks));
  }

  #open(time: number): void {
    this.#closedBytes += this.#openBytes();
    const end = Math.floor(time / BLOCK_RANGE_MILLIS) * BLOCK_RANGE_MILLIS + BLOCK_RANGE_MILLIS;
    if (this.chunks === 0 || time >= this.#blockEnd) {
      this.blocks++;
      this.#blockEnd = end;
    }
    this.chunks++;
    this.#end = end;
    this.#first = time;
    this.#inChunk = 0;
    this.#step = 0;
    this.#leading = NO_WINDOW;
    this.#bits = HEADER_BITS + 8 * uvarintBytes(Math.abs(time) * 2) + 64;
  }

  #append(time: number, high: number, low: number): void {
    const step = time - this.#last;
    this.#bits += this.#inChunk === 1 ? 8 * uvarintBytes(step) : timeBits(step - this.#step);
    this.#step = step;
    this.#bits += this.#valueBits((high ^ this.#high) >>> 0, (low ^ this.#low) >>> 0);
  }

  #valueBits(high: number, low: number): number {
    if (high === 0 && low === 0) return 1;
    const leading = Math.min(31, high === 0 ? 32 + Math.clz32(low) : Math.clz32(high));
    const trailing = low === 0 ? 63 - Math.clz32(high & -high) : 31 - Math.clz32(low & -low);
    if (this.#leading !== NO_WINDOW && leading >= this.#leading && trailing >= this.#trailing) {
      return 2 + 64 - this.#leading - this.#trailing;
    }
    this.#leading = leading;
    this.#trailing = trailing;
    return 13 + 64 - leading - trailing;
  }

  #openBytes(): number {
    if (this.#inChunk === 0) return 0;
    const data = Math.ceil(this.#bits / 8);
    return data + CHUNK_FRAME_BYTES + uvarintBytes(data);
  }
}
