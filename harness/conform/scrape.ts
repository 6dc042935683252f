// Replays golden/scrape: operator configurations, relabelling, hashes and phases, scrape sequences, and the end of a
// vanished target. Files that are not in the folder are left out of the result.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { PrometheusVersion } from '../../model/platform.ts';
import { formatFloatG } from '../../sim/prometheus/go-text.ts';
import { encodeUtf8 } from '../../sim/prometheus/exposition/utf8.ts';
import { forShard, operatorScrapeConfig } from '../../sim/prometheus/operator.ts';
import type { ScrapeOutcome } from '../../sim/prometheus/scrape.ts';
import { ScrapeTarget, statusError } from '../../sim/prometheus/scrape.ts';
import { readScrapeConfig } from '../../sim/prometheus/scrape-config.ts';
import { endOfRun } from '../../sim/prometheus/scrape-timing.ts';
import type { Labels } from '../../sim/prometheus/store.ts';
import { SampleStore, labelsKey } from '../../sim/prometheus/store.ts';
import {
  groupPhaseNanos,
  labelsHash,
  serverSeed,
  targetHash,
  targetPhaseNanos,
} from '../../sim/prometheus/target-hash.ts';
import type { PopulatedTarget } from '../../sim/prometheus/targets.ts';
import { targetBuilder } from '../../sim/prometheus/targets.ts';
import { monitorVariant } from './monitor-variants.ts';
import { readNdjson } from './read-ndjson.ts';
import type { ConformMismatch, ConformResult } from './result.ts';
import { SetTally, conformResult } from './result.ts';

const SCRAPE_VERSIONS = ['2.53', '3'] as const;

const suffix = (version: PrometheusVersion): string => (version === '2.53' ? '253' : '3');

type Row = Readonly<Record<string, unknown>>;

/** A field that differs between the versions is split into `…253` and `…3`. */
const field = (row: Row, name: string, version: PrometheusVersion): unknown => row[name + suffix(version)] ?? row[name];

const differ = (id: string, where: string, expected: unknown, got: unknown): ConformMismatch[] =>
  isDeepStrictEqual(expected, got)
    ? []
    : [{ id, where, expected: JSON.stringify(expected ?? null), got: JSON.stringify(got ?? null) }];

interface OperatorFile {
  readonly global: { readonly scrape_interval: string };
  readonly scrape_configs: readonly Row[];
}

const readOperatorFiles = (dir: string): Map<string, OperatorFile> => {
  const rows = JSON.parse(readFileSync(join(dir, 'operator-configs.json'), 'utf8')) as {
    name: string;
    config: string;
  }[];
  return new Map(rows.map((row) => [row.name, parse(row.config) as OperatorFile]));
};

const replayOperator = (files: ReadonlyMap<string, OperatorFile>): SetTally => {
  const tally = new SetTally('operator-configs', '0.74.0');
  for (const [name, file] of files) {
    const variant = monitorVariant(name);
    if (variant === null) continue;
    const got = operatorScrapeConfig(variant.monitor, 0, variant.settings);
    tally.add(differ(name, 'scrape_configs[0]', file.scrape_configs[0], got));
  }
  return tally;
};

type Build = (discovered: Labels) => PopulatedTarget;

const builders = (files: ReadonlyMap<string, OperatorFile>, version: PrometheusVersion): Map<string, Build> => {
  const made = new Map<string, Build>();
  for (const [name, file] of files) {
    const globals = { interval: file.global.scrape_interval, timeout: '10s' };
    const config = readScrapeConfig(forShard(file.scrape_configs[0]!, 0), globals);
    made.set(name, targetBuilder(config, version));
  }
  return made;
};

interface KeptTargets {
  readonly tally: SetTally;
  readonly kept: ReadonlyMap<string, { readonly allLabels: Labels; readonly url: string }>;
}

