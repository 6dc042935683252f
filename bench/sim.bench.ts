// Speed of the simulator against its bounds: a whole day in the full model, scaling with the fleet, a sweep on one core and
// on two, and the service alone against the same model in SimPy (bench/peers). Prints medians with the machine they were
// measured on and keeps them for docs/measurements.md; asserts nothing. Names of parts as arguments run only those.

import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { median } from 'simple-statistics';
import { sampler } from '../model/distribution.ts';
import { stream } from '../model/rng.ts';
import type { Schedule } from '../model/schedule.ts';
import { emptySchedule } from '../model/schedule.ts';
import { millis, seconds } from '../model/units.ts';
import { firstComeFirstServed, poissonJobs } from '../harness/conform/theory-load.ts';
import { loadQuestion } from '../harness/question.ts';
import { runSweep } from '../harness/sweep.ts';
import { simulate } from '../sim/simulate.ts';
import { simulateStaticFleet } from '../sim/static-fleet.ts';
import { simpyJobsPerSecond } from './peers/simpy.ts';
import { machineLine } from './rows.ts';
import type { SimPart } from './sim-results.ts';
import { SIM_PARTS, writeSimResult } from './sim-results.ts';

/** As the first argument: measures one sweep and prints it as JSON. */
const ONE_SWEEP = 'one-sweep';

/** Of the part that runs. */
const said: string[] = [];

const print = (line: string): void => {
  said.push(line);
  process.stdout.write(`${line}\n`);
};

/** Poisson arrivals of short utterances. */
const load = (perSecond: number, durationSeconds: number, audioSeconds: number): Schedule => {
  const count = Math.round(perSecond * durationSeconds);
  const schedule = emptySchedule(count, millis(durationSeconds * 1000), ['calls']);
  const gap = sampler({ kind: 'exponential', mean: 1000 / perSecond }, stream(1, 'bench'));
  const length = sampler({ kind: 'lognormal', median: audioSeconds, sigma: 0.6 }, stream(1, 'benchAudio'));
  let at = 0;
  for (let i = 0; i < count; i++) {
    schedule.offsetMillis[i] = Math.min(durationSeconds * 1000, (at += gap()));
    schedule.audioSeconds[i] = length();
    schedule.seed[i] = i;
  }
  return schedule;
};

interface Timed {
  readonly wallSeconds: number;
  /** Of this process, so that neighbours on the machine count less. */
  readonly cpuSeconds: number;
  readonly events: number;
}

/** One run of the full model: the vendor's platform, scraped every 15 s, up to `pods` pods. */
const fullModel = (schedule: Schedule, pods: number): Timed => {
  const { scenario, platform } = loadQuestion({
    scenario: 'vendor-default-step',
    set: ['asr.scrapeInterval=15s'],
    duration: '10m',
  });
  const spec = { ...platform.hpa!.spec, minReplicas: pods === 12 ? 4 : pods, maxReplicas: pods };
  const started = performance.now();
  const before = process.cpuUsage();
  const { header } = simulate(
    schedule,
    {
      ...scenario,
      duration: seconds(schedule.durationMillis / 1000),
      service: { ...scenario.service, gpu: 'L40S' },
      nodes: { ...scenario.nodes, warm: pods, min: pods, max: pods },
    },
    { ...platform, hpa: { ...platform.hpa!, spec } },
    { scheduleHash: '', versions: {}, capacity: null },
  );
  const { user, system } = process.cpuUsage(before);
  return {
    wallSeconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    events: header.events!,
  };
};

const day = (): void => {
  const schedule = load(50, 86_400, 20);
  const first = fullModel(schedule, 12);
  // Of one run: later ones in this process find the garbage of earlier ones.
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  const runs = [first, fullModel(schedule, 12), fullModel(schedule, 12)];
  const wall = median(runs.map(({ wallSeconds }) => wallSeconds));
  const cpu = median(runs.map(({ cpuSeconds }) => cpuSeconds));
  const { events } = first;
  print(
    `day: 24 h at 50 requests/s, up to 12 pods, 15 s scrapes: ${wall.toFixed(1)} s (bound 15), peak ${peak} MB (bound 600)`,
  );
  print(
    `day: ${(events / wall / 1e6).toFixed(2)} million events/s (bound 1), ${(events / cpu / 1e6).toFixed(2)} per second of processor time`,
  );
};

/** Processor time of one more event, with the fleet set up: the slope between two run lengths at one request/s and pod. */
const microsPerEvent = (pods: number, requests: number): number => {
  const timed = (share: number): Timed => fullModel(load(pods, (share * requests) / pods, 60), pods);
  const slopes = [1, 2, 3].map(() => {
    const [short, long] = [timed(1), timed(2)];
    return ((long.cpuSeconds - short.cpuSeconds) / (long.events - short.events)) * 1e6;
  });
  return median(slopes);
};

