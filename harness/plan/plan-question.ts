// plan: how many GPUs a load needs and what keeping the promise costs. Measures capacity curves on all cores, derives the
// plan, and checks it by simulation at the forecast and its multiples, with today's settings and with the advised ones.

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { sample } from '../../model/distribution.ts';
import { TestbedError } from '../../model/errors.ts';
import { stream } from '../../model/rng.ts';
import { GPU_SPEED, requestWeight } from '../../model/service-time.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { LoadCase, Plan } from '../../reports/plan/plan.ts';
import { planOf } from '../../reports/plan/plan.ts';
import type { PlanAnswer, PlanCheck, TargetTrial } from '../../reports/plan/answer.ts';
import { attainmentOf, chooseTarget, isKeptAt, perDay } from '../../reports/plan/answer.ts';
import { replicasOver } from '../../reports/plan/needs.ts';
import { scheduledLoad } from '../../reports/score/demand.ts';
import type { Outcome } from '../../reports/search/outcome.ts';
import type { SetValue } from '../../reports/search/space.ts';
import { ascending, quantile } from '../../reports/stats/quantile.ts';
import { valueAt } from '../../reports/stats/step-function.ts';
import type { StepFunction } from '../../reports/stats/step-function.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import { instancePrice } from '../../sim/prometheus/cost/prices.ts';
import type { Question, ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import { capacityQuestion } from '../simulate-question.ts';
import type { Adjustment } from '../tune/adjust.ts';
import { leversOf } from '../tune/levers.ts';
import type { Simulations } from '../tune/simulations.ts';
import type { CapacityTask } from './capacity-worker.ts';

export interface PlanRequest {
  readonly options: ScenarioOptions;
  /** Forecast ÷ load of the scenario. */
  readonly growth: number;
  readonly seasons: readonly LoadCase[];
  readonly loseNodes: number;
  readonly seeds: number;
  readonly simulations: Simulations;
  readonly signal: AbortSignal;
}

/** The cheapest EC2 instance with the card (metrics-path.md 2.5). */
const INSTANCE_OF: Readonly<Record<string, string>> = {
  T4: 'g4dn.xlarge',
  A10G: 'g5.xlarge',
  L4: 'g6.xlarge',
  L40S: 'g6e.xlarge',
};

const STRESS = [1.5, 2];
/** The maximum must still carry this much of the forecast. */
const MAX_FACTOR = 2;

const casesOf = ({ growth, seasons }: PlanRequest): readonly LoadCase[] => [
  { name: 'forecast', factor: growth },
  ...seasons.map(({ name, factor }) => ({ name, factor: growth * factor })),
  ...STRESS.map((times) => ({ name: `${times} × forecast`, factor: growth * times })),
];

const LEAD_DRAWS = 2000;

/** 95 % of the time from a scale-up to a ready pod on a node that must first be bought. */
const leadSeconds = ({ startup, nodes, seed }: Scenario, probePeriod: number): number => {
  const rng = stream(seed, 'planLead');
  const draws = Array.from(
    { length: LEAD_DRAWS },
    () =>
      nodes.scan * rng.uniform() +
      sample(nodes.provision, rng) +
      sample(startup.imagePull, rng) +
      sample(startup.containerStart, rng) +
      sample(startup.modelLoad, rng) +
      probePeriod * rng.uniform(),
  );
  return quantile(ascending(draws), 0.95, 'nearest-rank')!;
};

const curves = async (
  request: PlanRequest,
  maxReplicas: number,
): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> => {
  const pool = new Piscina({
    filename: new URL('./capacity-worker.ts', import.meta.url).href,
    maxThreads: availableParallelism(),
  });
  try {
    const asked = Object.keys(GPU_SPEED).flatMap((gpu) =>
      Array.from({ length: request.seeds }, (_, seed): CapacityTask => ({
        options: request.options,
        gpu,
        seed: seed + 1,
        maxReplicas,
      })),
    );
    const found = await Promise.all(
      asked.map(
        async (task) =>
          [task.gpu, (await pool.run(task, { signal: request.signal })) as readonly number[] | null] as const,
      ),
    );
    const byGpu = Map.groupBy(found, ([gpu]) => gpu);
    return new Map([...byGpu].map(([gpu, all]) => [gpu, all.flatMap(([, curve]) => (curve === null ? [] : [curve]))]));
  } catch (error) {
    if (request.signal.aborted) throw new TestbedError('INTERRUPTED', 'the plan was interrupted', { cause: error });
    throw error;
  } finally {
    await pool.destroy();
  }
};

/** Calls per unit of weight in this schedule, utterances and files only. */
const callsPerWeight = ({ schedule, scenario }: Question): number => {
  const { batch } = serviceLaw(scenario.service);
  let [calls, weight] = [0, 0];
  for (let i = 0; i < schedule.count; i++) {
    if (REQUEST_KINDS[schedule.kind[i]!] === 'stream') continue;
    calls += 1;
    weight += requestWeight(batch, schedule.audioSeconds[i]!, schedule.seed[i]!);
  }
  return calls / weight;
};

interface Setting {
  readonly set: Readonly<Record<string, SetValue>>;
  readonly nodes: Adjustment['nodes'];
}

const replicasPerNode = ({ scenario, platform }: Question): number =>
  Math.max(1, Math.floor(scenario.nodes.gpusPerNode / Math.max(1, platform.deployment.gpusPerPod)));

const advisedSetting = (question: Question, { hpa }: Plan, target: number | null): Setting => {
  const perNode = replicasPerNode(question);
  const nodes = (replicas: number): number => Math.ceil(replicas / perNode) + hpa.warmSpareNodes;
  return {
    set: {
      'hpa.minReplicas': hpa.min,
      'hpa.maxReplicas': hpa.max,
      ...(target === null ? {} : { 'hpa.target': target }),
    },
    nodes: { min: nodes(hpa.min), max: Math.max(question.scenario.nodes.max, nodes(hpa.max)) },
  };
};

/** Throws PLATFORM_INVALID without an HPA, SCENARIO_INVALID without utterances and files. */
export const planQuestion = async (request: PlanRequest): Promise<PlanAnswer> => {
  const question = loadQuestion(request.options);
  const { scenario, platform, schedule } = question;
  if (platform.hpa === null)
    throw new TestbedError('PLATFORM_INVALID', 'no HPA scales the deployment: there is nothing to plan for it', {
      hint: 'add the HorizontalPodAutoscaler to the manifests of the scenario',
    });
  const asked = capacityQuestion(question);
  const cases = casesOf(request);
  const byGpu = await curves(request, asked.maxReplicas);
  if ([...byGpu.values()].every((all) => all.length === 0))
    throw new TestbedError(
      'SCENARIO_INVALID',
      `${scenario.name} has live sessions only: their places are counted, not weighed`,
      {
        hint: 'plan a scenario with utterances or files',
      },
    );
  const load: StepFunction = scheduledLoad(schedule, serviceLaw(scenario.service).batch, asked.windowMillis);
  const plan = planOf(
    {
      load,
      fromMillis: scenario.warmup * 1000,
      toMillis: schedule.durationMillis,
      callsPerWeight: callsPerWeight(question),
      offers: [...byGpu].map(([gpu, all]) => {
        const instance = INSTANCE_OF[gpu] ?? null;
        const price = instance === null ? undefined : instancePrice(instance);
        return {
          gpu,
          basis: GPU_SPEED[gpu]!.basis,
          curves: all,
          instance,
          pricePerHour: price?.usd ?? null,
          source: price?.source ?? '',
        };
      }),
      gpu: scenario.service.gpu,
      cases,
      loseNodes: request.loseNodes,
      replicasPerNode: replicasPerNode(question),
      leadSeconds: leadSeconds(scenario, platform.deployment.readiness?.period ?? 0),
      maxFactor: MAX_FACTOR,
    },
    stream(scenario.seed, 'plan'),
  );
  const capacity = { capacity: plan.capacity.map((row) => row.load.low) };
  /** Every case starts with the replicas that its load needs at the start, so that no check is about the first minutes. */
  const startReplicas = (factor: number): number =>
    Math.max(platform.deployment.replicas, valueAt(replicasOver(load, factor, capacity), 0));
  const outcomes = async (setting: Setting, factor: number): Promise<readonly Outcome[]> =>
    request.simulations.run(
      Array.from({ length: request.seeds }, (_, i) => ({
        seed: scenario.seed + i,
        set: { 'deployment.replicas': startReplicas(factor), ...setting.set },
        adjust: { load: factor, ...(setting.nodes === undefined ? {} : { nodes: setting.nodes }) },
      })),
    );
  /** One stream of chance per check: they end in any order. */
  const judged = (of: readonly Outcome[], ...check: readonly (string | number)[]) => {
    const attainment = attainmentOf(of, asked.kind, stream(scenario.seed, 'planChecks', ...check));
    const { gpuHours, money } = perDay(of);
    return { attainment, kept: isKeptAt(attainment, asked.attainment), gpuHoursPerDay: gpuHours, moneyPerDay: money };
  };
  const lever = leversOf(platform).levers.find(({ name }) => name === 'HPA target');
  const levels = (lever?.levels ?? []).map(({ label }) => Number(label));
  const targets = await Promise.all(
    levels.map(async (target): Promise<TargetTrial> => {
      const { attainment, kept, moneyPerDay } = judged(
        await outcomes(advisedSetting(question, plan, target), cases[0]!.factor),
        'target',
        target,
      );
      return { target, attainment, kept, moneyPerDay };
    }),
  );
  const target = chooseTarget(targets);
  const settings = [
    ['present', { set: {}, nodes: undefined }],
    ['advised', advisedSetting(question, plan, target)],
  ] as const;
  const checks = await Promise.all(
    cases.flatMap((one) =>
      settings.map(async ([name, setting]): Promise<PlanCheck> => ({
        ...one,
        settings: name,
        ...judged(await outcomes(setting, one.factor), one.name, name),
      })),
    ),
  );
  return {
    ...plan,
    schema: 'surgelab.plan/1',
    scenario: scenario.name,
    objective: `${asked.kind} calls within ${asked.within} s for ${100 * asked.attainment} %`,
    gpu: scenario.service.gpu,
    seeds: request.seeds,
    scenarioHours: scenario.duration / 3600,
    targets,
    target,
    checks,
    notes: [
      `a day is taken to be like the ${(scenario.duration / 3600).toFixed(2)} h of the scenario throughout`,
      'sized with the low end of the capacity intervals; beyond the curve by its last capacity per replica',
      'a warm spare node is simulated as a higher minimum of the node pool, not as one that is always ahead of the load',
      ...(schedule.kind.includes(REQUEST_KINDS.indexOf('stream'))
        ? ['live sessions are in the simulated checks but not in the capacity curve']
        : []),
    ],
  };
};
