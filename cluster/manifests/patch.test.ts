import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SetValues } from './overrides.ts';
import { platformPatch } from './patch.ts';
import { readPlatform } from './read-platform.ts';

const folder = resolve(import.meta.dirname, '../../scenarios/platform/vendor-0.2.2');
const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const patchOf = (set: SetValues) => platformPatch(readPlatform(files), readPlatform(files, set));

describe('platformPatch', () => {
  it('is empty where nothing changes', () => {
    expect(patchOf({ 'asr.scrapeInterval': '2s' })).toEqual({ objects: null, values: null, byHand: [] });
  });

  it('read back in place of the old objects gives the platform that was recommended', () => {
    const set: SetValues = {
      'asr.hpaMetricsInterval': '5s',
      'asr.scrapeInterval': '30s',
      'hpa.target': 3,
      'hpa.minReplicas': 2,
      'adapter.relistInterval': '2m',
      'adapter.queryWindow': '30s',
    };
    const { objects, values } = patchOf(set);
    const replaced = files.filter(({ file }) => !/asr-hpa|servicemonitor|adapter/.test(file));
    const back = readPlatform([
      ...replaced,
      { file: 'patch.yaml', text: objects! },
      { file: 'values.yaml', text: values! },
    ]);
    const want = readPlatform(files, set);
    expect([back.monitors, back.hpa, back.adapter.config]).toEqual([want.monitors, want.hpa, want.adapter.config]);
    expect(back.adapter.relistInterval).toBe(120);
  });

  it('touches only the probe of the Deployment', () => {
    expect(patchOf({ 'deployment.readinessProbe.periodSeconds': 5 }).objects)
      .toBe(`# kubectl apply --server-side --force-conflicts -f FILE (the Deployment holds only what changes)
apiVersion: apps/v1
kind: Deployment
metadata:
  name: lightning-asr
  namespace: default
spec:
  template:
    spec:
      containers:
        - name: lightning-asr
          readinessProbe:
            initialDelaySeconds: 30
            periodSeconds: 5
            timeoutSeconds: 10
            successThreshold: 1
            failureThreshold: 20
`);
  });
});
