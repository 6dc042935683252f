// Answers of asynchronous requests: one POST (or GET) to the caller's URL, a 5xx is tried again, ten times at most.
// Only loopback addresses are called: an emulator has no business elsewhere.

import { request } from 'undici';

const MOST_TRIES = 10;
const RETRY_REAL_MILLIS = 200;

export const isLoopbackUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
};

const attempt = async (url: string, method: 'GET' | 'POST', body: string): Promise<'delivered' | 'again'> => {
  try {
    const target = method === 'GET' ? `${url}${url.includes('?') ? '&' : '?'}payload=${encodeURIComponent(body)}` : url;
    const answer = await request(target, {
      method,
      ...(method === 'POST' ? { body, headers: { 'content-type': 'application/json' } } : {}),
    });
    await answer.body.dump();
    return answer.statusCode >= 500 ? 'again' : 'delivered';
  } catch {
    return 'again';
  }
};

export const postWebhook = (url: string, method: string | null, body: Readonly<Record<string, unknown>>): void => {
  const text = JSON.stringify(body);
  const tryFrom = (n: number): void => {
    void attempt(url, method === 'GET' ? 'GET' : 'POST', text).then((result) => {
      if (result === 'again' && n < MOST_TRIES) setTimeout(() => tryFrom(n + 1), RETRY_REAL_MILLIS * n).unref();
    });
  };
  tryFrom(1);
};
