import { describe, it, expect } from 'vitest';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readNdjson } from './read-ndjson.ts';

const all = async (file: string): Promise<unknown[]> => {
  const values: unknown[] = [];
  for await (const value of readNdjson(file)) values.push(value);
  return values;
};

const withFile = async (name: string, bytes: string | Uint8Array, use: (file: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), 'ndjson-'));
  try {
    const file = join(folder, name);
    await writeFile(file, bytes);
    await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
};

describe('readNdjson', () => {
  it('gives the values of a plain file in order and skips empty lines', () =>
    withFile('a.ndjson', '{"a":1}\n\n[2]\n', async (file) => expect(await all(file)).toEqual([{ a: 1 }, [2]])));

  it('unpacks a name that ends in .gz', () =>
    withFile('a.ndjson.gz', gzipSync('1\n2'), async (file) => expect(await all(file)).toEqual([1, 2])));

  it('names the line that is not JSON', () =>
    withFile('a.ndjson', '1\n{', async (file) =>
      expect(all(file)).rejects.toMatchObject({
        code: 'INPUT_MISSING',
        message: expect.stringContaining('near line 2') as string,
      }),
    ));

  it('fails on a file that is cut off, and on one that is not there', async () => {
    const bytes = gzipSync('1\n2\n3\n'.repeat(1000));
    await withFile('a.ndjson.gz', bytes.subarray(0, bytes.length - 12), async (file) =>
      expect(all(file)).rejects.toMatchObject({ code: 'INPUT_MISSING' }),
    );
    await expect(all('no-such-file.ndjson.gz')).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });
});
