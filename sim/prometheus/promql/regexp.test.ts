import { describe, expect, it } from 'vitest';
import { anchoredRegexp, expandTemplate, RegexpError, searchRegexp } from './regexp.ts';

/** Groups of a full match, undefined if there is none. References were taken from Go's regexp package. */
const match = (pattern: string, text: string, dotMatchesNewline = true): readonly (string | undefined)[] | undefined =>
  anchoredRegexp(pattern, dotMatchesNewline).regexp.exec(text)?.slice(1);
const problem = (pattern: string): string => {
  try {
    anchoredRegexp(pattern, true);
    return 'accepted';
  } catch (error) {
    if (error instanceof RegexpError) return error.message;
    throw error;
  }
};

describe('RE2 patterns', () => {
  it('match the whole value, alternatives included', () => {
    expect([match('a|b', 'ab'), match('a|b', 'b')]).toEqual([undefined, []]);
  });

  it('let the dot cross a line feed in 3.x only', () => {
    expect([match('a.b', 'a\nb', true), match('a.b', 'a\nb', false)]).toEqual([[], undefined]);
  });

  it('know classes, flags, quotations and unicode as RE2 does', () => {
    const pairs: readonly (readonly [string, string])[] = [
      ['[]a]+', ']a'],
      ['[[:alpha:]]+[[:^alpha:]]', 'ab1'],
      ['[\\d\\-x]+', '1-x'],
      ['(?i)foo.*', 'FOObar'],
      ['foo(?i)BAR|baz', 'BAZ'.toLowerCase()],
      ['\\Qa.b\\E+', 'a.bbb'],
      ['\\x{1F600}\\101', '😀A'],
      ['\\pL+\\p{Greek}', 'abω'],
      ['a{,3}', 'a{,3}'],
      ['(?P<n>a+)b', 'aab'],
      ['(?U)a+b?', 'aab'],
      ['(?m)^a$\nb', 'a\nb'],
    ];
    expect(pairs.filter(([pattern, text]) => match(pattern, text) === undefined)).toEqual([]);
  });

  it('are refused with the words of RE2', () => {
    expect(['[', '(', '*', 'a**', '(?=a)', '\\1', '[b-a]', 'a{1001}', '\\y', '[[:foo:]]'].map(problem)).toEqual([
      'error parsing regexp: missing closing ]: `[`',
      'error parsing regexp: missing closing ): `(`',
      'error parsing regexp: missing argument to repetition operator: `*`',
      'error parsing regexp: invalid nested repetition operator: `**`',
      'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
      'error parsing regexp: invalid escape sequence: `\\1`',
      'error parsing regexp: invalid character class range: `b-a`',
      'error parsing regexp: invalid repeat count: `{1001}`',
      'error parsing regexp: invalid escape sequence: `\\y`',
      'error parsing regexp: invalid character class range: `[:foo:]`',
    ]);
  });

  it('expand groups by number and by name, the longest name winning', () => {
    const { regexp, groupNames } = anchoredRegexp('(.*)-(?P<id>\\w+)', true);
    const found = regexp.exec('asr-7')!;
    expect(expandTemplate('$1/${id}/$2/$1x/$$/$', found, groupNames)).toBe('asr/7/7//$/$');
  });

  it('are found inside a text where they are not anchored', () => {
    expect(searchRegexp('b+').regexp.exec('abbc')?.[0]).toBe('bb');
  });
});
