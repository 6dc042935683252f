import { describe, expect, it } from 'vitest';
import { SampleStore } from '../store.ts';
import { formatFloat } from './go-format.ts';
import { expandTemplate, parseTemplate } from './template.ts';
import { TemplateParseError } from './template-parse.ts';

const store = new SampleStore();
store.append(store.seriesFor({ __name__: 'up', pod: 'b' }), 0, 1);
store.append(store.seriesFor({ __name__: 'up', pod: 'a' }), 0, 0);

const expand = (text: string, value = 12.5): string =>
  expandTemplate(parseTemplate(text, 'A'), {
    labels: { __name__: 'x', pod: 'p', namespace: 'n' },
    value,
    query: { store, atMillis: 0, version: '3' },
  });
const problem = (text: string): string => {
  try {
    parseTemplate(text, 'A');
    return 'accepted';
  } catch (error) {
    if (error instanceof TemplateParseError) return error.message;
    throw error;
  }
};

describe('templates of annotations', () => {
  it('print values and labels as Go does, a missing label as nothing', () => {
    expect(expand('{{ $value }} {{ $labels.pod }}/{{ .Labels.namespace }}{{ $labels.nosuch }}')).toBe('12.5 p/n');
    expect(expand('{{ $value }}', 1_234_567)).toBe('1.234567e+06');
  });

  it('have the numbers of Prometheus: humanize, 1024, duration, percentage, timestamp', () => {
    const shown = (f: string, value: number) => expand(`{{ $value | ${f} }}`, value);
    expect([
      shown('humanize', 1_234_567),
      shown('humanize', 0.0123),
      shown('humanize1024', 3_221_225_472),
      shown('humanizeDuration', 93_784),
      shown('humanizeDuration', 0.25),
      shown('humanizePercentage', 0.12345),
      shown('humanizeTimestamp', 1_435_065_584.5),
    ]).toEqual(['1.235M', '12.3m', '3Gi', '1d 2h 3m 4s', '250ms', '12.35%', '2015-06-23 13:19:44.5 +0000 UTC']);
  });

  it('decide, loop, name and trim', () => {
    expect(expand('{{ if gt $value 8.0 }}critical{{ else }}warning{{ end }}')).toBe('critical');
    expect(expand('a {{- with $labels.nosuch }}x{{ else if eq $labels.pod "p" }}y{{ end -}} b')).toBe('ayb');
    expect(expand('{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}')).toBe('__name__=x;namespace=n;pod=p;');
    expect(expand('{{ $x := printf "%.2f" $value }}{{ $x | printf "%6s" }}')).toBe(' 12.50');
    expect(expand('{{ range query "up" | sortByLabel "pod" }}{{ .Labels.pod }}:{{ .Value }} {{ end }}')).toBe(
      'a:0 b:1 ',
    );
  });

  it('turn a failure into the text, as Go would not compare an int with a float', () => {
    expect(expand('{{ if gt $value 8 }}x{{ end }}')).toBe(
      '<error expanding template: error executing template __alert_A: template: __alert_A:1: error calling gt: incompatible types for comparison>',
    );
    expect(expand('{{ .Nope }}')).toContain("can't evaluate field Nope");
    expect(expand('{{ query "rate(up)" }}')).toContain('expected type range vector');
  });

  it('are refused when loaded with the words of Go', () => {
    expect(
      ['{{ $value ', '{{ $value | nosuch }}', '{{ $x }}', '{{ if true }}', '{{ end }}', '{{ }}'].map(problem),
    ).toEqual([
      'unclosed action',
      'function "nosuch" not defined',
      'undefined variable "$x"',
      'unexpected EOF',
      'unexpected {{end}}',
      'missing value for command',
    ]);
  });
});

describe('formatFloat', () => {
  it('rounds half to even on the exact value and writes exponents of two digits', () => {
    expect([
      formatFloat(0.125, 'f', 2),
      formatFloat(2.5, 'f', 0),
      formatFloat(1234.5, 'g', 4),
      formatFloat(100, 'g', 4),
      formatFloat(12_345, 'g', 4),
      formatFloat(1e-5, 'g'),
      formatFloat(1e21, 'f', 1),
      formatFloat(-0, 'g'),
      formatFloat(NaN, 'g', 4),
    ]).toEqual(['0.12', '2', '1234', '100', '1.234e+04', '1e-05', '1000000000000000000000.0', '-0', 'NaN']);
  });

  it('reads back as the same number with the fewest digits', () => {
    for (const value of [0.1, 1 / 3, 5.603999488e9, 2 ** 60]) expect(Number(formatFloat(value, 'g'))).toBe(value);
  });
});
