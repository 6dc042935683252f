import { describe, expect, it } from 'vitest';
import { progressLine, startProgress } from './progress.ts';

const recorder = (isTTY: boolean) => {
  const lines: string[] = [];
  return { lines, output: { isTTY, write: (text: string) => void lines.push(text) } };
};

describe('progress', () => {
  it('says nothing in the first two seconds', () => {
    const { lines, output } = recorder(false);
    let now = 0;
    const progress = startProgress('simulate', output, () => now);
    now = 1900;
    progress.update(0.9);
    progress.end();
    expect(lines).toEqual([]);
  });

  it('prints a line per 10 % with the time left when there is no terminal', () => {
    const { lines, output } = recorder(false);
    let now = 0;
    const progress = startProgress('simulate', output, () => now);
    for (let i = 1; i <= 10; i++) {
      now = i * 3000;
      progress.update(i / 10);
      progress.update(i / 10 + 0.01);
    }
    expect(lines).toHaveLength(10);
    expect(lines[1]).toBe('simulate: 20 %, 24 s left\n');
  });

  it('rewrites one line on a terminal and clears it at the end', () => {
    const { lines, output } = recorder(true);
    let now = 0;
    const progress = startProgress('sweep', output, () => now);
    now = 4000;
    progress.update(0.5);
    progress.end();
    expect(lines).toEqual(['\r\u001b[Ksweep: 50 %, 4 s left', '\r\u001b[K']);
  });

  it('promises no time left once all is done', () => {
    expect(progressLine('x', 1, 60)).toBe('x: 100 %, done');
  });

  it('counts in minutes when more than 90 seconds are left', () => {
    expect(progressLine('x', 0.1, 60)).toBe('x: 10 %, 9 min left');
  });
});
