// The process of the peer: autocannon at the same server with the same request and the same checks as the load engine makes.
// Its parent sends what to do and reads what it counted; CPU is read from outside, as the engine's is.

import autocannon from 'autocannon';
import { BATCH_QUERY } from '../../harness/replay/batch-client.ts';
import { tokenBody } from '../../harness/replay/clip.ts';
import { DIALECTS, ROW_HEADERS } from '../../cluster/emulator/dialects.ts';

export interface PeerTask {
  readonly origin: string;
  readonly perSecond: number;
  readonly count: number;
  readonly connections: number;
}

export interface PeerCount {
  readonly answered: number;
  readonly wrong: number;
  readonly seconds: number;
}

const shoot = async ({ origin, perSecond, count, connections }: PeerTask): Promise<PeerCount> => {
  let row = 0;
  let wrong = 0;
  let answered = 0;
  const result = await autocannon({
    url: origin,
    connections,
    overallRate: perSecond,
    amount: count,
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
  });
  return { answered, wrong: wrong + result.errors + result.timeouts, seconds: result.duration };
};

process.on('message', (task: PeerTask) => {
  void shoot(task).then((count) => process.send!(count));
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');
