// HTTPS to the control plane's own components with its CA and the admin's certificate: for its health checks and the
// objects of its start. Everybody else uses cluster/kube/client.ts, whose import costs more than the whole start-up here.

import { Agent, request } from 'undici';
import { TestbedError } from '../../model/errors.ts';
import type { KeyPair } from './certificates.ts';

export interface LoopbackAccess {
  /** Null = 200, else what came instead. */
  readonly trouble: (url: string) => Promise<string | null>;
  /** POSTs an object. Throws TARGET_FAILED unless it was created. */
  readonly create: (url: string, body: unknown) => Promise<void>;
  readonly close: () => Promise<void>;
}

const ANSWER_MILLIS = 2000;

const cause = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

export const loopbackAccess = (ca: string, client: KeyPair): LoopbackAccess => {
  const dispatcher = new Agent({ allowH2: false, connect: { ca, cert: client.certificate, key: client.key } });
  return {
    trouble: async (url) => {
      try {
        const answer = await request(url, { dispatcher, signal: AbortSignal.timeout(ANSWER_MILLIS) });
        const text = await answer.body.text();
        return answer.statusCode === 200 ? null : `${url} answers ${answer.statusCode}: ${text.slice(0, 200).trim()}`;
      } catch (error) {
        return `${url}: ${cause(error)}`;
      }
    },
    create: async (url, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await request(url, { method: 'POST', dispatcher, headers, body: JSON.stringify(body) });
      const text = await answer.body.text();
      if (answer.statusCode !== 201)
        throw new TestbedError('TARGET_FAILED', `POST ${url} answers ${answer.statusCode}: ${text.slice(0, 300)}`);
    },
    close: () => dispatcher.destroy(),
  };
};
