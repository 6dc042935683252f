// What was seen of a cluster that is not ours, on disk: the files of a run folder that an observation can fill. It is no
// run: nobody knows the requests.

import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Observed } from '../cluster/kube/observe.ts';
import { TestbedError } from '../model/errors.ts';
import { makeFolder } from './make-folder.ts';
import { systemWords } from './system-words.ts';

const ndjson = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** Returns the folder. Throws RUN_FOLDER_UNWRITABLE. */
export const writeObservation = async (folder: string, observed: Observed): Promise<string> => {
  const target = resolve(folder);
  try {
    makeFolder(target);
    await writeFile(join(target, 'pods.ndjson'), ndjson(observed.life));
    await writeFile(join(target, 'decisions.ndjson'), ndjson(observed.decisions));
    await writeFile(join(target, 'scale.ndjson'), ndjson(observed.scaleChanges));
    await writeFile(join(target, 'notes.txt'), observed.notes.map((note) => `${note}\n`).join(''));
    return target;
  } catch (cause) {
    throw new TestbedError('RUN_FOLDER_UNWRITABLE', `cannot write ${target}: ${systemWords(cause)}`, {
      hint: 'choose another place with --out DIR',
      cause,
    });
  }
};
