// make test-kind: a kind cluster up, five minutes replayed on it, the run against its simulation, a sweep of eight seeds as a
// Job on it, the cluster down; each with its time, its bound and the load of the machine. Where Docker or an image is missing it says so and skips (exit code 0),
// unless SURGELAB_KIND=1 asks for it. Starts dockerd if none answers and ends the one that it started.
//
//   npx node harness/dev/kind-test.ts [--scenario FILE] [--runs DIR] [--duration 5m]

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeContainers } from '../../cluster/kind/evidence.ts';
import { PARTS, imageHere } from '../../cluster/kind/images.ts';
import { NETWORK, offlineFolder } from '../../cluster/kind/names.ts';
import { machineFacts } from '../../cluster/kind/preflight.ts';
import { tryRun } from '../../cluster/kind/shell.ts';
import { stateFiles } from '../../cluster/kind/state.ts';
import { findKind } from '../../cluster/kind/tools.ts';
import { agreement } from '../../reports/fidelity/agreement.ts';
import { divergenceSentence, firstDivergence } from '../../reports/fidelity/divergence.ts';
import { readRun } from '../run-folder.ts';
import { questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { nodeMemoryBytes, secretsIn } from './kind-checks.ts';

const HERE = import.meta.dirname;
const REPOSITORY = join(HERE, '..', '..');
const OFFLINE = join(REPOSITORY, 'cluster', 'kind', 'offline');
const MEMORY = 'memory of its processes';
const BOUNDS = {
  upSeconds: 90,
  downSeconds: 20,
  idleBytes: 1.5e9,
  equal: 0.93,
  replicaSeconds: 0.015,
  sweepSeconds: 60,
  wholeMinutes: 8,
};
const SEEDS = 8;
const begun = performance.now();

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: join(HERE, 'kind', 'step.yaml') },
    runs: { type: 'string' },
    duration: { type: 'string' },
  },
});
const isWanted = process.env['SURGELAB_KIND'] === '1';

const tell = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Answers, not failures: objectives missed or without data; a load engine that was late, which is told below. */
const ANSWERS: readonly (number | null)[] = [0, 10, 11, 12];

/** Runs surgelab to its end; its seconds, or null if it failed. */
const surgelab = (...args: string[]): Promise<number | null> =>
  new Promise((resolve) => {
    const from = performance.now();
    tell(`surgelab ${args.join(' ')}   (load ${loadavg()[0]!.toFixed(1)})`);
    spawn(process.execPath, [join(REPOSITORY, 'harness', 'cli.ts'), ...args], { stdio: 'inherit' }).once(
      'exit',
      (code) => resolve(ANSWERS.includes(code) ? (performance.now() - from) / 1000 : null),
    );
  });

interface Dockerd {
  readonly pid: number | null;
  readonly why: string | null;
}

/** Answers already, or is started by the script that knows how; `why` it cannot. */
const dockerd = async (): Promise<Dockerd> => {
  const { docker } = await machineFacts();
  if (docker === null) return { pid: null, why: 'docker is not installed (apt-get install docker.io)' };
  if (docker !== '') return { pid: null, why: null };
  const cache = offlineFolder(process.env);
  const { status, stderr } = spawnSync('bash', [join(OFFLINE, 'dockerd-up.sh'), cache], { encoding: 'utf8' });
  if (status !== 0)
    return { pid: null, why: `dockerd cannot be started here: ${stderr.trim().split('\n').at(-1) ?? ''}` };
  return { pid: Number(readFileSync(join(cache, 'dockerd.pid'), 'utf8')), why: null };
};

const missingPart = async (): Promise<string | null> => {
  if (findKind(process.env) === null) return 'the program kind is not there';
  for (const part of PARTS)
    if ((await imageHere(part, process.env)) === null) return `no image for ${part.name} (${part.offline})`;
  return (await nodeContainers()).length > 0 ? 'a kind cluster of somebody is up already' : null;
};

const figures: { readonly what: string; readonly value: string; readonly bound: string; readonly kept: boolean }[] = [];
const figure = (what: string, value: number, bound: number, unit: string, atLeast = false): void => {
  const kept = atLeast ? value >= bound : value <= bound;
  figures.push({ what, value: `${value.toFixed(2)} ${unit}`, bound: `${atLeast ? '≥' : '≤'} ${bound} ${unit}`, kept });
};
const fact = (what: string, holds: boolean, value: string): void => {
  figures.push({ what, value, bound: 'must', kept: holds });
};

