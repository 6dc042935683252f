import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { TestRunSettings } from './test-run.ts';
import { testRunObjects, testRunText } from './test-run.ts';

const SETTINGS: TestRunSettings = {
  scenario: 'Nine o’clock',
  namespace: 'load',
  runners: 4,
  originEpochMillis: Date.UTC(2026, 2, 1, 12),
  scheduleHash: 'abc',
};

const metadata = (name: string) => ({ name, namespace: 'load', annotations: { 'surgelab/schedule': 'abc' } });

describe('manifests for k6-operator', () => {
  it('hold the files in ConfigMaps, and a TestRun that puts them together again', () => {
    const files = new Map<string, string | Buffer>([
      ['script.ts', 'script'],
      ['rows-0-0.json', 'x'.repeat(700_000)],
      ['rows-0-1.json', 'y'.repeat(299_900)],
      ['clip-0.pcm', Buffer.from([0, 255, 1])],
    ]);
    const objects = testRunObjects(files, SETTINGS);
    expect(objects).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: metadata('surgelab-nine-o-clock-0'),
        data: {
          'script.ts': 'script',
          'rows-0-0.json': 'x'.repeat(700_000),
          'rows-0-1.json': 'y'.repeat(299_900),
        },
        binaryData: { 'clip-0.pcm': 'AP8B' },
      },
      {
        apiVersion: 'k6.io/v1alpha1',
        kind: 'TestRun',
        metadata: metadata('surgelab-nine-o-clock'),
        spec: {
          parallelism: 4,
          script: { localFile: '/surgelab/script.ts' },
          runner: {
            automountServiceAccountToken: 'false',
            securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
            env: [{ name: 'SURGELAB_ORIGIN', value: '2026-03-01T12:00:00.000Z' }],
            volumes: [
              {
                name: 'surgelab',
                projected: { sources: [{ configMap: { name: 'surgelab-nine-o-clock-0' } }] },
              },
            ],
            volumeMounts: [{ name: 'surgelab', mountPath: '/surgelab', readOnly: true }],
          },
        },
      },
    ]);
    expect(testRunText(objects)).toContain('value: "2026-03-01T12:00:00.000Z"');
    expect(parseAllDocuments(testRunText(objects)).map((document) => document.toJS() as unknown)).toEqual(objects);
  });

  it('take another ConfigMap where one is full, and none of them more than 1 MiB', () => {
    const files = new Map([...Array(7).keys()].map((n) => [`rows-0-${n}.json`, 'x'.repeat(300_000)]));
    const maps = testRunObjects(files, SETTINGS).slice(0, -1) as { readonly data: Record<string, string> }[];
    expect(maps.map(({ data }) => Object.keys(data))).toEqual([
      ['rows-0-0.json', 'rows-0-1.json', 'rows-0-2.json'],
      ['rows-0-3.json', 'rows-0-4.json', 'rows-0-5.json'],
      ['rows-0-6.json'],
    ]);
  });

  it('refuse what no sane number of ConfigMaps holds, and say what to do', () => {
    const files = new Map([...Array(160).keys()].map((n) => [`rows-0-${n}.json`, 'x'.repeat(300_000)]));
    expect(() => testRunObjects(files, SETTINGS)).toThrow(
      /^the files are 48 MB: 50 ConfigMaps of 1 MB each hold at most 50 MB$/,
    );
    expect(() => testRunObjects(new Map([['plan.json', 'x'.repeat(1_000_001)]]), SETTINGS)).toThrow(
      /^the files are 1 MB/,
    );
  });
});
