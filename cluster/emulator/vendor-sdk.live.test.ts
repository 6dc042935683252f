import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EMULATOR_DEFAULTS } from './config.ts';
import { monotonicMillis, scaledClock } from './scaled-clock.ts';
import { startEmulator } from './server.ts';

const python = process.env['SURGELAB_VENDOR_PYTHON'];
if (python === undefined)
  console.log(
    "skipped: the vendor's SDK against the emulator; set SURGELAB_VENDOR_PYTHON to a python that has smallestai",
  );

describe("the vendor's Python SDK, unchanged", () => {
  it.skipIf(python === undefined)('transcribes a file, is refused, and holds a live session', async () => {
    const emulator = await startEmulator({ ...EMULATOR_DEFAULTS, port: 0 }, scaledClock(monotonicMillis(), 1));
    try {
      const script = new URL('vendor-sdk-trial.py', import.meta.url).pathname;
      const { stdout } = await promisify(execFile)(python!, [script, `http://127.0.0.1:${emulator.port}`]);
      const steps = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(steps).toEqual([
        { step: 'batch pulse', status: 'success', seconds: 3, words: 7, spoken: 7 },
        { step: 'batch pulse-pro', status: 'success', seconds: 3, words: 7, spoken: 7 },
        { step: 'unknown model', error: 'BadRequestError' },
        { step: 'live', partials: true, finals: 2, words: 7, last: true },
      ]);
    } finally {
      await emulator.close();
    }
  });
});
