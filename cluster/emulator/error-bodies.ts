// Errors as each dialect words them (wire-protocol.md 3.5): status, headers and body. One cause, four wordings.

import type { Dialect } from './dialects.ts';
import { DIALECTS } from './dialects.ts';

export type Refusal =
  | { readonly kind: 'bad-request'; readonly message: string }
  | { readonly kind: 'no-key' }
  | { readonly kind: 'bad-key' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'internal' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const FORMATS = ['wav', 'mp3', 'flac', 'ogg', 'm4a'];

const statusOf = (dialect: Dialect, refusal: Refusal): number => {
  switch (refusal.kind) {
    case 'bad-request':
      return 400;
    case 'no-key':
    case 'bad-key':
      return 401;
    case 'unsupported':
      return dialect === 'onprem-v1' ? 415 : 400;
    case 'too-large':
      return DIALECTS[dialect].tooLargeStatus;
    case 'rate-limited':
      return 429;
    case 'internal':
      return 500;
    case 'unavailable':
      return 503;
  }
};

const messageOf = (refusal: Refusal): string => {
  switch (refusal.kind) {
    case 'bad-request':
      return refusal.message;
    case 'no-key':
      return 'Authorization header missing';
    case 'bad-key':
      return 'unauthorized';
    case 'unsupported':
      return 'Unsupported audio format';
    case 'too-large':
      return `File exceeds ${Math.round(refusal.limitBytes / 1e6)} MB`;
    case 'rate-limited':
      return 'Rate limit exceeded';
    case 'internal':
      return 'Internal server error';
    case 'unavailable':
      return 'No ASR workers available';
  }
};

const ONPREM_CODES: { readonly [K in Refusal['kind']]: string } = {
  'bad-request': 'MISSING_PARAMETER',
  'no-key': 'INVALID_LICENSE',
  'bad-key': 'INVALID_LICENSE',
  unsupported: 'UNSUPPORTED_FORMAT',
  'too-large': 'FILE_TOO_LARGE',
  'rate-limited': 'RATE_LIMIT_EXCEEDED',
  internal: 'INTERNAL_ERROR',
  unavailable: 'SERVICE_UNAVAILABLE',
};

const retryAfterOf = (refusal: Refusal): number | null =>
  refusal.kind === 'rate-limited' || refusal.kind === 'unavailable' ? refusal.retryAfterSeconds : null;

const bodyOf = (dialect: Dialect, refusal: Refusal, requestId: string): Readonly<Record<string, unknown>> => {
  const message = messageOf(refusal);
  const retryAfter = retryAfterOf(refusal);
  if (dialect === 'onprem-v1')
    return {
      error: message,
      code: ONPREM_CODES[refusal.kind],
      ...(retryAfter === null ? {} : { retry_after: retryAfter }),
      ...(refusal.kind === 'unsupported' ? { supported_formats: FORMATS } : {}),
      ...(refusal.kind === 'too-large' ? { max_size_mb: Math.round(refusal.limitBytes / 1e6) } : {}),
    };
  if (dialect === 'stt') return { error: message, request_id: requestId };
  if (refusal.kind === 'no-key') return { message };
  if (refusal.kind === 'bad-key' || refusal.kind === 'internal') return { error: message };
  return { status: 'error', message, errors: [message] };
};

export const errorAnswer = (dialect: Dialect, refusal: Refusal, requestId: string): ErrorAnswer => {
  const retryAfter = retryAfterOf(refusal);
  return {
    status: statusOf(dialect, refusal),
    headers:
      retryAfter !== null && DIALECTS[dialect].retryAfterIn === 'header' ? { 'retry-after': String(retryAfter) } : {},
    body: bodyOf(dialect, refusal, requestId),
  };
};
