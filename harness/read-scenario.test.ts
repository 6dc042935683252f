import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readPlatform } from '../cluster/manifests/read-platform.ts';
import { GPU_SPEED, requestWeight, scaleLaw, SERVICE_LAWS } from '../model/service-time.ts';
import { REQUEST_KINDS } from '../model/schedule.ts';
import type { Schedule } from '../model/schedule.ts';
import { compile } from '../scenarios/compile.ts';
import { dataNames } from '../scenarios/scenario-data.ts';
import { traceStatistics } from '../scenarios/traces/statistics.ts';
import { libraryScenarios, readManifestFiles, readScenario, readScenarioData, traceFolder } from './read-scenario.ts';

const ROOM = 2 ** 31;
const present = existsSync(traceFolder());
const needsTraces = (name: string): boolean => dataNames(readScenario(name).scenario).traces.length > 0;

describe(present ? 'the library' : `the library (those on recorded traces skipped: none in ${traceFolder()})`, () => {
  it.each(libraryScenarios().filter((name) => present || !needsTraces(name)))(
    '%s compiles on a platform without surprises',
    (name) => {
      const file = readScenario(name);
      const platform = readPlatform(readManifestFiles(file), file.scenario.platform.set);
      const { schedule, notes } = compile(file.scenario, readScenarioData(file), ROOM);
      expect([file.scenario.name, platform.notes, notes]).toEqual([name, [], []]);
      expect(file.scenario.question).toMatch(/\?$/);
      expect(schedule.count).toBeGreaterThan(1000);
    },
  );
});

const asTrace = (schedule: Schedule) => ({
  file: 'synthetic',
  count: schedule.count,
  offsetSeconds: schedule.offsetMillis.map((at) => at / 1000),
  audioSeconds: schedule.audioSeconds,
  kind: schedule.kind,
  spanSeconds: schedule.durationMillis / 1000,
});

describe('vendor-default-step without its doubling', () => {
  const file = readScenario('vendor-default-step');
  const steady = { ...file.scenario, traffic: file.scenario.traffic.map((one) => ({ ...one, surge: null })) };
  const runs = Array.from({ length: 20 }, (_, seed) =>
    traceStatistics(asTrace(compile({ ...steady, seed }, readScenarioData(file), ROOM).schedule)),
  );
  const mean = (figure: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;

  it.each([
    ['requests per second', mean((run) => run.meanRatePerSecond), 5.53, 0.02],
    ['share of recorded files', mean((run) => run.kinds.batch! / run.rows), 0.1, 0.03],
    ['audio p50', mean((run) => run.audioQuantiles[1]!), 5.04, 0.03],
    ['audio p95', mean((run) => run.audioQuantiles[2]!), 366.91, 0.05],
    ['audio p99', mean((run) => run.audioQuantiles[3]!), 1200.05, 0.02],
    ['mean audio', mean((run) => run.meanAudioSeconds), 57.221, 0.03],
    ['offered audio per second', mean((run) => run.offeredMean), 316.43, 0.03],
    ['index of dispersion in ten minutes, 1 s bins', mean((run) => run.idcLocal600[1]!), 1.19, 0.05],
    ['index of dispersion in ten minutes, 10 s bins', mean((run) => run.idcLocal600[10]!), 2.1, 0.1],
    ['index of dispersion in ten minutes, 60 s bins', mean((run) => run.idcLocal600[60]!), 7.18, 0.15],
  ])('has the published %s of the Azure conversation trace', (_, got, published, within) => {
    expect(Math.abs(got / published - 1)).toBeLessThan(within);
  });
});

describe('vendor-default-step', () => {
  it('needs 3 pods at 4 active requests before the doubling and 5 to 6 after (calibration.md section 6)', () => {
    const file = readScenario('vendor-default-step');
    const { schedule } = compile(file.scenario, readScenarioData(file), ROOM);
    const { calibration, gpu } = file.scenario.service;
    const law = scaleLaw(SERVICE_LAWS[calibration]!, GPU_SPEED[gpu]!.speed).batch;
    const weight = [0, 0];
    for (let i = 0; i < schedule.count; i++) {
      weight[schedule.offsetMillis[i]! < 600_000 ? 0 : 1]! += requestWeight(
        law,
        schedule.audioSeconds[i]!,
        schedule.seed[i]!,
      );
    }
    const perPod = 4 / (law.a + 4 * law.b);
    const pods = [weight[0]! / 600 / perPod, weight[1]! / 1200 / perPod];
    expect(Math.ceil(pods[0]!)).toBe(3);
    expect([5, 6]).toContain(Math.ceil(pods[1]!));
    expect(REQUEST_KINDS[schedule.kind[0]!]).toBe('short');
  });
});

describe('finding files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'surgelab-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  it('takes a path, and data and manifests relative to the scenario, gzip or not', () => {
    write('calls.csv.gz', gzipSync('offset_s,audio_s,kind\n0.5,2,short\n'));
    const path = write(
      's.yaml',
      '{name: s, duration: 1m, platform: {manifests: [./p.yaml]}, traffic: [{name: a, arrivals: {kind: trace, file: ./calls}}]}',
    );
    write('p.yaml', 'kind: Namespace');
    const file = readScenario(path);
    expect(compile(file.scenario, readScenarioData(file), ROOM).schedule.offsetMillis).toEqual(Float64Array.of(500));
    expect(readManifestFiles(file).map((one) => one.text)).toEqual(['kind: Namespace']);
  });

  it('says which library scenario was meant, and where public data sets are', () => {
    expect(() => readScenario('vendor-default-stepp')).toThrow(
      expect.objectContaining({
        code: 'INPUT_MISSING',
        message: 'no scenario named vendor-default-stepp (did you mean `vendor-default-step`?)',
      }),
    );
    const path = write(
      't.yaml',
      '{name: s, duration: 1m, traffic: [{name: a, arrivals: {kind: trace, file: no_such_trace}}]}',
    );
    const read = (): unknown => readScenarioData(readScenario(path));
    expect(read).toThrow(
      expect.objectContaining({ code: 'INPUT_MISSING', hint: expect.stringContaining('Azure/AzurePublicDataset') }),
    );
  });

  it('says how to name a folder beside the scenario where a bare name is no platform of the library', () => {
    const own = readScenario(
      write(
        'own.yaml',
        '{name: s, duration: 1m, platform: {manifests: [k8s]}, traffic: [{name: a, kind: short, arrivals: {kind: constant, rate: 1/s}, audio: 5s}]}',
      ),
    );
    expect(() => readManifestFiles(own)).toThrow(
      expect.objectContaining({
        code: 'INPUT_MISSING',
        message: 'no platform named k8s (known: tuned, vendor-0.2.2)',
        hint: 'a folder or file beside the scenario has a slash in its name: ./k8s',
      }),
    );
  });

  it('says what the system said of a file that is not there', () => {
    expect(() => readScenario(join(folder, 'none.yaml'))).toThrow(
      expect.objectContaining({ code: 'INPUT_MISSING', message: expect.stringContaining('it is not there') }),
    );
  });
});
