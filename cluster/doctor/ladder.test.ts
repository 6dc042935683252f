import { expect, it } from 'vitest';
import { known, unknown } from './facts.ts';
import type { Facts } from './facts.ts';
import { HEALTHY } from './healthy-facts.test-support.ts';
import { climb, firstBroken } from './ladder.ts';

const states = (change: Partial<Facts>): string =>
  climb({ ...HEALTHY, ...change })
    .map(({ state }) => ({ ok: '.', broken: 'X', unknown: '?', 'not-checked': '-' })[state])
    .join('');

it('holds on a healthy cluster', () => {
  expect(states({})).toBe('..............');
  expect(firstBroken(climb(HEALTHY))).toBeNull();
});

it('judges nothing without an API server', () => {
  expect(states({ api: unknown('ECONNREFUSED') })).toBe('X-------------');
});

it('does not judge what depends on a broken rung, and judges the rest', () => {
  expect(states({ pods: known([]) })).toBe('.X-----.--.-.-');
  expect(states({ services: known([]) })).toBe('...X---.--.-.-');
  expect(states({ rules: known([]) })).toBe('.......X......');
  expect(states({ hpas: known([]) })).toBe('..........X-..');
});

it('judges on where something could not be read', () => {
  const why = unknown('no Service of a Prometheus was found');
  expect(states({ prometheus: why, series: why, rules: why })).toBe('....????.....?');
});

it('names the first broken rung and the rungs that others wait for', () => {
  const steps = climb({ ...HEALTHY, services: known([]), hpas: known([]) });
  expect(firstBroken(steps)).toMatchObject({ number: 4, id: 'service', cause: { trap: 'T13' } });
  expect(steps[11]).toEqual({
    number: 12,
    id: 'hpa',
    title: 'HPA reads the metric',
    state: 'not-checked',
    because: [10, 11],
  });
});

it('gives a command line for every rung that was judged', () => {
  expect(climb(HEALTHY).filter((step) => step.state !== 'not-checked' && step.commands.length === 0)).toEqual([]);
});

it('asks Prometheus through the API server where no address is known', () => {
  const at = '/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy';
  const steps = climb({ ...HEALTHY, doors: { kubectl: 'kubectl --context gpu', prometheus: { kind: 'proxy', at } } });
  expect(steps[5]).toMatchObject({
    commands: [
      `kubectl --context gpu get --raw '${at}/api/v1/targets?state=active'`,
      `kubectl --context gpu get --raw '${at}/api/v1/query?query=up%7Bnamespace%3D%22asr%22%7D'`,
    ],
  });
});
