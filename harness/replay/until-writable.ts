// Waits until a full socket takes bytes again, or will never. Leaves no listener behind: a long recording waits hundreds of
// times.

import type { EventEmitter } from 'node:events';

export const untilWritable = (socket: Pick<EventEmitter, 'on' | 'off'>): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      socket.off('drain', over);
      socket.off('close', over);
      resolve();
    };
    socket.on('drain', over);
    socket.on('close', over);
  });
