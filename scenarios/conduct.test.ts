import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse.ts';

const file = (traffic: string, rest = ''): string =>
  `{name: a, duration: 30m, traffic: [{name: i, audio: 5s, arrivals: {kind: poisson, rate: 6/s}, ${traffic}}], ${rest}}`;

describe('conduct of callers in a scenario file', () => {
  it('has hang-ups and cuts with shares and distributions; what is not asked for is absent', () => {
    const [traffic] = parseScenario(
      's.yaml',
      file('kind: stream, conduct: {hangup: {share: 0.2, after: {kind: exponential, mean: 20s}}, cut: {share: 0.1}}'),
    ).traffic;
    expect(traffic!.conduct).toEqual({
      hangup: { share: 0.2, after: { kind: 'exponential', mean: 20 } },
      cut: { share: 0.1, after: null },
    });
    expect(parseScenario('s.yaml', file('conduct: {hangup: {after: 8s}}')).traffic[0]!.conduct).toEqual({
      hangup: { share: 1, after: { kind: 'fixed', value: 8 } },
      cut: null,
    });
    const plain = parseScenario('s.yaml', file('kind: short'));
    expect(['conduct' in plain.traffic[0]!, 'connections' in plain.service, 'abandonedWork' in plain.service]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('refuses a cut of requests that are no live sessions, and shares that are none', () => {
    expect(() => parseScenario('s.yaml', file('kind: short, conduct: {cut: {share: 0.1}}'))).toThrow(
      /traffic\[0\]\.conduct\.cut: expected nothing, since only live sessions \(kind: stream\) can be cut/,
    );
    expect(() => parseScenario('s.yaml', file('conduct: {hangup: {share: 1.5, after: 8s}}'))).toThrow(
      /traffic\[0\]\.conduct\.hangup\.share: expected a share above 0, at most 1, got 1.5/,
    );
  });
});

describe('connections in a scenario file', () => {
  it('are kept alive with a pool, an age and an idle time', () => {
    const of = (connections: string): unknown =>
      parseScenario('s.yaml', file('kind: short', `service: {connections: ${connections}}`)).service.connections;
    expect(of('{kind: keep-alive, pool: 32, maxAge: 5m}')).toEqual({
      kind: 'keep-alive',
      pool: 32,
      maxAge: 300,
      idle: null,
    });
    expect(of('{kind: per-request}')).toEqual({ kind: 'per-request' });
  });

  it('and a queue in front exclude each other: that queue balances each request', () => {
    expect(() =>
      parseScenario(
        's.yaml',
        file('kind: short', 'service: {queueAt: front, connections: {kind: keep-alive, pool: 32}}'),
      ),
    ).toThrow(/service\.queueAt: expected `pod` with keep-alive connections/);
  });
});
