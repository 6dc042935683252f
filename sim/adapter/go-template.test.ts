import { describe, expect, it } from 'vitest';
import type { TemplateValue } from './go-template.ts';
import { parseTemplate } from './go-template.ts';

const DATA: Record<string, TemplateValue> = {
  Series: 'asr_active_requests',
  LabelMatchers: 'namespace="n"',
  LabelValuesByName: { pod: 'a|b', namespace: 'n' },
  GroupBy: 'pod',
  GroupBySlice: ['pod'],
};
const execute = (source: string) => parseTemplate('metrics-query', source).execute(DATA, 'naming.queryTemplateArgs');

describe('Go templates with << >>', () => {
  it.each([
    ['sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)', 'sum(asr_active_requests{namespace="n"}) by (pod)'],
    ['{{.Series}}', '{{.Series}}'],
    ['<<if .Series>>up<<else>>down<<end>>', 'up'],
    ['<<if not .Series>>up<<else if eq .GroupBy "pod">>pods<<else>>down<<end>>', 'pods'],
    ['<<range $k, $v := .LabelValuesByName>><<$k>>=~"<<$v>>",<<end>>', 'namespace=~"n",pod=~"a|b",'],
    ['<<range .GroupBySlice>>[<<.>>]<<end>>', '[pod]'],
    ['<<index .LabelValuesByName "pod">>', 'a|b'],
    ['<<index .LabelValuesByName "none">>', ''],
    ['<<.GroupBySlice>> <<.LabelValuesByName>>', '[pod] map[namespace:n pod:a|b]'],
    ['<<len .GroupBySlice>>', '1'],
    ['<<printf "%s-%q" .GroupBy .Series>>', 'pod-"asr_active_requests"'],
    ['<<.GroupBy | printf "%s!">>', 'pod!'],
    ['<<$x := .GroupBy>><<$x>>', 'pod'],
    ['<<with index .LabelValuesByName "pod">><<.>><<end>>', 'a|b'],
    ['a <<- .GroupBy ->> b<</* note */>>', 'apodb'],
    ['<<index .GroupBySlice (len "")>>', 'pod'],
  ])('%s', (source, text) => {
    expect(execute(source)).toBe(text);
  });

  it('fail with the messages of Go', () => {
    expect(() => parseTemplate('metrics-query', '<<.Series')).toThrow('template: metrics-query:1: unclosed action');
    expect(() => execute('<<.Nope>>')).toThrow(
      'template: metrics-query:1:2: executing "metrics-query" at <.Nope>: can\'t evaluate field Nope in type naming.queryTemplateArgs',
    );
    expect(() => execute('x <<index .GroupBySlice 1>>')).toThrow(
      'template: metrics-query:1:4: executing "metrics-query" at <index .GroupBySlice 1>: error calling index: reflect: slice index out of range',
    );
    expect(() => parseTemplate('t', '<<if .X>>')).toThrow('unexpected EOF');
    expect(() => parseTemplate('t', 'a<<end>>')).toThrow('unexpected {{end}}');
  });
});
