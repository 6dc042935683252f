import { describe, expect, it } from 'vitest';
import { readDurations } from './read-durations.ts';
import { readProfile } from './read-profile.ts';
import { readTrace } from './read-trace.ts';

const HEAD = 'offset_s,audio_s,kind\n';

describe('arrival traces', () => {
  it('keep file order at equal offsets and end their window at the next whole second', () => {
    const trace = readTrace('t.csv', `${HEAD}0.500,3.10,short\n0.500,4.00,batch\n7.000,60.00,stream\n`);
    expect({ ...trace }).toEqual({
      file: 't.csv',
      count: 3,
      offsetSeconds: Float64Array.of(0.5, 0.5, 7),
      audioSeconds: Float64Array.of(3.1, 4, 60),
      kind: Uint8Array.of(0, 1, 2),
      spanSeconds: 8,
    });
  });

  it('take CRLF, a byte order mark and a missing last newline', () => {
    expect(readTrace('t.csv', `\uFEFF${HEAD.trim()}\r\n1,2,short\r\n2,2,short`).count).toBe(2);
  });

  it.each([
    ['', 't.csv:1: expected at least one row, got an empty trace'],
    [HEAD, 't.csv:1: expected at least one row, got an empty trace'],
    ['time,len\n1,2\n', 't.csv:1: expected the header offset_s,audio_s,kind, got time,len'],
    [`${HEAD}2,1,short\n1.5,1,short\n`, 't.csv:3: expected offsets that never decrease, got 1.5 after 2'],
    [`${HEAD}0,1,short\nx,1,short\n`, 't.csv:3: expected offset_s of at least 0, got x'],
    [`${HEAD}0,0,short\n`, 't.csv:2: expected audio_s above 0, got 0'],
    [`${HEAD}0,,short\n`, 't.csv:2: expected audio_s above 0, got nothing'],
    [`${HEAD}0,1,call\n`, 't.csv:2: expected kind short, batch or stream, got call'],
    [`${HEAD}0,1\n`, 't.csv:2: expected 3 values (offset_s,audio_s,kind), got 0,1'],
  ])('refuse %j', (text, message) => {
    expect(() => readTrace('t.csv', text)).toThrow(expect.objectContaining({ code: 'TRACE_INVALID', message }));
  });
});

describe('profiles and duration tables', () => {
  it('are read with their own headers', () => {
    expect(readProfile('p.csv', 'offset_s,rate_rel,idc\n0,0.5,1\n600,1.5,4\n')).toEqual({
      file: 'p.csv',
      offsetSeconds: [0, 600],
      relativeRate: [0.5, 1.5],
      dispersion: [1, 4],
    });
    expect(readDurations('d.csv', 'q,audio_s\n0.000,1\n0.500,2\n1.000,9\n')).toEqual({
      kind: 'quantiles',
      values: [1, 2, 9],
    });
  });

  it('refuse offsets that stand still, uneven q and falling lengths', () => {
    expect(() => readProfile('p.csv', 'offset_s,rate_rel,idc\n0,1,1\n0,1,1\n')).toThrow(
      'p.csv:3: expected growing offsets',
    );
    expect(() => readDurations('d.csv', 'q,audio_s\n0,1\n0.7,2\n1,3\n')).toThrow('d.csv:3: expected evenly spaced q');
    expect(() => readDurations('d.csv', 'q,audio_s\n0,2\n1,1\n')).toThrow('d.csv:3: expected lengths that never fall');
  });
});
