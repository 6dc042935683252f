// Runs one command: loads it, hands it its options, turns what it returns or throws into an exit code and a message
// that a person can act on. A stack trace is printed only for a defect, and only when SURGELAB_DEBUG is set.

import { TestbedError } from '../model/errors.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from './exit-codes.ts';
import { systemWords } from './system-words.ts';

export interface CommandContext {
  /** Aborted by Ctrl-C or SIGTERM; long commands stop, keep what they have and throw INTERRUPTED. */
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** A command gives its exit code; it throws TestbedError for everything that is not an answer. */
export interface CommandModule<Options> {
  readonly run: (options: Options, context: CommandContext) => Promise<number>;
}

/** A file or folder that the user named and the system refuses is no defect. */
const refusedPath = (error: unknown): string | null => {
  const { code, path } = error as NodeJS.ErrnoException;
  const refusals = ['EACCES', 'EEXIST', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'];
  return error instanceof Error && path !== undefined && code !== undefined && refusals.includes(code)
    ? `${path}: ${systemWords(error)}`
    : null;
};

const report = (error: unknown): number => {
  if (error instanceof TestbedError) {
    const hint = error.hint === undefined ? '' : `\n  try: ${error.hint}`;
    process.stderr.write(`surgelab: ${error.message}${hint}\n`);
    return ERROR_EXIT[error.code].code;
  }
  if (
    error instanceof RangeError &&
    /(Array buffer allocation|Invalid (typed )?array length|heap)/i.test(error.message)
  ) {
    process.stderr.write(`surgelab: not enough memory: ${error.message}\n  try: a shorter duration or a lower rate\n`);
    return ERROR_EXIT.SCHEDULE_TOO_LARGE.code;
  }
  const refused = refusedPath(error);
  if (refused !== null) {
    process.stderr.write(`surgelab: ${refused}\n  try: another file or folder; is its parent there, and writable?\n`);
    return ERROR_EXIT.RUN_FOLDER_UNWRITABLE.code;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `surgelab: this is a defect of Surgelab: ${text}\n  try: SURGELAB_DEBUG=1 shows where; please report it\n`,
  );
  if (process.env['SURGELAB_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`);
  return OUTCOME_EXIT.defect.code;
};

export const runCommand = async <Options>(
  load: () => Promise<CommandModule<Options>>,
  options: Options,
): Promise<void> => {
  const abort = new AbortController();
  let asked = 0;
  const stop = (): void => {
    asked += 1;
    if (asked === 1) {
      process.stderr.write('\nsurgelab: stopping (once more to stop at once)\n');
      abort.abort();
    } else process.exit(ERROR_EXIT.INTERRUPTED.code);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const { run } = await load();
    process.exitCode = await run(options, {
      signal: abort.signal,
      print: (text) => void process.stdout.write(`${text}\n`),
      tell: (text) => void process.stderr.write(`${text}\n`),
    });
  } catch (error) {
    process.exitCode = report(error);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
};
