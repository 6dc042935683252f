// Lines of a trace file, header checked, with the errors that all three formats share: `file:line: expected X, got Y`.

import { TestbedError } from '../../model/errors.ts';

const CONVERT_HINT =
  'a trace is UTF-8 text with the header offset_s,audio_s,kind and one row per request in time order, e.g. `12.500,4.20,short`';

/** Throws TRACE_INVALID naming the line (from 1). */
export const refuseTrace = (file: string, line: number, message: string): never => {
  throw new TestbedError('TRACE_INVALID', `${file}:${line}: ${message}`, { hint: CONVERT_HINT });
};

/** The cells of every row below `header`. Throws TRACE_INVALID on another header, a wrong count of cells, or no rows. */
export const traceRows = function* (
  file: string,
  text: string,
  header: string,
): Generator<{ readonly line: number; readonly cells: readonly string[] }> {
  const columns = header.split(',').length;
  let line = 0;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const row = text.slice(start, text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    line++;
    if (line === 1) {
      if (row !== header) refuseTrace(file, 1, `expected the header ${header}, got ${row.slice(0, 80)}`);
      continue;
    }
    if (row === '' && start >= text.length) break;
    const cells = row.split(',');
    if (cells.length !== columns)
      refuseTrace(file, line, `expected ${columns} values (${header}), got ${row.slice(0, 80)}`);
    yield { line, cells };
  }
  if (line < 2) refuseTrace(file, Math.max(1, line), 'expected at least one row, got an empty trace');
};

/** A finite number at or above `least` (or above it, if `open`). */
export const cellNumber = (
  file: string,
  line: number,
  column: string,
  cell: string,
  least: number,
  open = false,
): number => {
  const value = cell.trim() === '' ? NaN : Number(cell);
  if (!Number.isFinite(value) || value < least || (open && value === least)) {
    refuseTrace(
      file,
      line,
      `expected ${column} ${open ? 'above' : 'of at least'} ${least}, got ${cell === '' ? 'nothing' : cell}`,
    );
  }
  return value;
};
