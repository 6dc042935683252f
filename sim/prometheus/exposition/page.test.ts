import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageFormat } from './content-type.ts';
import { PageReader } from './page.ts';
import { exposedLabels, openMetricsFloat } from './series-text.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const read = (bytes: string, format: PageFormat = 'text', reader = new PageReader()) => {
  const page = reader.read(bytes, format, '2.53');
  return {
    samples: page.keys.slice(0, page.count).map((key, i) => [key, page.values[i], page.timestamps[i], page.types[i]]),
    error: page.error,
  };
};

describe('the text format', () => {
  it('gives series text, value, own timestamp and declared type of every sample', () => {
    expect(read('# TYPE h histogram\nh_bucket{le="1"} 2\n# TYPE a gauge\na{x="1"} -0.5 1780704005000\n')).toEqual({
      samples: [
        ['h_bucket{le="1"}', 2, NaN, 'histogram'],
        ['a{x="1"}', -0.5, 1780704005000, 'other'],
      ],
      error: null,
    });
  });

  it('keeps the samples before an error: the scrape loop has already seen them', () => {
    expect(read('a 1\nb x\nc 1\n')).toEqual({
      samples: [['a', 1, NaN, 'other']],
      error: 'strconv.ParseFloat: parsing "x": invalid syntax while parsing: "b x"',
    });
  });

  it.each([
    ['a 1\r\n', 'strconv.ParseFloat: parsing "1\\r": invalid syntax while parsing: "a 1\\r"'],
    ['a{\u00c3\u00b1="1"} 1\n', 'expected label name, got "\\xc3" ("INVALID") while parsing: "a{\\xc3"'],
    ['a{p="\xff"} 1\n', 'invalid UTF-8 label value: "\\"\\xff\\""'],
    ['a 1 2 3\n', 'expected next entry after timestamp, got "3\\n" ("TIMESTAMP") while parsing: "a 1 2 3\\n"'],
    ['# TYPE a nonsense\n', 'invalid metric type "nonsense"'],
    ['{a="1"} 1\n', 'metric name not set while parsing: "{a=\\"1\\"} 1"'],
    ['a 1e400\n', 'strconv.ParseFloat: parsing "1e400": value out of range while parsing: "a 1e400"'],
    ['a 0x1p-2\n', 'unsupported character in float while parsing: "a 0x1p-2"'],
    ['...\n', 'expected a valid start token, got "." ("INVALID") while parsing: "."'],
    ['# HELP 1 x\n', 'expected metric name after HELP, got "1" ("INVALID") while parsing: "# HELP 1"'],
    ['# HELP a \xff\n', 'help text "\\xff" is not a valid utf8 string'],
  ])('refuses %j as Prometheus does', (bytes, error) => {
    expect(read(bytes).error).toBe(error);
  });

  it('takes a NUL at the start of a line for the end of the page', () => {
    expect(read('a 1\n\0}{ garbage')).toEqual({ samples: [['a', 1, NaN, 'other']], error: null });
  });
});

describe('OpenMetrics', () => {
  it('needs # EOF and allows nothing after it', () => {
    expect(read('a 1\n', 'openmetrics').error).toBe('data does not end with # EOF');
    expect(read('a 1\n# EOF\nb 1\n', 'openmetrics').error).toBe('unexpected data after # EOF');
    expect(read('a 1\n# EOF', 'openmetrics').error).toBe(null);
  });

  it('reads timestamps in seconds, units, and skips exemplars', () => {
    const page = '# TYPE s_seconds gauge\n# UNIT s_seconds seconds\ns_seconds 1 5.5\nh 2 # {id="x"} 0.5 7\n# EOF\n';
    expect(read(page, 'openmetrics').samples.map(([key, value, at]) => [key, value, at])).toEqual([
      ['s_seconds', 1, 5500],
      ['h', 2, NaN],
    ]);
  });

  it('refuses a unit that is not the end of the name, and labels without a comma between them', () => {
    expect(read('# UNIT a seconds\n# EOF\n', 'openmetrics').error).toBe('unit "seconds" not a suffix of metric "a"');
    expect(read('a{x="1" y="2"} 1\n# EOF\n', 'openmetrics').error).toMatch(/^expected comma or brace close/);
    expect(read('a{x="1" y="2"} 1\n').error).toBe(null);
  });
});

const line = fc.oneof(
  fc
    .constantFrom('a', 'b{x="1"}', 'a_b{x="1",y="q\\"r"}', '  c', '')
    .chain((key) =>
      fc
        .oneof(fc.double().map(String), fc.integer().map(String), fc.constantFrom('+Inf', '1e3', '0.1 5', 'x'))
        .map((value) => `${key} ${value}`),
    ),
  fc.constantFrom('# TYPE a histogram', '# TYPE b gauge', '# HELP a text', '# nothing', '', '}{'),
);
const page = fc.array(line, { maxLength: 12 }).map((lines) => `${lines.join('\n')}\n`);

describe('the reader of one target', () => {
  it('reads a known page like a new one, whatever the page before was', () => {
    fc.assert(
      fc.property(page, page, (before, after) => {
        const reader = new PageReader();
        read(before, 'text', reader);
        expect(read(after, 'text', reader)).toEqual(read(after));
      }),
      { numRuns: 1500 },
    );
  });

  it('rounds decimal values as Number does', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const reader = new PageReader();
        read('a 1\n', 'text', reader);
        expect(read(`a ${value.toFixed(7)}\n`, 'text', reader).samples[0]![1]).toBe(Number(value.toFixed(7)));
      }),
    );
  });
});

describe('labels of a series text', () => {
  it('unescapes values, sorts names, keeps a name given twice', () => {
    expect(exposedLabels('a{z="l1\\nl2",b="\\"\\\\\\x",z="2"}', 'other', '3')).toEqual([
      ['__name__', 'a'],
      ['b', '"\\\\x'],
      ['z', 'l1\nl2'],
      ['z', '2'],
    ]);
  });

  it('writes le of a declared histogram as a float in 3.x only', () => {
    expect(exposedLabels('h_bucket{le="1"}', 'histogram', '3')[1]).toEqual(['le', '1.0']);
    expect(exposedLabels('h_bucket{le="1"}', 'histogram', '2.53')[1]).toEqual(['le', '1']);
    expect(exposedLabels('h_bucket{le="1"}', 'other', '3')[1]).toEqual(['le', '1']);
    expect([1, 0.5, 1e6, Infinity, NaN, -1, 2e-7].map(openMetricsFloat)).toEqual([
      '1.0',
      '0.5',
      '1e+06',
      '+Inf',
      'NaN',
      '-1.0',
      '2e-07',
    ]);
  });

  it('takes a quoted metric name inside the braces', () => {
    expect(exposedLabels('{"asr.active",x="1"}', 'other', '3')).toEqual([
      ['__name__', 'asr.active'],
      ['x', '1'],
    ]);
  });
});

describe('byte strings', () => {
  it('decode to what was encoded; what is not UTF-8 is null', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeUtf8(encodeUtf8(text)) === text));
    expect(['\xff', '\xc0\x80', '\xed\xa0\x80', '\xe2\x82', '\xf4\x90\x80\x80'].map(decodeUtf8)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