const replayTargets = async (
  dir: string,
  files: ReadonlyMap<string, OperatorFile>,
  version: PrometheusVersion,
): Promise<KeptTargets> => {
  const tally = new SetTally('targets', version);
  const kept = new Map<string, { allLabels: Labels; url: string }>();
  const made = builders(files, version);
  for await (const value of readNdjson(join(dir, 'targets.ndjson.gz'))) {
    const row = value as Row;
    const id = row['id'] as string;
    const got = made.get(row['scrapeConfig'] as string)!(row['discovered'] as Labels);
    if (got.kind === 'target') kept.set(id, got);
    tally.add([
      ...differ(id, 'dropped', row['dropped'] !== undefined, got.kind === 'dropped'),
      ...differ(id, 'error', row['error'], got.kind === 'error' ? `instance 0 in group x: ${got.error}` : undefined),
      ...differ(id, 'labels', field(row, 'labels', version), got.kind === 'target' ? got.labels : undefined),
      ...differ(id, 'allLabels', field(row, 'allLabels', version), got.kind === 'target' ? got.allLabels : undefined),
      ...differ(id, 'url', field(row, 'url', version), got.kind === 'target' ? got.url : undefined),
    ]);
  }
  return { tally, kept };
};

interface Seed {
  readonly fqdn: string;
  readonly externalLabels: Labels;
  readonly seed: string;
}

const NANOS = 1_000_000_000n;

const replayPhases = async (dir: string, kept: KeptTargets['kept'], version: PrometheusVersion): Promise<SetTally> => {
  const tally = new SetTally('phases', version);
  let seeds: bigint[] = [];
  for await (const value of readNdjson(join(dir, 'phases.ndjson.gz'))) {
    const row = value as Row;
    if (row['seeds'] !== undefined) {
      const servers = row['seeds'] as Seed[];
      seeds = servers.map((server) => serverSeed(server.fqdn, server.externalLabels));
      tally.add(
        differ(
          'seeds',
          'seed',
          servers.map((server) => server.seed),
          seeds.map(String),
        ),
      );
      continue;
    }
    const id = row['id'] as string;
    const target = kept.get(id);
    if (target === undefined) {
      tally.add(differ(id, 'target', 'kept', 'dropped'));
      continue;
    }
    const hash = targetHash(target.allLabels, target.url, version);
    const phases = Object.keys(field(row, 'phaseNs', version) as object).map((seconds) => [
      seconds,
      seeds.map((seed) => targetPhaseNanos(hash, seed, BigInt(seconds) * NANOS).toString()),
    ]);
    tally.add([
      ...differ(id, 'labelsHash', field(row, 'labelsHash', version), labelsHash(target.allLabels, version).toString()),
      ...differ(id, 'targetHash', field(row, 'targetHash', version), hash.toString()),
      ...differ(id, 'phaseNs', field(row, 'phaseNs', version), Object.fromEntries(phases)),
    ]);
  }
  return tally;
};

const replayGroups = async (dir: string, version: PrometheusVersion): Promise<SetTally> => {
  const tally = new SetTally('groups', version);
  for await (const value of readNdjson(join(dir, 'groups.ndjson.gz'))) {
    const row = value as Row;
    const group = { name: row['name'] as string, file: row['file'] as string };
    const expected = field(row, 'phaseNs', version) as Record<string, string>;
    const got = Object.fromEntries(
      Object.keys(expected).map((seconds) => [
        seconds,
        groupPhaseNanos(group, BigInt(seconds) * NANOS, version).toString(),
      ]),
    );
    tally.add(differ(row['id'] as string, 'phaseNs', expected, got));
  }
  return tally;
};

interface Step {
  readonly atMs: number;
  readonly body: string;
  readonly status?: number;
  readonly transportError?: string;
  readonly endOfRun?: boolean;
}

/** Recorded times are relative to this. */
const ORIGIN_MILLIS = 1780704000000;

/** The recording was made in JSON, which shows a byte that is not UTF-8 as U+FFFD; it was 0xff. */
const bodyBytes = (body: string): string => body.split('\ufffd').map(encodeUtf8).join('\xff');

const outcome = (step: Step, contentType: string, url: string): ScrapeOutcome => {
  if (step.endOfRun === true) return { kind: 'end-of-run' };
  if (step.transportError !== undefined) {
    return { kind: 'failed', error: `Get "${url}": ${step.transportError}`, durationSeconds: 0 };
  }
  if (step.status !== undefined && step.status !== 200) {
    return { kind: 'failed', error: statusError(step.status), durationSeconds: 0 };
  }
  return { kind: 'page', bytes: bodyBytes(step.body), contentType, durationSeconds: 0 };
};

type Stored = Map<string, readonly (readonly [number, string])[]>;

