// The process of one load worker: one engine, finished rows and a census sent to the parent many times a second. Ends
// after its report, or at once when the parent is gone.

import { scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { stripe } from './arrivals.ts';
import { LoadEngine } from './load-engine.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { packRows } from './worker-messages.ts';

/** Real time between two messages with rows and census. */
const REPORT_REAL_MILLIS = 20;

let engine: LoadEngine | null = null;
let over: number[] = [];

const tell = (message: FromWorker, sent?: () => void): void => {
  if (process.connected) process.send!(message, undefined, undefined, sent);
};

const flush = (): void => {
  if (engine === null) return;
  tell({ kind: 'rows', rows: packRows(engine.requests, over), census: engine.census() });
  over = [];
};

const begin = ({
  schedule,
  settings,
  worker,
  workers,
  earlier,
  ...time
}: Extract<ToWorker, { kind: 'begin' }>): void => {
  const clock = scaledClock(time.originMonotonicMillis, time.timeScale);
  engine = new LoadEngine(schedule, stripe(schedule.count, worker, workers), settings, clock, (row) => over.push(row));
  for (const message of earlier) handle(message);
  setInterval(flush, REPORT_REAL_MILLIS);
  void engine.run().then(() => {
    flush();
    tell({ kind: 'done' });
  });
};

const stop = (): void => {
  if (engine === null) process.exit(0);
  flush();
  const census = engine.census();
  const { requests, ...report } = engine.stop();
  // Rows under way stay unfinished, but when they were sent is known.
  const underWay = [...requests.sentMillis.keys()].filter(
    (row) => !Number.isNaN(requests.sentMillis[row]!) && Number.isNaN(requests.doneMillis[row]!),
  );
  tell({ kind: 'rows', rows: packRows(requests, underWay), census });
  tell({ kind: 'report', report }, () => process.exit(0));
};

const handle = (message: ToWorker): void => {
  switch (message.kind) {
    case 'begin':
      begin(message);
      return;
    case 'join':
      engine?.join(message.pod, message.origin);
      return;
    case 'leave':
      engine?.leave(message.pod);
      return;
    case 'stop':
      stop();
  }
};

process.on('message', handle);
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => {
  tell({ kind: 'failed', message: error.stack ?? error.message }, () => process.exit(1));
});
tell({ kind: 'prepared' });
