// A load worker in a pod of an Indexed Job: waits for the one call of the replay that made it, plays its rows, and ends with
// the link, so that nothing sends on that nobody watches.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { monotonicMillis } from '../cluster/emulator/scaled-clock.ts';
import type { Schedule } from '../model/schedule.ts';
import type { FromPod, ToPod } from './load-job-link.ts';
import { LOAD_PORT, decoded, encoded, linkPath } from './load-job-link.ts';
import { startWorker } from './replay/worker.ts';
import { scheduleHash } from './schedule-hash.ts';

const { env } = process;
const CALL_MILLIS = 300_000;
/** Rows travel through an API server: fewer, larger messages than over IPC. */
const REPORT_REAL_MILLIS = 200;
const MOST_BYTES = 1_000_000_000;

const server = new WebSocketServer({
  port: Number(env['SURGELAB_PORT'] ?? LOAD_PORT),
  path: linkPath(env['SURGELAB_LINK'] ?? ''),
  perMessageDeflate: false,
  maxPayload: MOST_BYTES,
});
await once(server, 'listening');
process.stdout.write(`listening on port ${(server.address() as AddressInfo).port}\n`);

const patience = setTimeout(() => {
  process.stderr.write('error: nobody called\n');
  process.exit(2);
}, CALL_MILLIS);
const [socket] = (await once(server, 'connection')) as [WebSocket];
clearTimeout(patience);
// One call: a second one would make a second worker. The port is closed, the link stays.
server.close();

const tell = (message: FromPod, sent?: () => void): void => {
  if (sent === undefined) socket.send(encoded(message));
  else
    socket.send(encoded(message), () => {
      socket.off('close', abandoned);
      socket.on('close', sent);
      socket.close(1000);
    });
};
const abandoned = (): void => {
  process.stderr.write('error: the replay is gone\n');
  process.exit(1);
};
socket.on('close', abandoned);
socket.on('error', () => undefined);

let schedule: Schedule | null = null;
const handle = startWorker({ tell, reportRealMillis: REPORT_REAL_MILLIS });
socket.on('message', (bytes: Buffer) => {
  const message = decoded(bytes) as ToPod;
  switch (message.kind) {
    case 'clock':
      tell({ kind: 'clock', atMonotonicMillis: monotonicMillis() });
      return;
    case 'schedule':
      ({ schedule } = message);
      tell({ kind: 'schedule', hash: scheduleHash(schedule) });
      return;
    case 'begin':
      handle({ ...message, schedule: schedule! });
      return;
    case 'join':
    case 'leave':
    case 'stop':
      handle(message);
  }
});
