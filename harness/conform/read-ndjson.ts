// Reads newline-delimited JSON, one value per line, from a plain or gzipped file without holding the file in memory.
// What the values mean is left to the caller.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { TestbedError } from '../../model/errors.ts';

/**
 * The values of `file` in order; a name that ends in .gz is unpacked. Empty lines are skipped.
 * Throws INPUT_MISSING if the file cannot be read or unpacked, or if a line is not JSON.
 */
export const readNdjson = async function* (file: string): AsyncGenerator {
  const source = createReadStream(file);
  const input = file.endsWith('.gz') ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => input.destroy(error));
  let line = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text !== '') yield JSON.parse(text) as unknown;
    }
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `${file}: not readable as NDJSON near line ${line}`, {
      hint: 'check that the file is there, complete, and holds one JSON value per line',
      cause,
    });
  } finally {
    source.destroy();
  }
};
