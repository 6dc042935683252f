// What live tests of the load engines send with: bodies that are only declared, at the dialect with most of the options.

import { SERVICE_LAWS } from '../../model/service-time.ts';
import type { FrontSettings } from './front.ts';
import type { LoadSettings } from './load-engine.ts';

export const testLoad = (change: Partial<LoadSettings> = {}, front: Partial<FrontSettings> = {}): LoadSettings => ({
  front: {
    law: SERVICE_LAWS['pulse-pro-l40s']!,
    balancer: 'least-requests',
    queueAt: 'front',
    queueLimit: null,
    timeout: null,
    retries: null,
    balancerSeed: 1,
    maxInFlight: 1000,
    ...front,
  },
  dialect: 'pulse-v1',
  connection: 'keepalive',
  authorization: null,
  bodies: 'declared',
  clipSeed: 1,
  endDialect: 'close_stream',
  frameMillis: 128,
  runId: 'test',
  ...change,
});