const againstSimulation = async (folder: string): Promise<void> => {
  const real = (await readRun(folder)).record;
  const { question, known } = await questionOfRun(folder, false);
  const simulated = simulateQuestion(question, false, known);
  const { trajectory, p50Off, p95Off, samplesOff } = agreement(real, simulated);
  figure('seconds with equal replicas', (100 * trajectory.equal) / trajectory.seconds, BOUNDS.equal * 100, '%', true);
  figure('replica-seconds off', trajectory.replicaSecondsOff * 100, BOUNDS.replicaSeconds * 100, '%');
  const percent = (off: number | null): string => (off === null ? 'no data' : `${(off * 100).toFixed(2)} %`);
  tell(`latency p50 off ${percent(p50Off)}, p95 off ${percent(p95Off)}, stored samples off ${percent(samplesOff)}`);
  tell(divergenceSentence(firstDivergence(real, simulated)));
  for (const check of (real.header.validity?.checks ?? []).filter(({ pass }) => !pass))
    tell(`validity: ${check.name} ${String(check.value)} ${check.unit}, ${check.bound}`);
};

/** Eight seeds, two settings each, as an Indexed Job: a file per seed. */
const sweepOnIt = async (runs: string): Promise<void> => {
  const out = join(runs, 'sweep');
  const vary = ['--vary', 'asr.scrapeInterval=2s,5s', '--seeds', String(SEEDS), '--on', 'k8s', '--out', out];
  const took = await surgelab('sweep', values.scenario, ...vary);
  if (took === null) {
    fact('sweep on the cluster', false, 'failed');
    return;
  }
  figure('sweep of 8 on the cluster', took, BOUNDS.sweepSeconds, 's');
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  fact('a result per seed', files.length === SEEDS, `${files.length} of ${SEEDS}`);
};

const play = async (): Promise<void> => {
  const runs = values.runs ?? mkdtempSync(join(tmpdir(), 'surgelab-kind-test-'));
  const folder = join(runs, 'kind');
  try {
    const up = await surgelab('cluster', 'up', values.scenario, '--profile', 'kind');
    if (up === null) {
      fact('cluster up', false, 'failed');
      return;
    }
    figure('cluster up', up, BOUNDS.upSeconds, 's');
    figure(MEMORY, (await nodeMemoryBytes()) / 1e9, BOUNDS.idleBytes / 1e9, 'GB');
    const length = values.duration === undefined ? [] : ['--duration', values.duration];
    const { kubeconfig } = stateFiles(process.env);
    const secret = readFileSync(kubeconfig, 'utf8');
    if ((await surgelab('replay', values.scenario, '--profile', 'kind', '--out', folder, ...length)) === null) {
      fact('replay', false, 'failed');
      return;
    }
    await againstSimulation(folder);
    const found = secretsIn(folder, secret);
    fact('no secret in the run folder', found.length === 0, found.length === 0 ? 'none' : found.join(', '));
    await sweepOnIt(runs);
  } finally {
    const down = await surgelab('cluster', 'down', '--profile', 'kind');
    if (down === null) fact('cluster down', false, 'failed');
    else figure('cluster down', down, BOUNDS.downSeconds, 's');
    const network = await tryRun('docker', ['network', 'inspect', NETWORK]);
    const left = [
      ...(await nodeContainers()),
      ...(network === null ? [] : [NETWORK]),
      ...(existsSync(stateFiles(process.env).folder) ? readdirSync(stateFiles(process.env).folder) : []),
    ];
    fact('nothing left behind', left.length === 0, left.length === 0 ? 'nothing' : left.join(', '));
    if (values.runs === undefined) rmSync(runs, { recursive: true, force: true });
  }
};

const { pid, why } = await dockerd();
try {
  const reason = why ?? (await missingPart());
  if (reason !== null) {
    tell(`test-kind ${isWanted ? 'failed' : 'skipped'}: ${reason}; docs/kind.md says how to get it`);
    process.exitCode = isWanted ? 1 : 0;
  } else {
    await play();
    figure('the whole', (performance.now() - begun) / 60_000, BOUNDS.wholeMinutes, 'min');
    for (const { what, value, bound, kept } of figures)
      tell(`${what.padEnd(30)} ${value.padStart(16)}   ${bound.padEnd(12)} ${kept ? 'kept' : 'NOT KEPT'}`);
    tell(
      `load of the machine at the end: ${loadavg()
        .map((each) => each.toFixed(1))
        .join(' ')}`,
    );
    // Memory is told beside its bound: with four workers it lies at it, and no run is wrong for it.
    if (!figures.every(({ kept, what }) => kept || what === MEMORY)) process.exitCode = 1;
  }
} finally {
  if (pid !== null) process.kill(pid, 'SIGTERM');
}
