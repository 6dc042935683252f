import { describe, expect, it } from 'vitest';
import { findK6, isNewEnough, parseK6Version, versionFlags } from './find-k6.ts';

const version = (text: string) => parseK6Version(text)!;

describe('the version of k6', () => {
  it('is read from what `k6 version` prints, old and new', () => {
    expect(parseK6Version('k6 v1.6.0 (commit/b8d1ea5d3c, go1.25.4, linux/amd64)\n')).toEqual({
      major: 1,
      minor: 6,
      patch: 0,
      text: 'k6 v1.6.0 (commit/b8d1ea5d3c, go1.25.4, linux/amd64)',
    });
    expect(parseK6Version('k6.exe v2.2.1 (go1.26.0, windows/amd64)\nExtensions:\n  xk6-x v0.1.0')).toEqual({
      major: 2,
      minor: 2,
      patch: 1,
      text: 'k6.exe v2.2.1 (go1.26.0, windows/amd64)',
    });
    expect(parseK6Version('some other program')).toBeNull();
  });

  it.each([
    ['k6 v0.57.0', false],
    ['k6 v1.5.9', false],
    ['k6 v1.6.0', true],
    ['k6 v2.0.0', true],
  ])('%s is new enough: %s', (text, expected) => {
    expect(isNewEnough(version(text))).toBe(expected);
  });

  it('decides the flags: 2.0 took --no-summary away, 1.x opens a REST server unless told not to', () => {
    expect(versionFlags(version('k6 v1.9.0'))).toEqual(['--no-summary', '--address=']);
    expect(versionFlags(version('k6 v2.1.0'))).toEqual(['--summary-mode=disabled']);
  });
});

describe('a k6 that cannot be used', () => {
  it('is told by what is wrong and what to do', async () => {
    const hint = 'install k6 1.6 or newer (grafana.com/docs/k6) and put it on PATH, or set K6_BIN to its file';
    expect(await findK6({ PATH: '/nowhere' })).toEqual({ kind: 'missing', why: 'there is no k6 on PATH', hint });
    expect(await findK6({ K6_BIN: '/nowhere/k6' })).toEqual({
      kind: 'missing',
      why: 'there is no K6_BIN=/nowhere/k6',
      hint,
    });
    expect(await findK6({ K6_BIN: '/bin/false' })).toEqual({
      kind: 'missing',
      why: 'K6_BIN=/bin/false does not run: Command failed: /bin/false version',
      hint,
    });
    expect(await findK6({ K6_BIN: '/bin/echo' })).toEqual({
      kind: 'missing',
      why: 'K6_BIN=/bin/echo does not say its version: "version\\n"',
      hint,
    });
  });
});
