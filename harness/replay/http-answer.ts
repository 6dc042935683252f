// Reads one HTTP/1.1 answer from the bytes of a connection, however they are cut: status, the headers asked for, where the
// body ends. Takes bytes, gives events; keeps only the first byte of the body. Fixed length, chunked, or until the close
// (RFC 9112 section 6).

export interface AnswerHead {
  readonly status: number;
  /** All header lines, lower case, each after `\r\n`. */
  readonly lines: string;
}

export interface AnswerEvents {
  readonly head: (head: AnswerHead) => void;
  /** The answer is whole. `firstByte` of its body, −1 if it had none; `isLast`: the connection cannot be used again. */
  readonly end: (firstByte: number, isLast: boolean) => void;
  /** These bytes are no HTTP answer. */
  readonly garbage: (why: string) => void;
}

/** Value of a header; null if it is absent. @param name lower case */
export const headerOf = ({ lines }: AnswerHead, name: string): string | null => {
  const mark = `\r\n${name}:`;
  const at = lines.indexOf(mark);
  if (at === -1) return null;
  const end = lines.indexOf('\r\n', at + 2);
  return lines.slice(at + mark.length, end === -1 ? undefined : end).trim();
};

type State =
  | 'head'
  /** `left` bytes of the body are to come. */
  | 'length'
  | 'chunk-size'
  /** `left` bytes of this chunk and its line end are to come. */
  | 'chunk'
  | 'trailer'
  | 'until-close'
  | 'over';

const MOST_HEAD_BYTES = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$|\r)/;

/** One answer after the other: `begin` before each. */
export class AnswerReader {
  private readonly events: AnswerEvents;
  private state: State = 'over';
  /** Bytes of a head or a line that is not complete. */
  private pending: Buffer | null = null;
  private left = 0;
  private firstByte = -1;
  private isLast = false;

  constructor(events: AnswerEvents) {
    this.events = events;
  }

  begin(): void {
    this.state = 'head';
    this.pending = null;
    this.firstByte = -1;
    this.isLast = false;
  }

  get isOver(): boolean {
    return this.state === 'over';
  }

  /** @param bytes may be reused by the caller afterwards */
  feed(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      const taken = this.step(rest);
      if (this.state === 'over') return;
      if (taken === 0) break;
      rest = rest.subarray(taken);
    }
  }

  /** The connection was closed by the server. True if that completes the answer. */
  closed(): boolean {
    if (this.state !== 'until-close') return false;
    this.finish();
    return true;
  }

  /** How many of these bytes were used; 0 = all were kept for later. */
  private step(bytes: Buffer): number {
    switch (this.state) {
      case 'head':
        return this.readHead(bytes);
      case 'length':
      case 'chunk':
        return this.readBody(bytes);
      case 'chunk-size':
        return this.readLine(bytes, (line) => this.chunkSize(line));
      case 'trailer':
        return this.readLine(bytes, (line) => {
          if (line === '') this.finish();
        });
      case 'until-close':
        this.note(bytes);
        return bytes.length;
      case 'over':
        return bytes.length;
    }
  }

  private readHead(bytes: Buffer): number {
    const before = this.pending?.length ?? 0;
    const all = this.pending === null ? bytes : Buffer.concat([this.pending, bytes]);
    const end = all.indexOf(HEAD_END);
    if (end === -1) {
      if (all.length >= 5 && all.toString('latin1', 0, 5) !== 'HTTP/') this.fail('it does not begin with HTTP/');
      else if (all.length > MOST_HEAD_BYTES) this.fail(`its head is longer than ${MOST_HEAD_BYTES} bytes`);
      else this.pending = this.pending === null ? Buffer.from(bytes) : all;
      return 0;
    }
    this.pending = null;
    const text = all.toString('latin1', 0, end);
    const status = STATUS_LINE.exec(text);
    if (status === null) {
      this.fail('its first line is no status');
      return 0;
    }
    const lineEnd = text.indexOf('\r\n');
    const lines = lineEnd === -1 ? '' : text.slice(lineEnd).toLowerCase();
    this.headDone({ status: Number(status[2]), lines }, status[1] === '0');
    return end + HEAD_END.length - before;
  }

  private headDone(head: AnswerHead, isOld: boolean): void {
    // 100 Continue and 103 Early Hints come before the answer.
    if (head.status < 200) return;
    const connection = headerOf(head, 'connection');
    this.isLast = connection === 'close' || (isOld && connection !== 'keep-alive');
    this.events.head(head);
    if (head.status === 204 || head.status === 304) {
      this.finish();
      return;
    }
    if (headerOf(head, 'transfer-encoding')?.endsWith('chunked') === true) {
      this.state = 'chunk-size';
      return;
    }
    const length = headerOf(head, 'content-length');
    if (length === null) {
      this.isLast = true;
      this.state = 'until-close';
    } else if (!/^\d+$/.test(length)) this.fail(`its content-length is ${length}`);
    else {
      this.left = Number(length);
      this.state = 'length';
      if (this.left === 0) this.finish();
    }
  }

  private readBody(bytes: Buffer): number {
    const taken = Math.min(this.left, bytes.length);
    // The two last bytes of a chunk are its line end.
    if (this.state === 'length' || this.left > 2) this.note(bytes);
    this.left -= taken;
    if (this.left > 0) return taken;
    if (this.state === 'length') this.finish();
    else this.state = 'chunk-size';
    return taken;
  }

  private chunkSize(line: string): void {
    const size = /^([0-9a-f]+)\s*(;|$)/i.exec(line)?.[1];
    if (size === undefined) this.fail('a chunk of it has no size');
    else if (/^0+$/.test(size)) this.state = 'trailer';
    else {
      this.left = parseInt(size, 16) + 2;
      this.state = 'chunk';
    }
  }

  private readLine(bytes: Buffer, use: (line: string) => void): number {
    const before = this.pending?.length ?? 0;
    const all = this.pending === null ? bytes : Buffer.concat([this.pending, bytes]);
    const end = all.indexOf(LINE_END);
    if (end === -1) {
      if (all.length > MOST_HEAD_BYTES) this.fail('a line of it has no end');
      else this.pending = Buffer.from(all);
      return 0;
    }
    this.pending = null;
    use(all.toString('latin1', 0, end));
    return end + LINE_END.length - before;
  }

  private note(bytes: Buffer): void {
    if (this.firstByte === -1) this.firstByte = bytes[0]!;
  }

  private finish(): void {
    this.state = 'over';
    this.events.end(this.firstByte, this.isLast);
  }

  private fail(why: string): void {
    this.state = 'over';
    this.events.garbage(why);
  }
}
