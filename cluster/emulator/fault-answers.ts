// What an injected fault does to a batch request before the GPU sees it.

import type { ServerResponse } from 'node:http';
import type { RequestFault } from './config.ts';
import type { Refusal } from './error-bodies.ts';

/** True = the request is dealt with; false = go on: there is no fault, or one that acts on the answer. */
export const faultBefore = (
  fault: RequestFault | null,
  response: ServerResponse,
  refuse: (refusal: Refusal) => void,
): boolean => {
  switch (fault?.kind) {
    case 'refuse':
      response.destroy();
      return true;
    case 'stall':
      return true;
    case 'internal-error':
      refuse({ kind: 'internal' });
      return true;
    case 'rate-limit':
      refuse({ kind: 'rate-limited', retryAfterSeconds: fault.retryAfter });
      return true;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('\u0000\u0001 this is no JSON');
      return true;
    case 'slow-first-byte':
    case 'cut-answer':
    case undefined:
      return false;
  }
};
