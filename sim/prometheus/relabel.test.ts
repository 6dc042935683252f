import { describe, expect, it } from 'vitest';
import { LabelsBuilder, labelsOf } from './labels-builder.ts';
import type { RelabelRule } from './relabel.ts';
import { RELABEL_DEFAULTS, compileRelabelling } from './relabel.ts';

const apply = (labels: Record<string, string>, ...rules: Partial<RelabelRule>[]) => {
  const relabelling = compileRelabelling(
    rules.map((rule) => ({ ...RELABEL_DEFAULTS, ...rule })),
    '2.53',
  );
  const builder = new LabelsBuilder(Object.entries(labels));
  return relabelling(builder) ? labelsOf(builder.pairs()) : null;
};

describe('relabelling', () => {
  it('replaces with groups, deletes with an empty replacement, and does nothing without a match', () => {
    const rule = { sourceLabels: ['a', 'b'], regex: '(x+);(.*)', targetLabel: 'c', replacement: '${2}-$1' };
    expect(apply({ a: 'xx', b: 'y' }, rule)).toEqual({ a: 'xx', b: 'y', c: 'y-xx' });
    expect(apply({ a: 'z', b: 'y', c: 'old' }, rule)).toEqual({ a: 'z', b: 'y', c: 'old' });
    expect(apply({ a: '1' }, { targetLabel: 'a', replacement: '' })).toEqual({});
  });

  it('anchors its expressions', () => {
    expect(apply({ a: 'asr_x' }, { sourceLabels: ['a'], regex: 'asr', action: 'drop' })).toEqual({ a: 'asr_x' });
    expect(apply({ a: 'asr_x' }, { sourceLabels: ['a'], regex: 'asr_.*', action: 'drop' })).toBe(null);
  });

  it('knows every action', () => {
    const labels = { a: 'Ab', b: 'Ab', exported_c: '1' };
    expect(apply(labels, { sourceLabels: ['a'], targetLabel: 'b', action: 'keepequal' })).toEqual(labels);
    expect(apply(labels, { sourceLabels: ['a'], targetLabel: 'b', action: 'dropequal' })).toBe(null);
    expect(apply(labels, { sourceLabels: ['a'], regex: 'x', action: 'keep' })).toBe(null);
    expect(apply(labels, { sourceLabels: ['a'], targetLabel: 'l', action: 'lowercase' })).toMatchObject({ l: 'ab' });
    expect(apply(labels, { sourceLabels: ['a'], targetLabel: 'u', action: 'uppercase' })).toMatchObject({ u: 'AB' });
    expect(apply(labels, { regex: 'exported_(.*)', replacement: 'app_$1', action: 'labelmap' })).toMatchObject({
      app_c: '1',
    });
    expect(apply(labels, { regex: 'a|b', action: 'labeldrop' })).toEqual({ exported_c: '1' });
    expect(apply(labels, { regex: 'a|b', action: 'labelkeep' })).toEqual({ a: 'Ab', b: 'Ab' });
  });

  it('takes hashmod from the last eight bytes of MD5', () => {
    const hashmod = (value: string, modulus: number) =>
      apply({ a: value }, { sourceLabels: ['a'], targetLabel: 'h', modulus, action: 'hashmod' })!['h'];
    // MD5("") ends in e9800998ecf8427e; the second is the golden sequence s061.
    expect(hashmod('', 2 ** 32)).toBe(String(0xecf8427e));
    expect(hashmod('lightning-asr-a', 4)).toBe('1');
    expect(hashmod('x'.repeat(200), 1)).toBe('0');
  });

  it('refuses what RE2 refuses, and a hashmod without modulus', () => {
    expect(() => apply({}, { regex: '(?!x)' })).toThrow('cannot be used');
    expect(() => apply({}, { action: 'hashmod' })).toThrow('non-zero modulus');
  });

  it('lets a name that is exposed twice stay twice until somebody sets it', () => {
    const builder = new LabelsBuilder([
      ['x', '1'],
      ['x', '2'],
    ]);
    expect(builder.pairs()).toHaveLength(2);
    builder.set('x', '3');
    expect(builder.pairs()).toEqual([['x', '3']]);
  });
});
