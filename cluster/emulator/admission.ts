// Who may come in: the key and the rate, before any work is done.

import type { EmulatorConfig } from './config.ts';
import type { Refusal } from './error-bodies.ts';

/** The refusal that a request with this `Authorization` header (or `?token=`) meets; null = it may pass. */
export const keyRefusal = (
  auth: EmulatorConfig['auth'],
  authorization: string | null,
  token: string | null,
): Refusal | null => {
  if (auth === null) return null;
  const space = authorization === null ? -1 : authorization.indexOf(' ');
  const scheme = authorization === null ? null : authorization.slice(0, space);
  const key = authorization === null ? token : authorization.slice(space + 1);
  if (key === null) return { kind: 'no-key' };
  const schemeFits = auth.scheme === 'any' || scheme === null || scheme === auth.scheme;
  return schemeFits && key === auth.key ? null : { kind: 'bad-key' };
};

/** At most `perMinute` requests in any 60 virtual seconds. */
export class RateLimit {
  private readonly perMinute: number | null;
  private readonly recent: number[] = [];

  constructor(perMinute: number | null) {
    this.perMinute = perMinute;
  }

  take(nowMillis: number): boolean {
    if (this.perMinute === null) return true;
    while (this.recent.length > 0 && this.recent[0]! <= nowMillis - 60_000) this.recent.shift();
    if (this.recent.length >= this.perMinute) return false;
    this.recent.push(nowMillis);
    return true;
  }
}
