// One exit code per cause; `surgelab --help` prints this table. 0 is success, 1 a defect of Surgelab itself.

import type { ErrorCode } from '../model/errors.ts';

export interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

/** Outcomes that are answers, not errors. */
export const OUTCOME_EXIT = {
  ok: { code: 0, meaning: 'done; of bench, plan and gate: every objective met' },
  defect: { code: 1, meaning: 'a defect of Surgelab: please report it' },
  objectivesMissed: { code: 10, meaning: 'an objective was missed; of lint: an error was found' },
  noData: { code: 11, meaning: 'an objective had no data: nothing can be said' },
  worse: { code: 22, meaning: 'a change made a gated figure worse' },
  ladderUndecided: { code: 40, meaning: 'doctor: no rung is broken, but some could not be decided' },
  ladderBroken: { code: 41, meaning: 'doctor: 41 to 54 are 40 + the number of the first broken rung' },
} as const satisfies Record<string, ExitCode>;

export const ERROR_EXIT: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: { code: 2, meaning: 'wrong arguments' },
  SCENARIO_INVALID: { code: 3, meaning: 'the scenario does not parse or breaks its schema' },
  PLATFORM_INVALID: { code: 4, meaning: 'the platform YAML cannot be used' },
  TRACE_INVALID: { code: 5, meaning: 'a trace is broken, empty or out of order' },
  INPUT_MISSING: { code: 6, meaning: 'a file or folder is missing or unreadable' },
  RUN_FOLDER_UNWRITABLE: { code: 7, meaning: 'a run folder or another file cannot be written' },
  PORT_IN_USE: { code: 8, meaning: 'a port that was asked for is taken' },
  SCHEDULE_TOO_LARGE: { code: 9, meaning: 'the schedule does not fit into memory' },
  GENERATOR_LIMITED: { code: 12, meaning: 'the load engine, not the service, was the bottleneck: no conclusion' },
  FIDELITY: { code: 13, meaning: 'simulation and real run differ beyond the stated bounds' },
  CONFORMANCE: { code: 14, meaning: 'behaviour differs from the recorded one, or nothing was compared' },
  OBJECTIVE_INVALID: { code: 15, meaning: 'an objective does not parse' },
  QUERY_INVALID: { code: 16, meaning: 'a PromQL query is outside what is supported' },
  RUN_INCOMPLETE: { code: 17, meaning: 'the run was cut off while it was written' },
  SCHEMA_MISMATCH: { code: 18, meaning: 'the run was written by another version of the schema' },
  SCHEDULE_HASH_MISMATCH: { code: 19, meaning: 'two runs, or a run and its schedule, do not belong together' },
  TARGET_FAILED: { code: 20, meaning: 'a process or server under test did not start, or died' },
  TOOL_MISSING: { code: 21, meaning: 'a program that this command needs is not installed' },
  TARGET_UNREACHABLE: { code: 23, meaning: 'the service cannot be reached: address, name, TLS, or no answer' },
  DIALECT_UNKNOWN: { code: 24, meaning: 'the service speaks no known dialect, or not the one asked for' },
  LIMIT_TOO_LOW: { code: 25, meaning: 'the schedule needs more sockets or ports than this machine gives' },
  CLIPS_INVALID: { code: 26, meaning: 'the folder of clips is empty or holds broken files' },
  INTERRUPTED: { code: 130, meaning: 'interrupted; what was done so far is kept and marked incomplete' },
};

export const exitCodeTable = (): string =>
  [...Object.values(OUTCOME_EXIT), ...Object.values(ERROR_EXIT)]
    .toSorted((x, y) => x.code - y.code)
    .map((exit) => `  ${String(exit.code).padStart(3)}  ${exit.meaning}`)
    .join('\n');
