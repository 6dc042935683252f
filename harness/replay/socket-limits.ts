// Before the first request: does this machine give the sockets that the schedule may need? Takes the schedule, how long a
// row may stay, and the limits of the process; an error names the number needed and the command that raises it.

import { readFileSync } from 'node:fs';
import { TestbedError } from '../../model/errors.ts';
import type { Schedule } from '../../model/schedule.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';

export interface StayBound {
  /** Longest life of a batch request's socket, virtual milliseconds: the caller's time-out or what the law makes of a full pod. */
  readonly batchMillis: (audioSeconds: number, seed: number) => number;
  /** Beyond the length of its audio, for a live session: connecting and the last transcript. */
  readonly liveGraceMillis: number;
  /** Never more rows than this are under way; the rest is dropped. */
  readonly maxInFlight: number;
}

export interface SocketLimits {
  /** Open files of one process; Infinity = unlimited. */
  readonly openFiles: number;
  readonly hardOpenFiles: number;
  /** Local ports towards one address and port. */
  readonly localPorts: number;
}

/** Open by the engine itself: modules, IPC, the event loop's own, DNS, the run's files. */
const RESERVED_FILES = 64;
const STREAM = REQUEST_KINDS.indexOf('stream');

/**
 * Most rows of this stripe that can be under way at once: Little's law at its worst instant, every stay as long as it may
 * be. Row i holds a socket in [offset, offset + stay).
 */
export const peakConcurrency = (schedule: Schedule, bound: StayBound, worker = 0, workers = 1): number => {
  const starts: number[] = [];
  const ends: number[] = [];
  for (let row = worker; row < schedule.count; row += workers) {
    const from = schedule.offsetMillis[row]!;
    const audio = schedule.audioSeconds[row]!;
    starts.push(from);
    ends.push(
      from +
        (schedule.kind[row] === STREAM
          ? audio * 1000 + bound.liveGraceMillis
          : bound.batchMillis(audio, schedule.seed[row]!)),
    );
  }
  // Starts never decrease; an end at the instant of a start has freed its socket.
  const sorted = Float64Array.from(ends).sort();
  let peak = 0;
  let gone = 0;
  starts.forEach((at, i) => {
    while (sorted[gone]! <= at) gone += 1;
    peak = Math.max(peak, i + 1 - gone);
  });
  return Math.min(peak, bound.maxInFlight);
};

/** The line `Max open files  soft  hard  files` of /proc/self/limits. */
export const parseOpenFiles = (limits: string): Pick<SocketLimits, 'openFiles' | 'hardOpenFiles'> => {
  const found = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits);
  const number = (text: string | undefined): number =>
    text === undefined || text === 'unlimited' ? Infinity : Number(text);
  return { openFiles: number(found?.[1]), hardOpenFiles: number(found?.[2]) };
};

const readIfThere = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No Linux: the limits are not known, and the check passes.
    return '';
  }
};

/** Of this process, which a forked worker inherits. Infinity where the system does not tell. */
export const socketLimits = (): SocketLimits => {
  const range = /(\d+)\s+(\d+)/.exec(readIfThere('/proc/sys/net/ipv4/ip_local_port_range'));
  return {
    ...parseOpenFiles(readIfThere('/proc/self/limits')),
    localPorts: range === null ? Infinity : Number(range[2]) - Number(range[1]) + 1,
  };
};

/** Sockets that one process of this machine can hold at once: beyond them a row is dropped and counted, not failed. */
export const usableSockets = ({ openFiles }: SocketLimits): number => Math.max(1, openFiles - RESERVED_FILES);

/**
 * Throws LIMIT_TOO_LOW.
 *
 * @param perWorker sockets that the busiest worker may need at once
 * @param perAddress sockets that all workers may hold towards one address at once
 */
export const checkSockets = (perWorker: number, perAddress: number, limits: SocketLimits): void => {
  const files = perWorker + RESERVED_FILES;
  if (files > limits.openFiles)
    throw new TestbedError(
      'LIMIT_TOO_LOW',
      `the schedule may need ${perWorker} sockets at once in one process (${files} open files), the limit is ${limits.openFiles}`,
      {
        hint:
          files <= limits.hardOpenFiles
            ? `ulimit -n ${files}, then the same command; or more --workers`
            : `as root: ulimit -Hn ${files} && ulimit -n ${files} in the shell that starts the run (lasting: nofile in /etc/security/limits.conf); or more --workers`,
      },
    );
  if (perAddress > limits.localPorts)
    throw new TestbedError(
      'LIMIT_TOO_LOW',
      `the schedule may need ${perAddress} connections to one address at once, this machine has ${limits.localPorts} local ports`,
      {
        hint: `as root: sysctl net.ipv4.ip_local_port_range="${Math.max(1024, 61_000 - perAddress - 1000)} 60999"; or spread the load over several addresses of the service`,
      },
    );
};
