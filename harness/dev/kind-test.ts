// make test-kind: a kind cluster up, and up once more, five minutes replayed on it, the run against its simulation, load and a
// sweep of eight seeds as Jobs on it, the cluster down; each figure with its bound, kept for docs/measurements.md. Where Docker
// or an image is missing it says so and skips (exit code 0), unless SURGELAB_KIND=1 asks for it. Starts dockerd if none answers
// and ends the one that it started.
//
//   npx node harness/dev/kind-test.ts [--scenario FILE] [--runs DIR] [--duration 5m]

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeContainers } from '../../cluster/kind/evidence.ts';
import { PARTS, imageHere } from '../../cluster/kind/images.ts';
import { NETWORK, offlineFolder } from '../../cluster/kind/names.ts';
import { machineFacts } from '../../cluster/kind/preflight.ts';
import { tryRun } from '../../cluster/kind/shell.ts';
import { stateFiles } from '../../cluster/kind/state.ts';
import { findKind } from '../../cluster/kind/tools.ts';
import type { RunRecord } from '../../model/record.ts';
import { agreement } from '../../reports/fidelity/agreement.ts';
import { divergenceSentence, firstDivergence } from '../../reports/fidelity/divergence.ts';
import { readRun } from '../run-folder.ts';
import { questionOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import { clusterIdentity, nodeMemoryBytes, rowsSent, secretsIn } from './kind-checks.ts';
import type { KindFigure } from './kind-figures.ts';
import { atLeast, atMost, figureLine, keepKindRun, must, told } from './kind-figures.ts';

const HERE = import.meta.dirname;
const REPOSITORY = join(HERE, '..', '..');
const OFFLINE = join(REPOSITORY, 'cluster', 'kind', 'offline');
const BOUNDS = {
  upSeconds: 90,
  downSeconds: 20,
  idleBytes: 1.5e9,
  equal: 0.93,
  replicaSeconds: 0.015,
  sweepSeconds: 60,
  wholeMinutes: 10,
};
const SEEDS = 8;
/** Simulated time of each of its runs. */
const SWEEP_LENGTH = '2m';
const LOAD_LENGTH = '30s';
const begun = performance.now();
const loadText = (): string => loadavg()[0]!.toFixed(1);
const loadAtBegin = loadText();

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
    tell(`surgelab ${args.join(' ')}   (load ${loadText()})`);
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

const figures: KindFigure[] = [];
const add = (figure: KindFigure): void => void figures.push(figure);

const againstSimulation = async (folder: string): Promise<void> => {
  const real = (await readRun(folder)).record;
  const { question, known } = await questionOfRun(folder, false);
  const simulated = simulateQuestion(question, false, known);
  const { trajectory, p50Off, p95Off, samplesOff } = agreement(real, simulated);
  const equal = (100 * trajectory.equal) / trajectory.seconds;
  add(atLeast('seconds with equal replicas', { value: equal, unit: '%', bound: BOUNDS.equal * 100 }));
  const off = trajectory.replicaSecondsOff * 100;
  add(atMost('replica-seconds off', { value: off, unit: '%', bound: BOUNDS.replicaSeconds * 100 }));
  for (const [what, share] of [
    ['latency p50 off', p50Off],
    ['latency p95 off', p95Off],
    ['stored samples off', samplesOff],
  ] as const)
    add(told(what, share === null ? 'no data' : `${(share * 100).toFixed(2)} %`));
  tell(divergenceSentence(firstDivergence(real, simulated)));
  add(told('validity gate of the replay', real.header.validity?.verdict ?? 'none'));
  sayFailedChecks(real);
};

const sayFailedChecks = ({ header }: RunRecord): void => {
  for (const check of (header.validity?.checks ?? []).filter(({ pass }) => !pass))
    tell(`validity: ${check.name} ${String(check.value)} ${check.unit}, ${check.bound}`);
};

/** `up` while it is up leaves every container, node and pod as it is. */
const upAgain = async (kubeconfig: string): Promise<void> => {
  const before = await clusterIdentity(kubeconfig);
  const took = await surgelab('cluster', 'up', values.scenario, '--profile', 'kind');
  if (took === null) {
    add(must('cluster up again', false, 'failed'));
    return;
  }
  add(told('cluster up again', `${took.toFixed(2)} s`));
  const after = await clusterIdentity(kubeconfig);
  const changed = [...new Set(before).symmetricDifference(new Set(after))];
  add(must('the same cluster after it', changed.length === 0, changed.length === 0 ? 'the same' : changed.join(', ')));
};

/** The schedule's first seconds from two pods of an Indexed Job: every row sent, and the gate's verdict over both. */
const loadFromPods = async (runs: string): Promise<void> => {
  const out = join(runs, 'pods');
  const load = ['--profile', 'kind', '--on', 'k8s', '--workers', '2', '--duration', LOAD_LENGTH];
  const took = await surgelab('replay', values.scenario, ...load, '--out', out);
  if (took === null) {
    add(must('load from pods', false, 'failed'));
    return;
  }
  add(told(`load from two pods, ${LOAD_LENGTH}, all told`, `${took.toFixed(2)} s`));
  const { record } = await readRun(out);
  const verdict = record.header.validity?.verdict ?? 'none';
  add(must('validity gate of load from pods', verdict === 'valid', verdict));
  sayFailedChecks(record);
  const [sent, rows] = [rowsSent(record.requests), record.schedule.count];
  add(must('rows sent by the pods', sent === rows, `${sent} of ${rows}`));
};

/** Eight seeds, two settings each, as an Indexed Job: a file per seed. */
const sweepOnIt = async (runs: string): Promise<void> => {
  const out = join(runs, 'sweep');
  const vary = ['--vary', 'asr.scrapeInterval=2s,5s', '--seeds', String(SEEDS), '--on', 'k8s', '--out', out];
  const took = await surgelab('sweep', values.scenario, '--duration', SWEEP_LENGTH, ...vary);
  if (took === null) {
    add(must('sweep on the cluster', false, 'failed'));
    return;
  }
  add(atMost('sweep of 8 on the cluster', { value: took, unit: 's', bound: BOUNDS.sweepSeconds }));
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
  add(must('a result per seed', files.length === SEEDS, `${files.length} of ${SEEDS}`));
};

const whatIsLeft = async (): Promise<readonly string[]> => {
  const network = await tryRun('docker', ['network', 'inspect', NETWORK]);
  const { folder } = stateFiles(process.env);
  return [
    ...(await nodeContainers()),
    ...(network === null ? [] : [NETWORK]),
    ...(existsSync(folder) ? readdirSync(folder) : []),
  ];
};

const play = async (): Promise<void> => {
  const runs = values.runs ?? mkdtempSync(join(tmpdir(), 'surgelab-kind-test-'));
  const folder = join(runs, 'kind');
  try {
    const up = await surgelab('cluster', 'up', values.scenario, '--profile', 'kind');
    if (up === null) {
      add(must('cluster up', false, 'failed'));
      return;
    }
    add(atMost('cluster up', { value: up, unit: 's', bound: BOUNDS.upSeconds }));
    // One speech pod. It lies close to its bound: each pod or node more is 0.1 GB.
    const memory = { value: (await nodeMemoryBytes()) / 1e9, unit: 'GB', bound: BOUNDS.idleBytes / 1e9 };
    add(atMost('memory of its processes', memory));
    const { kubeconfig } = stateFiles(process.env);
    await upAgain(kubeconfig);
    const secret = readFileSync(kubeconfig, 'utf8');
    const length = values.duration === undefined ? [] : ['--duration', values.duration];
    if ((await surgelab('replay', values.scenario, '--profile', 'kind', '--out', folder, ...length)) === null) {
      add(must('replay', false, 'failed'));
      return;
    }
    await againstSimulation(folder);
    await loadFromPods(runs);
    await sweepOnIt(runs);
    const found = secretsIn(runs, secret);
    add(must('no secret in what runs wrote', found.length === 0, found.length === 0 ? 'none' : found.join(', ')));
  } finally {
    const down = await surgelab('cluster', 'down', '--profile', 'kind');
    add(
      down === null
        ? must('cluster down', false, 'failed')
        : atMost('cluster down', { value: down, unit: 's', bound: BOUNDS.downSeconds }),
    );
    const left = await whatIsLeft();
    add(must('nothing left behind', left.length === 0, left.length === 0 ? 'nothing' : left.join(', ')));
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
    const minutes = (performance.now() - begun) / 60_000;
    add(atMost('the whole', { value: minutes, unit: 'min', bound: BOUNDS.wholeMinutes }));
    add(told('load of the machine, begin and end', `${loadAtBegin} and ${loadText()}`));
    for (const figure of figures) tell(figureLine(figure));
    const on = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${values.duration ?? 'whole scenario'}`;
    keepKindRun({ on, figures });
    if (!figures.every(({ kept }) => kept)) process.exitCode = 1;
  }
} finally {
  if (pid !== null) process.kill(pid, 'SIGTERM');
}