const scaling = (): void => {
  const few = microsPerEvent(10, 300_000);
  const many = microsPerEvent(1000, 300_000);
  print(
    `scaling: ${few.toFixed(2)} µs per event at 10 pods, ${many.toFixed(2)} at 1000: ratio ${(many / few).toFixed(2)} (bound 2)`,
  );
};

const serviceAlone = (): number => {
  const jobs = 1_000_000;
  const schedule = poissonJobs(jobs, 8, { kind: 'exponential', mean: 1 }, 1, 'bench');
  const rates = [1, 2, 3, 4, 5].map(() => {
    const started = performance.now();
    simulateStaticFleet(schedule, firstComeFirstServed(null), 10);
    return jobs / ((performance.now() - started) / 1000);
  });
  return median(rates);
};

const peer = async (): Promise<void> => {
  const ours = serviceAlone();
  print(`M/M/10 at ρ = 0.8: ${Math.round(ours / 1000)} thousand jobs/s`);
  const theirs = await simpyJobsPerSecond();
  if (theirs.kind === 'skipped') print(`SimPy: skipped, ${theirs.why}`);
  else
    print(
      `SimPy ${theirs.version}: ${Math.round(theirs.jobsPerSecond / 1000)} thousand jobs/s, ratio ${(ours / theirs.jobsPerSecond).toFixed(1)} (bound 10)`,
    );
};

/** About as many simulations as `tune` makes of 72 settings, so that the start of a thread does not decide. */
const SWEEP_INTERVALS = ['2s', '5s', '15s', '30s'];
const SWEEP_SEEDS = 80;

/** Two hours each, with their scores. */
const oneSweep = async (): Promise<Timed> => {
  const started = performance.now();
  const before = process.cpuUsage();
  await runSweep({
    options: { scenario: 'bench', set: [], duration: '2h' },
    settings: SWEEP_INTERVALS.map((label, value) => ({ label, value, set: [`asr.scrapeInterval=${label}`] })),
    seeds: Array.from({ length: SWEEP_SEEDS }, (_, i) => i + 1),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const { user, system } = process.cpuUsage(before);
  return { wallSeconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6, events: 0 };
};

/** In a process of its own that has only these cores: V8's compiler and collector, which run beside a thread, have no other. */
const sweepOnCores = (cores: string): Timed => {
  const { stdout, stderr } = spawnSync('taskset', ['-c', cores, process.execPath, import.meta.filename, ONE_SWEEP], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`the sweep on cores ${cores} gave nothing: ${stderr}`);
  return JSON.parse(stdout) as Timed;
};

/** Taking turns, so that a neighbour on the machine disturbs both alike. */
const sweep = (): void => {
  if (spawnSync('taskset', ['--version']).status !== 0) {
    print('sweep: skipped, taskset (util-linux) is missing, which gives a sweep one core or two');
    return;
  }
  const turns = [1, 2, 3, 4, 5].map(() => ({ one: sweepOnCores('0'), two: sweepOnCores('0,1') }));
  const wall = (of: 'one' | 'two'): number => median(turns.map((turn) => turn[of].wallSeconds));
  const cpu = (of: 'one' | 'two'): number => median(turns.map((turn) => turn[of].cpuSeconds));
  const ratios = turns.map(({ one, two }) => one.wallSeconds / two.wallSeconds);
  print(
    `sweep: ${SWEEP_INTERVALS.length * SWEEP_SEEDS} simulations in ${wall('one').toFixed(1)} s on one core, ${wall('two').toFixed(1)} s on two: ratio ${median(ratios).toFixed(2)} (bound 1.8; turns ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; load of the machine ${loadavg()[0]!.toFixed(1)})`,
  );
  // What keeps the ratio from 2: the second thread compiles the same code again, and both share the way to memory.
  print(`sweep: processor time ${cpu('one').toFixed(1)} s and ${cpu('two').toFixed(1)} s`);
};

const MEASURE: Readonly<Record<SimPart, () => void | Promise<void>>> = { day, scaling, sweep, peer };
const asked = process.argv.slice(2);
if (asked[0] === ONE_SWEEP) {
  process.stdout.write(JSON.stringify(await oneSweep()));
  process.exit();
}
const unknown = asked.filter((part) => !(SIM_PARTS as readonly string[]).includes(part));
if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: expected ${SIM_PARTS.join(', ')}`);
process.stdout.write(`${machineLine()}\n`);
for (const part of asked.length === 0 ? SIM_PARTS : (asked as readonly SimPart[])) {
  said.length = 0;
  await MEASURE[part]();
  writeSimResult(part, said);
}
