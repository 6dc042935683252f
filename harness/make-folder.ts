// Makes a folder and those above it that are missing. Node's own `recursive` never returns where a folder cannot be made
// although the one above is there and mkdir says ENOENT, as under /proc: each missing folder is tried once here.

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Nothing happens if it is there. Throws what mkdir throws, with its code and the path that was refused. */
export const makeFolder = (folder: string): void => {
  const path = resolve(folder);
  if (!existsSync(path)) {
    makeFolder(dirname(path));
    try {
      mkdirSync(path);
      return;
    } catch (error) {
      // Somebody else may have made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  // A file in its place: mkdir names it.
  if (!statSync(path).isDirectory()) mkdirSync(path);
};
