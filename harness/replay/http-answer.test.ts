import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader, headerOf } from './http-answer.ts';

/** What a reader tells about these bytes, cut at `cuts`; `closes`: the server closes afterwards. */
const read = (text: string, cuts: readonly number[] = [], closes = false): unknown[] => {
  const told: unknown[] = [];
  const reader = new AnswerReader({
    head: (head) => told.push([head.status, headerOf(head, 'x-pod'), headerOf(head, 'absent')]),
    end: (firstByte, isLast) => told.push([firstByte === -1 ? '' : String.fromCharCode(firstByte), isLast]),
    garbage: (why) => told.push(why),
  });
  reader.begin();
  const bytes = Buffer.from(text, 'latin1');
  const at = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < at.length; i++) reader.feed(Buffer.from(bytes.subarray(at[i - 1], at[i])));
  if (closes) told.push(reader.closed());
  if (!reader.isOver) told.push('open');
  return told;
};

const LENGTH =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Pod:  7 \r\nContent-Length: 13\r\n\r\n{"text":"hi"}';
const CHUNKED =
  'HTTP/1.1 429 Too Many Requests\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\n{"err\r\nb;note=1\r\nor":"many"}\r\n0\r\nTrailer: x\r\n\r\n';
const CLOSES = 'HTTP/1.0 200 OK\r\n\r\n<html>';

describe('an HTTP answer', () => {
  it('ends where its length says', () => {
    expect(read(LENGTH)).toEqual([
      [200, '7', null],
      ['{', false],
    ]);
    expect(read(LENGTH.slice(0, -1))).toEqual([[200, '7', null], 'open']);
    expect(read('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n')).toEqual([
      [503, null, null],
      ['', false],
    ]);
    expect(read('HTTP/1.1 204 No Content\r\n\r\n')).toEqual([
      [204, null, null],
      ['', false],
    ]);
  });

  it('ends with its last chunk', () => {
    expect(read(CHUNKED)).toEqual([
      [429, null, null],
      ['{', true],
    ]);
    expect(read(CHUNKED.slice(0, -2))).toEqual([[429, null, null], 'open']);
  });

  it('ends with the connection if it says neither; any other answer is cut off by a close', () => {
    expect(read(CLOSES, [], true)).toEqual([[200, null, null], ['<', true], true]);
    expect(read(LENGTH.slice(0, -1), [], true)).toEqual([[200, '7', null], false, 'open']);
  });

  it('comes after what is only on the way', () => {
    expect(read(`HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`)).toEqual([
      [200, '7', null],
      ['{', false],
    ]);
  });

  it('is refused when it is none', () => {
    expect(read('\u0001\u0002 hello \r\n\r\n')).toEqual(['its first line is no status']);
    expect(read('hello there')).toEqual(['it does not begin with HTTP/']);
    expect(read('HTTP/2 200\r\n\r\n')).toEqual(['its first line is no status']);
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n')).toEqual([
      [200, null, null],
      'its content-length is many',
    ]);
    expect(read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n')).toEqual([
      [200, null, null],
      'a chunk of it has no size',
    ]);
  });

  it('is the same however its bytes are cut', () => {
    const texts = [LENGTH, CHUNKED, CLOSES, `HTTP/1.1 103 Early Hints\r\n\r\n${CHUNKED}`];
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.nat(200), { maxLength: 12 }), (text, places) => {
        const cuts = places.map((place) => place % text.length);
        expect(read(text, cuts, true)).toEqual(read(text, [], true));
      }),
      { numRuns: 500 },
    );
  });
});
