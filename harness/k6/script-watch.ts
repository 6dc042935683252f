// Ends the run of k6 when the Surgelab that started it is gone: no load may outlive who answers for it. Takes the address
// that the run began at; one VU looks.

import exec from 'k6/execution';
import http from 'k6/http';
import { clearTimeout, setTimeout } from 'k6/timers';

export interface Watch {
  /** Never resolves; rejects with the abort. */
  readonly gone: Promise<never>;
  readonly stop: () => void;
}

const EVERY_MILLIS = 2000;
const PATIENCE_MILLIS = 10_000;
/** k6's error code of a request that took longer than its time-out: who is slow is not gone. */
const REQUEST_TIMED_OUT = 1050;

export const watch = (url: string): Watch => {
  let timer = 0;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const params = { timeout: PATIENCE_MILLIS, tags: { name: 'begin' } };
    const { status, error_code } = await http.asyncRequest('GET', url, null, params);
    if (status === 0 && error_code !== REQUEST_TIMED_OUT && !isStopped) exec.test.abort('Surgelab is gone');
  };
  const gone = new Promise<never>((_, reject) => {
    const again = (): void => {
      if (isStopped) return;
      timer = setTimeout(() => {
        look().then(again, reject);
      }, EVERY_MILLIS);
    };
    again();
  });
  return {
    gone,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
