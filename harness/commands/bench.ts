// bench: the whole answer to one question. Sweeps the scrape interval in simulation, replays the same schedule on real
// processes, compares the two, writes the report; exits by the verdict, or by the comparison if that failed.

import { join } from 'node:path';
import { monitorSelects } from '../../cluster/manifests/selection.ts';
import { parsePrometheusDuration } from '../../model/duration.ts';
import { TestbedError } from '../../model/errors.ts';
import { stream } from '../../model/rng.ts';
import type { RunRecord } from '../../model/record.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Comparison } from '../../reports/compare.ts';
import { compare, fidelityBounds } from '../../reports/compare.ts';
import { renderReport } from '../../reports/page/report.ts';
import { renderSummary } from '../../reports/page/text.ts';
import { sweepOf } from '../../reports/sweep.ts';
import { conformanceFigures } from '../conformance-figures.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from '../exit-codes.ts';
import { exitOf, judge, judgedFiles } from '../judge.ts';
import { KNOWN_FILE, knownText } from '../known-file.ts';
import { startProgress } from '../progress.ts';
import type { Question } from '../question.ts';
import { loadQuestion } from '../question.ts';
import { traceFolder } from '../read-scenario.ts';
import { firstExisting } from '../read-input.ts';
import { replayQuestion, replayQuestionOnBare } from '../replay-question.ts';
import type { CommandContext } from '../run-command.ts';
import { addToRun, checkRunPlace, writeRun } from '../run-folder.ts';
import { knownOfRun } from '../run-question.ts';
import { simulateQuestion } from '../simulate-question.ts';
import type { SweepSetting } from '../sweep.ts';
import { runSweep } from '../sweep.ts';

