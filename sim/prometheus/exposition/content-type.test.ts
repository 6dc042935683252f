import { describe, expect, it } from 'vitest';
import { chooseFormat } from './content-type.ts';

describe('the parser of a response', () => {
  it('is OpenMetrics only for its own type, of any version, in both versions', () => {
    for (const version of ['2.53', '3'] as const) {
      expect(chooseFormat('application/openmetrics-text; version=0.0.1; charset=utf-8', version)).toEqual({
        kind: 'format',
        format: 'openmetrics',
      });
      expect(chooseFormat('TEXT/PLAIN; version=1.0.0', version)).toEqual({ kind: 'format', format: 'text' });
    }
  });

  it('is text for anything else in 2.53, and a refusal in 3.x', () => {
    const refused = (header: string) => {
      expect(chooseFormat(header, '2.53')).toEqual({ kind: 'format', format: 'text' });
      const chosen = chooseFormat(header, '3');
      return chosen.kind === 'refused' ? chosen.error : null;
    };
    expect(refused('')).toMatch(/^non-compliant scrape target sending blank Content-Type/);
    expect(refused('text/html')).toMatch(/^received unsupported Content-Type "text\/html"/);
    expect(refused('not a content type;;')).toMatch(/\nmime: expected slash after first token$/);
    expect(refused('text/')).toMatch(/\nmime: expected token after slash$/);
    expect(refused('text/plain; a')).toMatch(/\nmime: invalid media parameter$/);
    expect(refused('text/plain; a=1; A=2')).toMatch(/\nmime: duplicate parameter name$/);
    expect(chooseFormat('text/plain;', '3').kind).toBe('format');
  });
});
