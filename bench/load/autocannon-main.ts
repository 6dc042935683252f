// The process of the peer: autocannon at the same server with the same request and the same checks as the load engine makes.
// Its parent sends what to do and is told, at the two ends of a window, what was answered so far; CPU is read from outside,
// as the engine's is.

import type { Client } from 'autocannon';
import autocannon from 'autocannon';
import { monotonicMillis, scaledClock } from '../../cluster/emulator/scaled-clock.ts';
import { BATCH_QUERY } from '../../harness/replay/batch-client.ts';
import { tokenBody } from '../../harness/replay/clip.ts';
import { playArrivals } from '../../harness/replay/arrivals.ts';
import { DIALECTS, ROW_HEADERS } from '../../cluster/emulator/dialects.ts';
import type { PeerCount, PeerTask } from './peer.ts';

/** What autocannon's client does when its connection is there and whenever an answer is whole; its types do not tell. */
type Requesting = Client & { _doRequest: () => void };

/**
 * Autocannon has no even arrivals: each client sends its share of a second one after the other, then waits for the next second.
 * Here its clients send when the arrivals of an even schedule say so, the last used first, as the engine's do: few of them work.
 */
const paceEvenly = (perSecond: number): ((client: Client) => void) => {
  const free: (() => void)[] = [];
  let owed = 0;
  const offsets = Float64Array.from({ length: perSecond * 60 }, (_, i) => (i * 1000) / perSecond);
  playArrivals(scaledClock(monotonicMillis(), 1), offsets, offsets.keys(), () => {
    const send = free.pop();
    if (send === undefined) owed += 1;
    else send();
  });
  return (client) => {
    const requesting = client as Requesting;
    const send = requesting._doRequest.bind(requesting);
    requesting._doRequest = () => {
      if (owed === 0) {
        // It calls again after the server has closed a connection that idled.
        if (!free.includes(send)) free.push(send);
      } else {
        owed -= 1;
        send();
      }
    };
  };
};

const shoot = ({ origin, pace, perSecond, connections, windowMillis }: PeerTask): void => {
  let row = 0;
  let wrong = 0;
  let answered = 0;
  const instance = autocannon(
    {
      url: origin,
      connections,
      duration: 60,
      // Beyond the window: a client that has nothing to send would count as timed out.
      timeout: 60,
      ...(pace === 'bursts' ? { overallRate: perSecond } : {}),
      ...(pace === 'even' ? { setupClient: paceEvenly(perSecond) } : {}),
      requests: [
        {
          method: 'POST',
          path: `${DIALECTS['pulse-v1'].batchPath}${BATCH_QUERY['pulse-v1']}`,
          body: tokenBody(),
          headers: { 'content-type': 'application/octet-stream', [ROW_HEADERS.audioSeconds]: '1' },
          // Each request names its row, as the engine's do.
          setupRequest: (request) => {
            row += 1;
            const headers = { ...request.headers, [ROW_HEADERS.row]: String(row), [ROW_HEADERS.attempt]: '1' };
            return { ...request, headers: { ...headers, [ROW_HEADERS.seed]: String(row) } };
          },
          // And each answer is looked at: its status, and whether it is JSON.
          onResponse: (status, body) => {
            answered += 1;
            if (status !== 200 || !body.startsWith('{')) wrong += 1;
          },
        },
      ],
    },
    () => undefined,
  );
  // A broken connection, a time-out.
  instance.on('reqError', () => {
    wrong += 1;
  });
  for (const millis of windowMillis) setTimeout(() => process.send!({ answered, wrong } satisfies PeerCount), millis);
};

process.on('message', (task: PeerTask) => shoot(task));
process.on('disconnect', () => process.exit(0));
process.send!('ready');
