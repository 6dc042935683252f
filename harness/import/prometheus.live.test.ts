import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHistory } from './prometheus.ts';

const asked: string[] = [];
const answer = (query: string): unknown => {
  if (query.includes('nonsense')) return { status: 'error', error: 'parse error' };
  const series = (metric: object, values: object) => ({ status: 'success', data: { result: [{ metric, ...values }] } });
  if (query.includes('_bucket'))
    return {
      status: 'success',
      data: {
        result: [
          { metric: { le: '+Inf' }, value: [1, '10'] },
          { metric: { le: '1' }, value: [1, '7'] },
          { metric: { le: '0.25' }, value: [1, 'NaN'] },
        ],
      },
    };
  return series(
    {},
    {
      values: [
        [1060, query.startsWith('count') ? '2' : '5'],
        [1180, 'NaN'],
      ],
    },
  );
};

const server = createServer((request, response) => {
  const { searchParams, pathname } = new URL(request.url!, 'http://localhost');
  asked.push(`${pathname} ${searchParams.get('query')}`);
  response.end(JSON.stringify(answer(searchParams.get('query')!)));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const request = (match: string) => ({
  url: `${url}/prom/`,
  fromSeconds: 1000,
  toSeconds: 1180,
  stepSeconds: 60,
  match,
  signal: new AbortController().signal,
});

describe('a history out of Prometheus', () => {
  it('is one value per step, null where there is none, and the buckets in order', async () => {
    expect(await readHistory(request('namespace="asr"'))).toEqual({
      stepSeconds: 60,
      fromSeconds: 1000,
      rate: [5, null, null],
      active: [5, null, null],
      pods: [2, null, null],
      durations: [
        [1, 7],
        [Infinity, 10],
      ],
    });
    expect(asked).toEqual([
      '/prom/api/v1/query_range sum(rate(asr_total_requests{namespace="asr"}[60s]))',
      '/prom/api/v1/query_range sum(asr_active_requests{namespace="asr"})',
      '/prom/api/v1/query_range count(asr_active_requests{namespace="asr"})',
      '/prom/api/v1/query sum by (le) (increase(asr_request_duration_seconds_bucket{namespace="asr"}[180s]))',
    ]);
  });

  it('tells what Prometheus refused, and where nothing answers', async () => {
    await expect(readHistory(request('nonsense'))).rejects.toMatchObject({ code: 'QUERY_INVALID' });
    await expect(readHistory({ ...request(''), url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'INPUT_MISSING',
    });
  });
});