export interface BenchOptions {
  readonly profile: string;
  readonly scenario?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Scrape intervals that people really choose, seconds. */
const INTERVALS = [2, 5, 10, 15, 30, 60];
const SEEDS = 20;
/** Virtual seconds per real second of the replay: 10 minutes in 75 seconds. */
const TIME_SCALE = 8;
/** A busy machine spoils a replay, so a difference must repeat before it counts. */
const REPLAYS = 2;

const settings = (intervals: readonly number[]): readonly SweepSetting[] =>
  intervals.map((interval) => ({
    label: `${interval} s`,
    value: interval,
    set: [`asr.scrapeInterval=${interval}s`],
  }));

/** The scrape interval of the pods as they are deployed: what the others are compared with, seconds. */
const deployedInterval = ({ platform }: Question): number => {
  const own = platform.monitors
    .filter((monitor) => monitorSelects(monitor, platform.deployment, platform.services))
    .flatMap((monitor) => monitor.endpoints)
    .map((endpoint) => parsePrometheusDuration(endpoint.interval ?? ''));
  return own[0] ?? platform.prometheus.scrapeInterval;
};

/** The recorded trace where it is found, the synthetic twin elsewhere, which gives other figures: so it is told. */
const defaultScenario = (tell: CommandContext['tell']): string => {
  const trace = join(traceFolder(), 'azure_conv_2023.csv');
  if (firstExisting([trace]) !== null) return 'bench-azure';
  tell(`scenario bench, its traffic drawn: the recorded trace of bench-azure is not here (${trace})`);
  return 'bench';
};

const sweep = async (scenario: string, now: number, context: CommandContext) => {
  const intervals = [...new Set([...INTERVALS, now])].sort((a, b) => a - b);
  const progress = startProgress(`simulate ${intervals.length} scrape intervals × ${SEEDS} seeds`);
  try {
    const points = await runSweep({
      options: { scenario },
      settings: settings(intervals),
      seeds: Array.from({ length: SEEDS }, (_, i) => i + 1),
      signal: context.signal,
      onProgress: progress.update,
    });
    return sweepOf('scrape interval', 's', points, `${now} s`, stream(1, 'bootstrap'));
  } finally {
    progress.end();
  }
};

interface Compared {
  readonly real: RunRecord;
  /** What the real run is compared with. */
  readonly simulated: RunRecord;
  readonly comparison: Comparison;
  /** What the real run's folder holds beside the record. */
  readonly files: Readonly<Record<string, string>>;
}

const interrupted = (): TestbedError =>
  new TestbedError('INTERRUPTED', 'the replay was interrupted; nothing was kept of it');

/**
 * Replays under the real controllers, once: real time is dear. Compares with a simulation of this very run, which knows
 * what chance decided there (phases, instants of syncs, delays of pods) and computes the rest.
 */
const replayOnBare = async (
  question: Question,
  capacity: RunRecord['header']['capacity'],
  context: CommandContext,
): Promise<Compared> => {
  const { record, complete, known } = await replayQuestionOnBare(question, capacity, context.signal);
  if (!complete) throw interrupted();
  const { platform } = record.header;
  const scenario = record.header.scenario as unknown as Scenario;
  // What was done to the real components is among what is known.
  const asked = { ...question, scenario: { ...scenario, faults: [] }, platform };
  const simulated = simulateQuestion(asked, true, knownOfRun(known, record.requests));
  const file = knownText({ epochMillis: scenario.epochMillis, scheduleHash: question.hash, inputs: known });
  return {
    real: record,
    simulated,
    comparison: compare(simulated, record, fidelityBounds(1)),
    files: { [KNOWN_FILE]: file },
  };
};

/** Replays and compares with the simulation; again if the generator was late or a difference is beyond its bound. */
const replayAndCompare = async (
  question: Question,
  simulated: RunRecord,
  context: CommandContext,
): Promise<Compared> => {
  for (let attempt = 1; ; attempt++) {
    const { record, complete } = await replayQuestion(question, TIME_SCALE, simulated.header.capacity, context.signal);
    if (!complete) throw interrupted();
    const comparison = compare(simulated, record, fidelityBounds(TIME_SCALE));
    const limited = record.header.validity?.verdict === 'generator-limited';
    if ((comparison.pass && !limited) || attempt === REPLAYS) return { real: record, simulated, comparison, files: {} };
    context.tell(
      limited
        ? 'the load engine was the bottleneck of the replay (a busy machine?): once more'
        : 'simulation and replay differ beyond a bound: once more, to see whether the difference repeats',
    );
  }
};

export const run = async (options: BenchOptions, context: CommandContext): Promise<number> => {
  for (const name of ['simulated', 'real']) await checkRunPlace(join(options.out, name));
  const started = performance.now();
  const scenario = options.scenario ?? defaultScenario(context.tell);
  const question = loadQuestion({ scenario });
  for (const note of question.notes) context.tell(`note: ${note}`);
  const swept = await sweep(scenario, deployedInterval(question), context);
  const simulated = simulateQuestion(question, true);
  const judged = judge(simulated);
  const { real, comparison, files, ...beside } =
    options.profile === 'bare'
      ? await replayOnBare(question, simulated.header.capacity, context)
      : await replayAndCompare(question, simulated, context);

  const realJudged = judge(real);
  const simFolder = await writeRun(join(options.out, 'simulated'), simulated, judgedFiles(judged));
  const realFolder = await writeRun(join(options.out, 'real'), real, { ...judgedFiles(realJudged), ...files });
  const page = renderReport({
    run: simulated,
    ...judged,
    sweep: swept,
    real: {
      comparison,
      simulated: { run: beside.simulated, score: judge(beside.simulated).score },
      replayed: { run: real, score: realJudged.score },
    },
    conformance: conformanceFigures(),
    theme: null,
  });
  const text = renderSummary({ ...judged, sweep: swept, comparison });
  await addToRun(options.out, 'answer.txt', `${text}\n`);
  await addToRun(options.out, 'sweep.json', `${JSON.stringify(swept, null, 1)}\n`);
  await addToRun(options.out, 'comparison.json', `${JSON.stringify(comparison, null, 1)}\n`);
  const seconds = (performance.now() - started) / 1000;
  await addToRun(options.out, 'seconds.txt', `${seconds.toFixed(0)}\n`);
  const report = await addToRun(options.out, 'report.html', page);
  context.print(
    options.json === true
      ? JSON.stringify({ ...judged, sweep: swept, comparison, report }, null, 1)
      : `${text}\n\nreport: ${report}`,
  );
  context.tell(`runs: ${simFolder}, ${realFolder}`);
  const limited = real.header.validity?.verdict === 'generator-limited';
  if (limited) {
    context.tell('the load engine was the bottleneck of the replay: the comparison says nothing about the simulation');
    return ERROR_EXIT.GENERATOR_LIMITED.code;
  }
  const verdict = exitOf(judged.verdict);
  if (verdict !== OUTCOME_EXIT.ok.code || comparison.pass) return verdict;
  context.tell(
    `the answer holds for the simulation, but the real run differs beyond a bound (exit code ${ERROR_EXIT.FIDELITY.code}): on a busy machine latencies are longer; repeat it on an idle one`,
  );
  return ERROR_EXIT.FIDELITY.code;
};
