import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { untilWritable } from './until-writable.ts';

describe('waiting for a full socket', () => {
  it('ends when it drains or closes, and leaves no listener', async () => {
    const socket = new EventEmitter();
    for (const event of ['drain', 'close', 'drain']) {
      const waited = untilWritable(socket);
      expect([socket.listenerCount('drain'), socket.listenerCount('close')]).toEqual([1, 1]);
      socket.emit(event);
      await waited;
      expect(socket.eventNames()).toEqual([]);
    }
  });
});
