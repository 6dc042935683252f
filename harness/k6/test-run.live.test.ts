// The manifests of `generate k6 --runners 3`, laid out as the runners of k6-operator have them: the ConfigMaps as one folder, a
// k6 per execution segment. What the three of them play together is the schedule, and they begin as one. There is no operator.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { millis } from '../../model/units.ts';
import { run } from '../commands/generate-k6.ts';
import { scheduleHash } from '../schedule-hash.ts';
import { arrivalsOf, readK6Points } from './read-points.ts';
import type { ScriptPlan } from './script-data.ts';
import { k6StandIn, recordingServer } from './stand-in.test-support.ts';

const SCENARIO = `name: runners
seed: 3
duration: 3s
traffic:
  - name: calls
    kind: short
    arrivals: { kind: poisson, rate: 8/s }
    audio: { kind: fixed, value: 1.2s }
  - name: captions
    kind: stream
    arrivals: { kind: constant, rate: 1/s }
    audio: { kind: fixed, value: 0.6s }
platform: { manifests: [vendor-0.2.2] }
service: { calibration: pulse-pro-l40s }
objectives: []
`;
/** As pkg/segmentation of the operator names them. */
const SEGMENTS = ['0:1/3', '1/3:2/3', '2/3:1'];
const SEQUENCE = '0,1/3,2/3,1';

interface ConfigMap {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
interface TestRun {
  readonly kind: string;
  readonly spec: {
    readonly parallelism: number;
    readonly script: { readonly localFile: string };
    readonly runner: { readonly env: readonly { readonly name: string; readonly value: string }[] };
  };
}

const k6 = k6StandIn();
const folder = mkdtempSync(join(tmpdir(), 'surgelab-test-run-'));
afterAll(() => {
  k6.remove();
  rmSync(folder, { recursive: true });
});

const k6Run = (args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve) => {
    execFile(k6.found.path, ['run', ...args], { env: { ...process.env, ...environment } }, (error, _, stderr) =>
      resolve(error === null ? stderr : `${String(error.code)} ${stderr}`),
    );
  });

it('plays the schedule in stripes, from one instant on, and not from one that is past', async () => {
  const scenario = join(folder, 'runners.yaml');
  writeFileSync(scenario, SCENARIO);
  const out = join(folder, 'k6');
  await run(
    { scenario, out, target: 'http://127.0.0.1:1/', dialect: 'onprem-v1', runners: '3', start: '10s' },
    { signal: new AbortController().signal, print: () => undefined, tell: () => undefined },
  );
  const documents = parseAllDocuments(readFileSync(join(out, 'testrun.yaml'), 'utf8'));
  const objects = documents.map((document) => document.toJS() as ConfigMap | TestRun);
  const { spec } = objects.pop() as TestRun;
  const mounted = join(folder, 'mounted');
  mkdirSync(mounted);
  for (const { data, binaryData } of objects as ConfigMap[]) {
    for (const [name, text] of Object.entries(data ?? {})) writeFileSync(join(mounted, name), text);
    for (const [name, text] of Object.entries(binaryData ?? {}))
      writeFileSync(join(mounted, name), Buffer.from(text, 'base64'));
  }
  const plan = JSON.parse(readFileSync(join(mounted, 'plan.json'), 'utf8')) as ScriptPlan;
  expect(spec.parallelism).toBe(3);

  const server = await recordingServer();
  const environment = {
    SURGELAB_TARGET: server.origin,
    ...Object.fromEntries(spec.runner.env.map(({ name, value }) => [name, value])),
  };
  const file = join(mounted, spec.script.localFile.replace('/surgelab/', ''));
  const argsOf = (segment: string, n: number): readonly string[] => [
    `--execution-segment=${segment}`,
    `--execution-segment-sequence=${SEQUENCE}`,
    '--out',
    `json=${join(folder, `${n}.json`)}`,
    file,
  ];
  try {
    const said = await Promise.all(SEGMENTS.map((segment, n) => k6Run(argsOf(segment, n), environment)));
    expect(said).toEqual(['', '', '']);
    const stripes = await Promise.all(SEGMENTS.map((_, n) => readK6Points(join(folder, `${n}.json`))));
    const points = stripes.flatMap((stripe) => stripe.points);
    expect(scheduleHash(arrivalsOf(points, { durationMillis: millis(3000), streams: ['calls', 'captions'] }))).toBe(
      plan.scheduleHash,
    );
    expect(stripes.every((stripe) => stripe.points.length > 0)).toBe(true);
    expect(points.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(server.heard.length).toBe(points.length);
    // Nobody was ahead of the agreed origin.
    expect(points.every(({ sentMillis, offsetMillis }) => sentMillis! >= offsetMillis)).toBe(true);

    // By now the instant is past.
    const heard = server.heard.length;
    const late = await k6Run(argsOf(SEGMENTS[0]!, 9), environment);
    expect(late).toMatch(/^108 .*SURGELAB_ORIGIN .* is past or no time/s);
    expect(server.heard.length).toBe(heard);
  } finally {
    server.close();
  }
});
