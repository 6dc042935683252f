// One load worker, wherever it runs: one engine, finished rows and a census told to whoever began it many times a second.
// Ends after its report, or at once when nobody is there any more.

import { scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { stripe } from './arrivals.ts';
import { LoadEngine } from './load-engine.ts';
import { socketLimits, usableSockets } from './socket-limits.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import { packRows } from './worker-messages.ts';

/** How a worker reaches whoever began it. */
export interface WorkerPort {
  readonly tell: (message: FromWorker, sent?: () => void) => void;
  /** Least real time between two messages with rows and census. */
  readonly reportRealMillis: number;
}

/** Time of the run between two messages: often enough for whoever samples it every second. */
const REPORT_MILLIS = 100;

let port: WorkerPort;
let engine: LoadEngine | null = null;
let over: number[] = [];

const flush = (): void => {
  if (engine === null) return;
  port.tell({ kind: 'rows', rows: packRows(engine.requests, over), census: engine.census() });
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
  const { front } = settings;
  const own = { ...front, maxInFlight: Math.min(front.maxInFlight, usableSockets(socketLimits())) };
  const rows = stripe(schedule.count, worker, workers);
  engine = new LoadEngine(schedule, rows, { ...settings, front: own }, clock, (row) => over.push(row));
  for (const message of earlier) handle(message);
  setInterval(flush, Math.max(port.reportRealMillis, clock.real(REPORT_MILLIS)));
  void engine.run().then(() => {
    flush();
    port.tell({ kind: 'done' });
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
  port.tell({ kind: 'rows', rows: packRows(requests, underWay), census });
  port.tell({ kind: 'report', report }, () => process.exit(0));
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

/** The one worker of this process; gives who takes the messages to it. The process ends with it. */
export const startWorker = (at: WorkerPort): ((message: ToWorker) => void) => {
  port = at;
  process.on('SIGINT', () => undefined);
  process.on('uncaughtException', (error) => {
    port.tell({ kind: 'failed', message: error.stack ?? error.message }, () => process.exit(1));
  });
  port.tell({ kind: 'prepared' });
  return handle;
};
