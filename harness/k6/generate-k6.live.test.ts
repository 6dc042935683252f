// The folder that a user takes away, run as the printed line says: against an address of its own choice, with a key, real
// audio, callers that hang up, and the objectives as thresholds.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { millis } from '../../model/units.ts';
import { run } from '../commands/generate-k6.ts';
import { readK6Points, arrivalsOf } from './read-points.ts';
import type { ScriptPlan } from './script-data.ts';
import { k6StandIn, recordingServer } from './stand-in.test-support.ts';
import { scheduleHash } from '../schedule-hash.ts';

const SCENARIO = `name: take-away
seed: 3
duration: 3s
traffic:
  - name: calls
    kind: short
    arrivals: { kind: poisson, rate: 4/s }
    audio: { kind: fixed, value: 1.2s }
    conduct: { hangup: { share: 1, after: 60s } }
  - name: captions
    kind: stream
    arrivals: { kind: constant, rate: 1/s }
    audio: { kind: fixed, value: 0.6s }
platform: { manifests: [vendor-0.2.2] }
service: { calibration: pulse-pro-l40s }
objectives:
  - attainment{kind=short,within=2s} >= 0.9
  - cost.gpuHours <= 10
`;

const k6 = k6StandIn();
const folder = mkdtempSync(join(tmpdir(), 'surgelab-generate-'));
afterAll(() => {
  k6.remove();
  rmSync(folder, { recursive: true });
});

it('plays the rows of the schedule, judges what it can, and leaves points that hash like it', async () => {
  const scenario = join(folder, 'take-away.yaml');
  writeFileSync(scenario, SCENARIO);
  const out = join(folder, 'k6');
  const printed: string[] = [];
  const code = await run(
    { scenario, out, target: 'http://127.0.0.1:1/', dialect: 'onprem-v1' },
    {
      signal: new AbortController().signal,
      print: (text) => printed.push(text),
      tell: () => undefined,
    },
  );
  const plan = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as ScriptPlan;
  expect(code).toBe(0);
  expect(printed.join('\n')).toBe(
    [
      `${printed[0]!.split(' ')[0]!} requests in 2 k6 scenarios with 2 VUs, schedule ${plan.scheduleHash}`,
      `folder: ${out}`,
      `start:  k6 run --out json=${out}/points.json.gz ${out}/script.ts`,
      'threshold: attainment{kind=short,within=2s} >= 0.9',
      'not for k6: cost.gpuHours <= 10 (surgelab gate judges it from a run folder)',
      'another address: -e SURGELAB_TARGET=URL; a key: -e SURGELAB_AUTHORIZATION="Bearer KEY"',
    ].join('\n'),
  );

  const server = await recordingServer();
  const file = join(out, 'points.json.gz');
  try {
    await new Promise<void>((resolve, reject) => {
      execFile(
        k6.found.path,
        ['run', '--out', `json=${file}`, join(out, 'script.ts')],
        { env: { ...process.env, SURGELAB_TARGET: server.origin, SURGELAB_AUTHORIZATION: 'Token abc' } },
        (error, _, stderr) => (error === null && stderr === '' ? resolve() : reject(new Error(stderr))),
      );
    });
  } finally {
    server.close();
  }
  const { points, isCut } = await readK6Points(file);
  expect(isCut).toBe(false);
  expect(scheduleHash(arrivalsOf(points, { durationMillis: millis(3000), streams: ['calls', 'captions'] }))).toBe(
    plan.scheduleHash,
  );
  expect(new Set(points.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  expect(server.heard.length).toBe(points.length);
  expect(new Set(server.heard.map(({ headers }) => headers['authorization']))).toEqual(new Set(['Token abc']));
  const uploads = server.heard.filter(({ mode }) => mode === 'batch');
  expect(new Set(uploads.map(({ bodyBytes }) => bodyBytes))).toEqual(new Set([44 + 1.2 * 32_000]));
  expect(uploads.length).toBe(points.filter(({ stream }) => stream === 'calls').length);
});
