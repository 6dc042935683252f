// emulate: one emulated speech-to-text pod on loopback until it is interrupted; every dialect, /health and /metrics.

import { EMULATOR_DEFAULTS } from '../../cluster/emulator/config.ts';
import type { Dialect } from '../../cluster/emulator/dialects.ts';
import { DIALECT_IDS } from '../../cluster/emulator/dialects.ts';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { startEmulator } from '../../cluster/emulator/server.ts';
import { parseDuration } from '../../model/duration.ts';
import { TestbedError } from '../../model/errors.ts';
import { suggestion } from '../../model/nearest.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import type { CommandContext } from '../run-command.ts';

export interface EmulateOptions {
  readonly port: string;
  readonly calibration: string;
  readonly modelLoad: string;
  /** None given = all. */
  readonly dialect: readonly string[];
}

const portOf = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TestbedError('USAGE', `--port ${text}: expected a whole number from 0 to 65535`);
  return port;
};

const dialectsOf = (names: readonly string[]): readonly Dialect[] => {
  for (const name of names)
    if (!DIALECT_IDS.some((known) => known === name))
      throw new TestbedError('USAGE', `there is no dialect ${name}${suggestion(name, DIALECT_IDS)}`, {
        hint: `one of ${DIALECT_IDS.join(', ')}`,
      });
  return names.length === 0 ? DIALECT_IDS : DIALECT_IDS.filter((id) => names.includes(id));
};

export const run = async (options: EmulateOptions, context: CommandContext): Promise<number> => {
  const law = SERVICE_LAWS[options.calibration];
  if (law === undefined)
    throw new TestbedError(
      'USAGE',
      `there is no calibration ${options.calibration}${suggestion(options.calibration, Object.keys(SERVICE_LAWS))}`,
      { hint: `one of ${Object.keys(SERVICE_LAWS).join(', ')}` },
    );
  const modelLoad = parseDuration(options.modelLoad);
  if (modelLoad === null)
    throw new TestbedError('USAGE', `--model-load ${options.modelLoad}: expected a duration`, {
      hint: '--model-load 2s',
    });
  const emulator = await startEmulator(
    { ...EMULATOR_DEFAULTS, law, modelLoad, port: portOf(options.port), dialects: dialectsOf(options.dialect) },
    scaledClock(monotonicMillis(), 1),
  );
  const origin = `http://${EMULATOR_DEFAULTS.host}:${emulator.port}`;
  context.print(`listening on ${origin}`);
  context.tell(
    [
      `try: curl ${origin}/health`,
      `     curl ${origin}/metrics`,
      `     curl -X POST ${origin}/waves/v1/pulse/get_text -H 'content-type: application/octet-stream' -H 'x-testbed-audio-seconds: 5' --data-binary x`,
      'Ctrl-C ends it',
    ].join('\n'),
  );
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    else context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await emulator.pod.drain();
  await emulator.close();
  return OUTCOME_EXIT.ok.code;
};