const storedSeries = (store: SampleStore): Stored => {
  const stored: Stored = new Map();
  for (const series of store.series) {
    const samples: [number, string][] = [];
    for (let i = series.first; i < series.end; i++) {
      const duration = series.labels['__name__'] === 'scrape_duration_seconds';
      const value = series.stale[i] === 1 ? 'stale' : duration ? '*' : formatFloatG(series.values[i]!);
      samples.push([series.times[i]! - ORIGIN_MILLIS, value]);
    }
    if (samples.length > 0) stored.set(series.key, samples);
  }
  return stored;
};

/** Job and interval of every recorded sequence; its own keys stand below them. */
const SEQUENCE_JOB = '- job_name: asr\n  scrape_interval: 15s\n';

const replaySequence = (row: Row, version: PrometheusVersion): ConformMismatch[] => {
  const id = row['id'] as string;
  const text = SEQUENCE_JOB + ((row['scrapeConfig'] as string | undefined) ?? '');
  const config = readScrapeConfig((parse(text) as Row[])[0]!);
  const targetLabels = row['target'] as Labels;
  const store = new SampleStore();
  const target = new ScrapeTarget(store, config, targetLabels, version);
  const url = `http://${targetLabels['instance'] ?? ''}/metrics`;
  const results = (row['steps'] as Step[]).map((step) => {
    const made = outcome(step, row['contentType'] as string, url);
    // The recording ran long after these timestamps, so none of them was too far ahead of its clock.
    const report = target.apply(made, ORIGIN_MILLIS + step.atMs, Infinity);
    if (made.kind === 'end-of-run') return { end: true };
    return report.error === null ? { health: 'up' } : { health: 'down', error: report.error };
  });
  const expectedSeries = field(row, 'series', version) as { labels: Labels; samples: [number, string][] }[];
  const got = storedSeries(store);
  const expected: Stored = new Map(expectedSeries.map((series) => [labelsKey(series.labels), series.samples]));
  const keys = new Set([...expected.keys(), ...got.keys()]);
  return [
    ...differ(id, 'results', field(row, 'results', version), results),
    ...[...keys].flatMap((key) => differ(id, key, expected.get(key), got.get(key))),
  ];
};

const replaySequences = async (dir: string, version: PrometheusVersion): Promise<SetTally> => {
  const tally = new SetTally('sequences', version);
  for await (const row of readNdjson(join(dir, 'sequences.ndjson.gz'))) tally.add(replaySequence(row as Row, version));
  return tally;
};

/**
 * Measured on the running clock of a shared machine, from the actual start of the last scrape: that start and the timers
 * are up to 60 ms late, the writing up to 180 ms.
 */
const within = (got: number, law: number, late: number): boolean => got >= law - 60 && got <= law + late;

const replayEndOfRun = (dir: string, version: PrometheusVersion): SetTally => {
  const tally = new SetTally('endofrun', version);
  const [, ...lines] = readFileSync(join(dir, 'endofrun.csv'), 'utf8').trim().split('\n');
  for (const [i, line] of lines.entries()) {
    const [recorded, interval, stop, stamp, written] = line.split(',') as [string, string, string, string, string];
    if (!recorded.startsWith(version)) continue;
    const law = endOfRun(0, Number(interval), Number(stop));
    const ok = within(Number(stamp), law.stampMillis, 60) && within(Number(written), law.writtenMillis, 180);
    tally.add(
      ok
        ? []
        : differ(`line ${i + 2}`, 'stamp,written', `${stamp},${written}`, `${law.stampMillis},${law.writtenMillis}`),
    );
  }
  return tally;
};

/** Replays every set of `dir` for both recorded versions. */
export const conformScrape = async (dir: string): Promise<ConformResult> => {
  const tallies: SetTally[] = [];
  const has = (name: string): boolean => existsSync(join(dir, name));
  const files = has('operator-configs.json') ? readOperatorFiles(dir) : new Map<string, OperatorFile>();
  if (files.size > 0) tallies.push(replayOperator(files));
  for (const version of SCRAPE_VERSIONS) {
    if (files.size > 0 && has('targets.ndjson.gz')) {
      const targets = await replayTargets(dir, files, version);
      tallies.push(targets.tally);
      if (has('phases.ndjson.gz')) tallies.push(await replayPhases(dir, targets.kept, version));
    }
    if (has('groups.ndjson.gz')) tallies.push(await replayGroups(dir, version));
    if (has('sequences.ndjson.gz')) tallies.push(await replaySequences(dir, version));
    if (has('endofrun.csv')) tallies.push(replayEndOfRun(dir, version));
  }
  return conformResult('scrape', tallies);
};
