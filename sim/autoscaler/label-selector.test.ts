import { describe, it, expect } from 'vitest';
import { parseSelector, selectorProblem, selectorText, selects } from './label-selector.ts';

const matches = (text: string, labels: Record<string, string>) => selects(parseSelector(text)!, labels);

describe('label selectors', () => {
  it('match labels by every operator of the text form', () => {
    const labels = { app: 'asr', tier: 'gpu', 'k8s.io/rank': '3' };
    const holding = [
      'app=asr',
      'app==asr,tier in (gpu, cpu)',
      'app!=tts',
      '!old',
      'tier',
      'zone notin (a,b)',
      'k8s.io/rank>2',
    ];
    const failing = ['app=tts', 'tier in (cpu)', 'app!=asr', '!tier', 'old', 'tier notin (gpu)', 'k8s.io/rank<3'];
    expect(holding.map((text) => matches(text, labels))).toEqual(holding.map(() => true));
    expect(failing.map((text) => matches(text, labels))).toEqual(failing.map(() => false));
  });

  it('refuse text that is not a selector', () => {
    expect(['app in (x', 'app=x y', ',', 'a=b=c', 'app>many'].map(parseSelector)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('name what is wrong with the selector of a metric', () => {
    const near = { matchExpressions: [{ key: 'k', operator: 'Near' as 'In' }] };
    expect(selectorProblem(near)).toBe('"Near" is not a valid label selector operator');
    expect(selectorProblem({ matchExpressions: [{ key: 'k', operator: 'In' }] })).toBe(
      'invalid values of key k for operator In',
    );
    expect(selectorProblem({ matchLabels: { a: 'b' } })).toBeNull();
  });

  it('print as in the name of an external metric', () => {
    expect(selectorText(undefined)).toBe('nil');
    expect(
      selectorText({
        matchLabels: { b: '2', a: '1' },
        matchExpressions: [{ key: 'k', operator: 'In', values: ['x', 'y'] }],
      }),
    ).toBe(
      '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}',
    );
  });
});
