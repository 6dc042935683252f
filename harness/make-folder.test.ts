import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'make-folder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a folder to write into', () => {
  it('is made with those above it, and left alone when it is there', () => {
    makeFolder(join(scratch, 'a', 'b'));
    makeFolder(join(scratch, 'a', 'b'));
    expect(statSync(join(scratch, 'a', 'b')).isDirectory()).toBe(true);
  });

  it('is refused where a file stands in its place or above it', () => {
    writeFileSync(join(scratch, 'file'), '');
    const refused = expect.objectContaining({ code: 'EEXIST', path: join(scratch, 'file') }) as Error;
    expect(() => makeFolder(join(scratch, 'file'))).toThrow(refused);
    expect(() => makeFolder(join(scratch, 'file', 'below'))).toThrow(refused);
  });

  it.skipIf(!existsSync('/proc/self'))(
    'is refused, not waited for, where nothing can be made (skipped without /proc)',
    () => {
      expect(() => makeFolder('/proc/surgelab/below')).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(ENOENT|EACCES)$/) as string, path: '/proc/surgelab' }),
      );
    },
  );
});
