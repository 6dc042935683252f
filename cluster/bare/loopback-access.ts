// HTTPS to the control plane's own components with its CA and a client certificate: for health checks only.

import { Agent, request } from 'undici';
import type { KeyPair } from './certificates.ts';

export interface LoopbackAccess {
  /** Null = 200, else what came instead. */
  readonly trouble: (url: string) => Promise<string | null>;
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
    close: () => dispatcher.destroy(),
  };
};
