// Errors for the next person: a stable code, what was received, what to try. Expected outcomes (an objective missed,
// no data) are values, not errors. Each code has one exit code in harness/exit-codes.ts.

export type ErrorCode =
  | 'USAGE' // flags or arguments of the command line
  | 'SCENARIO_INVALID' // a scenario file that does not parse or breaks its schema
  | 'PLATFORM_INVALID' // Kubernetes, Prometheus or adapter YAML that cannot be used
  | 'TRACE_INVALID' // a trace with broken rows, decreasing offsets or no rows
  | 'INPUT_MISSING' // a file or folder that is not there or cannot be read
  | 'RUN_FOLDER_UNWRITABLE'
  | 'RUN_INCOMPLETE' // a run folder that was cut off while it was written
  | 'SCHEMA_MISMATCH' // a run written by another version of the schema
  | 'SCHEDULE_HASH_MISMATCH'
  | 'SCHEDULE_TOO_LARGE' // not enough memory for the rows
  | 'OBJECTIVE_INVALID' // an objective text that does not parse
  | 'QUERY_INVALID' // PromQL outside what is supported, found at load time
  | 'PORT_IN_USE'
  | 'TARGET_FAILED' // a real process or server did not start, or died
  | 'TARGET_UNREACHABLE' // no connection to a service: nobody listens, no such name, TLS, no answer
  | 'DIALECT_UNKNOWN' // a service that speaks none of the dialects, or not the one asked for
  | 'LIMIT_TOO_LOW' // more sockets or ports needed than this machine gives
  | 'CLIPS_INVALID' // a folder of clips that is empty or holds broken files
  | 'GENERATOR_LIMITED' // the load engine, not the service, was the bottleneck
  | 'CONFORMANCE' // behaviour differs from the recorded one
  | 'FIDELITY' // simulation and real run differ beyond the stated bounds
  | 'TOOL_MISSING' // a program or library that this command needs is not installed
  | 'INTERRUPTED';

export interface ErrorDetail {
  /** What to try next, in one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class TestbedError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'TestbedError';
    this.code = code;
    this.hint = detail.hint;
  }
}

/** One problem of a file, printed as `file:line:col path: message`. Readers collect them all before they throw. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  /** "expected X, got Y" */
  readonly message: string;
}

export const formatProblem = (p: Problem): string =>
  `${p.file}:${p.line}:${p.column} ${p.path === '' ? '' : `${p.path}: `}${p.message}`;
