import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { platformChanges } from './platform-changes.ts';
import { readPlatform } from './read-platform.ts';

const folder = resolve(import.meta.dirname, '../../scenarios/platform/vendor-0.2.2');
const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

it('names what differs by object and path, and nothing where only the order of files does', () => {
  const before = readPlatform(files);
  const after = readPlatform(files, {
    'asr.scrapeInterval': '15s',
    'hpa.maxReplicas': 12,
    'deployment.readinessProbe.periodSeconds': 5,
  });
  expect(platformChanges(before, after)).toEqual([
    'Deployment lightning-asr.readiness.period 30 → 5',
    'HPA lightning-asr.maxReplicas 10 → 12',
    'ServiceMonitor lightning-asr endpoints[0].interval 2s → 15s',
  ]);
  expect(platformChanges(before, readPlatform(files.toReversed()))).toEqual([]);
});

it('says what was added or taken away', () => {
  const before = readPlatform(files);
  const after = readPlatform(files, { 'asr.scrapeTimeout': '1s' });
  expect(platformChanges(before, after)).toEqual([
    'ServiceMonitor lightning-asr endpoints[0].scrapeTimeout absent → 1s',
  ]);
});
