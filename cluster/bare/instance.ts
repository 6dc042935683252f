// A running control plane as others find it: its folder below the system's temporary folder, with `instance.json` that
// its supervisor writes. A folder whose supervisor is gone is abandoned and can be removed.

import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PREFIX = 'surgelab-bare-';
const FILE = 'instance.json';

export interface Instance {
  /** What tells it from others: the end of the folder's name. */
  readonly id: string;
  readonly folder: string;
  readonly supervisorPid: number;
  readonly parentPid: number;
  readonly alive: boolean;
  /** Process ids by component. */
  readonly components: Readonly<Record<string, number>>;
  /** Addresses and versions; empty while it starts. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface InstanceRecord {
  readonly supervisorPid: number;
  /** Who started it; may be gone if it is detached. */
  readonly parentPid: number;
  readonly components: Readonly<Record<string, number>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

export const newInstanceFolder = (): string => mkdtempSync(join(tmpdir(), PREFIX));

export const writeInstance = (folder: string, record: InstanceRecord): void => {
  const temporary = join(folder, `${FILE}.tmp`);
  writeFileSync(temporary, JSON.stringify(record));
  renameSync(temporary, join(folder, FILE));
};

/** Whether the process is a supervisor of ours, and not another that was given the same number. */
const isSupervisor = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervisor-main.ts');
  } catch {
    return true; // no /proc on this system: the number has to do
  }
};

const readRecord = (folder: string): InstanceRecord | null => {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as InstanceRecord;
  } catch {
    return null;
  }
};

/** All control planes of this user on this machine, abandoned ones too. */
export const findInstances = (): Instance[] =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .flatMap((name) => {
      const folder = join(tmpdir(), name);
      const record = readRecord(folder);
      if (record === null) return [];
      return [{ id: name.slice(PREFIX.length), folder, alive: isSupervisor(record.supervisorPid), ...record }];
    });

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });

/** Removes what dead supervisors left; gives the folders. */
export const removeAbandoned = (): string[] =>
  findInstances()
    .filter(({ alive }) => !alive)
    .map(({ folder }) => {
      removeFolder(folder);
      return folder;
    });

/** Asks the supervisor to end everything and waits until it is gone. False: it still runs after `patienceMillis`. */
export const endInstance = async (instance: Instance, patienceMillis: number): Promise<boolean> => {
  if (instance.alive) process.kill(instance.supervisorPid, 'SIGTERM');
  for (let waited = 0; isSupervisor(instance.supervisorPid); waited += 50) {
    if (waited >= patienceMillis) return false;
    await pause(50);
  }
  removeFolder(instance.folder);
  return true;
};
