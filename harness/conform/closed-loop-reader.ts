// Reads a folder of closed-loop recordings into typed data. What is compared with it is left to the loop-* files.

import { readFile, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TestbedError } from '../../model/errors.ts';
import type {
  LoopApiLine,
  LoopConfig,
  LoopDeploymentLine,
  LoopFolder,
  LoopHpaLine,
  LoopNodeLine,
  LoopOutage,
  LoopPodLine,
  LoopRequests,
  LoopSchedule,
  LoopScrape,
} from './closed-loop-types.ts';

const unreadable = (file: string, cause: unknown): TestbedError =>
  new TestbedError('INPUT_MISSING', `${file}: not readable as a closed-loop recording`, {
    hint: 'give a folder of golden/closed-loop, or the folder that holds them',
    cause,
  });

const textOf = async (file: string): Promise<string> => {
  try {
    const bytes = await readFile(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
};

const jsonOf = async <T>(file: string): Promise<T> => {
  const text = await textOf(file);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw unreadable(file, cause);
  }
};

const linesOf = async <T>(file: string): Promise<readonly T[]> => {
  const text = await textOf(file);
  try {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  } catch (cause) {
    throw unreadable(file, cause);
  }
};

/** Cells below the header `columns`; throws if the header is another. */
const cellsOf = async (file: string, columns: string): Promise<readonly (readonly string[])[]> => {
  const [header, ...rows] = (await textOf(file)).trimEnd().split('\n');
  if (header?.trimEnd() !== columns) throw unreadable(file, new Error(`header ${String(header)}, expected ${columns}`));
  return rows.map((row) => row.trimEnd().split(','));
};

/** An empty cell is NaN: it was not reached. */
const numberOf = (cell: string | undefined): number => (cell === undefined || cell === '' ? NaN : Number(cell));

const scheduleOf = async (file: string): Promise<LoopSchedule> => {
  const rows = await cellsOf(file, 'offset_ms,audio_s');
  return {
    count: rows.length,
    offsetMillis: Float64Array.from(rows, (row) => numberOf(row[0])),
    audioSeconds: Float64Array.from(rows, (row) => numberOf(row[1])),
  };
};

const requestsOf = async (file: string): Promise<LoopRequests> => {
  const rows = await cellsOf(file, 'pod,wait_ms,service_ms,failed');
  return {
    count: rows.length,
    pod: Int32Array.from(rows, (row) => (row[0] === '' ? -1 : numberOf(row[0]))),
    waitMillis: Float64Array.from(rows, (row) => numberOf(row[1])),
    serviceMillis: Float64Array.from(rows, (row) => numberOf(row[2])),
    failed: Uint8Array.from(rows, (row) => (row[3] === '1' ? 1 : 0)),
  };
};

/** Folders below `path` that hold a recording, sorted; `path` itself if it is one. Throws INPUT_MISSING if it cannot be read. */
export const loopFolders = async (path: string): Promise<readonly string[]> => {
  if (existsSync(join(path, 'config.json'))) return [path];
  const names = await readdir(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return names
    .sort()
    .map((name) => join(path, name))
    .filter((folder) => existsSync(join(folder, 'config.json')));
};

/** Everything of one recording. Throws INPUT_MISSING if a file is missing, cut off or of another form. */
export const readLoopFolder = async (folder: string): Promise<LoopFolder> => {
  const config = await jsonOf<LoopConfig>(join(folder, 'config.json'));
  const batch = await jsonOf<{ readonly globals: readonly LoopOutage[] }>(
    join(dirname(folder), `batch-${config.batch}.json`),
  );
  const lines = <T>(name: string): Promise<readonly T[]> => linesOf<T>(join(folder, `${name}.ndjson.gz`));
  return {
    name: basename(folder),
    config,
    outages: batch.globals,
    schedule: await scheduleOf(join(folder, 'schedule.csv.gz')),
    requests: await requestsOf(join(folder, 'requests.csv.gz')),
    scrapes: await lines<LoopScrape>('scrapes'),
    hpa: await lines<LoopHpaLine>('hpa'),
    pods: await lines<LoopPodLine>('pods'),
    api: await lines<LoopApiLine>('api'),
    deployment: await lines<LoopDeploymentLine>('deployment'),
    nodes: existsSync(join(folder, 'nodes.ndjson.gz')) ? await lines<LoopNodeLine>('nodes') : [],
  };
};
