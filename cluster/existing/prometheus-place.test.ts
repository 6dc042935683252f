import { describe, expect, it } from 'vitest';
import { TestbedError } from '../../model/errors.ts';
import { clockNote, clockOffset, offsetOf } from './clock-offset.ts';
import { placeText, prometheusAt, prometheusPlace } from './prometheus-place.ts';

const refusal = (text: string): string => {
  try {
    prometheusPlace(text);
    return 'accepted';
  } catch (error) {
    if (error instanceof TestbedError && error.code === 'USAGE') return error.message;
    throw error;
  }
};

describe('the place of a Prometheus', () => {
  it('is an address or a Service behind the API server', () => {
    expect(prometheusPlace('http://127.0.0.1:9090/prom/')).toEqual({
      kind: 'address',
      url: 'http://127.0.0.1:9090/prom',
    });
    const service = prometheusPlace('monitoring/prometheus-operated:http-web');
    expect(service).toEqual({
      kind: 'service',
      namespace: 'monitoring',
      service: 'prometheus-operated',
      port: 'http-web',
    });
    expect(placeText(service)).toBe('Service monitoring/prometheus-operated:http-web through the API server');
    expect(refusal('prometheus')).toMatch(/^--prometheus prometheus: expected an address/);
  });

  it('is refused with credentials, which are not repeated', () => {
    for (const text of ['https://u:p4ss@prom.example.test', 'https://prom.example.test/?token=p4ss'])
      expect(refusal(text)).toBe('--prometheus: the address holds credentials or a query');
    expect(refusal('ftp://u:p4ss@x')).not.toContain('p4ss');
  });
});

const SERVICE = prometheusPlace('monitoring/prom:9090');
const through = (answers: Readonly<Record<string, readonly [status: number, text: string]>>) => {
  const asked: string[] = [];
  const api = prometheusAt(SERVICE, {
    raw: (method, path) => {
      asked.push(`${method} ${path}`);
      const [status, text] = answers[path.replace(/^.*\/proxy/, '')] ?? [404, 'no such page'];
      return Promise.resolve({ status, text });
    },
  });
  return { api, asked };
};

describe('a Prometheus behind the API server', () => {
  it('is asked below the proxy of its Service', async () => {
    const result = [{ metric: { __name__: 'up' }, value: [1.5, '1'] }];
    const { api, asked } = through({
      '/api/v1/query?query=up&time=2.000': [200, JSON.stringify({ status: 'success', data: { result } })],
      '/metrics': [200, 'prometheus_tsdb_head_series 5\n'],
    });
    expect(await api.instant('up', 2000)).toEqual([{ labels: { __name__: 'up' }, times: [1500], values: [1] }]);
    expect(await api.ownPage()).toBe('prometheus_tsdb_head_series 5\n');
    const proxy = '/api/v1/namespaces/monitoring/services/prom:9090/proxy';
    expect(asked).toEqual([`GET ${proxy}/api/v1/query?query=up&time=2.000`, `GET ${proxy}/metrics`]);
  });

  it('says who refused: the API server, or Prometheus in its own words', async () => {
    const { api } = through({
      '/metrics': [403, '{"kind":"Status","status":"Failure","message":"services is forbidden"}'],
      '/api/v1/query?query=1%2B&time=0.000': [400, '{"status":"error","error":"parse error"}'],
    });
    await expect(api.ownPage()).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringMatching(/Service monitoring\/prom:9090.*403.*services is forbidden/) as string,
    });
    await expect(api.instant('1+', 0)).rejects.toThrow('parse error');
  });
});

describe('the clock of a Prometheus', () => {
  it('is ours if it could be, otherwise ahead or behind by the quickest answer', () => {
    expect(offsetOf([{ from: 1000, at: 1003, to: 1010 }])).toEqual({ aheadMillis: 0, uncertainMillis: 5 });
    const answers = [
      { from: 1000, at: 9000, to: 1400 },
      { from: 2000, at: 4510, to: 2020 },
    ];
    expect(offsetOf(answers)).toEqual({ aheadMillis: 2500, uncertainMillis: 10 });
    expect(clockNote(offsetOf(answers))).toBe(
      'the clock of Prometheus is 2500 ms ahead of ours, which its samples are corrected by, to 10 ms',
    );
  });

  it('is taken to be ours where it is not told', async () => {
    const offset = await clockOffset({ now: () => Promise.resolve(NaN) });
    expect(offset).toEqual({ aheadMillis: 0, uncertainMillis: Infinity });
    expect(clockNote(offset)).toMatch(/was not read/);
  });
});
