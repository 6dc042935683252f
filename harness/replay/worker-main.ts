// A load worker as a forked process: its parent is reached over IPC.

import type { ToWorker } from './worker-messages.ts';
import { startWorker } from './worker.ts';

process.on('disconnect', () => process.exit(0));
const handle = startWorker({
  tell: (message, sent) => {
    if (process.connected) process.send!(message, undefined, undefined, sent);
  },
  reportRealMillis: 20,
});
process.on('message', (message: ToWorker) => handle(message));
