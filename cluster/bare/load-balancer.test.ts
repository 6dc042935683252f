import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../local/small-world.test-support.ts';
import type { EndpointSlice } from './load-balancer.ts';
import { callersService, endpointChanges, readyPods } from './load-balancer.ts';

const pod = (uid: string, ready?: boolean) => ({
  ...(ready === undefined ? {} : { conditions: { ready } }),
  targetRef: { kind: 'Pod', uid },
});
const slice = (endpoints: NonNullable<EndpointSlice['endpoints']> | null): EndpointSlice => ({
  metadata: { name: 's' },
  endpoints,
});

describe('who may be sent to', () => {
  it('is ready in any slice; what is not said counts as ready, an address without a pod is nobody', () => {
    const slices = [
      slice([pod('a', true), pod('b', false), pod('c')]),
      slice([{ conditions: { ready: true } }, pod('d', true)]),
      slice(null),
    ];
    expect([...readyPods(slices)]).toEqual(['a', 'c', 'd']);
  });

  it('is told as changes: first who left, then who came', () => {
    expect(endpointChanges(new Set(['a', 'b']), new Set(['b', 'c']))).toEqual([
      { uid: 'a', ready: false },
      { uid: 'c', ready: true },
    ]);
    expect(endpointChanges(new Set(['a']), new Set(['a']))).toEqual([]);
  });
});

describe('the Service of the callers', () => {
  const platform = smallPlatform(4);
  const [metrics] = platform.services;
  const service = (name: string, targetPort: string | number) => ({
    ...metrics!,
    name,
    ports: [{ name: 'http', port: 80, targetPort }],
  });

  it('is the one that leads to the port, by number or by name', () => {
    const named = { ...platform, services: [metrics!, service('by-name', 'http')] };
    const ports = [{ name: 'http', containerPort: 2269 }];
    expect(callersService({ ...named, deployment: { ...platform.deployment, ports } }, 2269)?.name).toBe('by-name');
    expect(callersService({ ...platform, services: [metrics!, service('by-number', 2269)] }, 2269)?.name).toBe(
      'by-number',
    );
  });

  it('is any that selects the pods if none leads there, and null if none selects them', () => {
    expect(callersService(platform, 2269)?.name).toBe('lightning-asr-metrics');
    const elsewhere = { ...metrics!, selector: { app: 'another' } };
    const all = { ...metrics!, selector: {} };
    expect(callersService({ ...platform, services: [elsewhere, all] }, 2269)).toBeNull();
  });
});
