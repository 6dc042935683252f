// plan: how many GPUs a load needs and what keeping the promise costs. Measures capacity curves on all cores, derives the
// plan, and checks it by simulation at the forecast and its multiples, with today's settings and with the advised ones.

import { TestbedError } from '../../model/errors.ts';
import { stream } from '../../model/rng.ts';
import { requestWeight } from '../../model/service-time.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import type { LoadCase, Plan, PlanInput } from '../../reports/plan/plan.ts';
import { idealReplicas, planOf } from '../../reports/plan/plan.ts';
import type { PlanAnswer, PlanCheck, TargetTrial } from '../../reports/plan/answer.ts';
import { attainmentOf, drainedOf, furthest, isKeptAt, isToBeKept, perDay } from '../../reports/plan/answer.ts';
import { longestSession, openSessions, sessionsPerReplica } from '../../reports/plan/sessions.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import { scheduledLoad } from '../../reports/score/demand.ts';
import { promiseTo } from '../../reports/score/promise.ts';
import type { Outcome } from '../../reports/search/outcome.ts';
import { valueAt } from '../../reports/stats/step-function.ts';
import type { StepFunction } from '../../reports/stats/step-function.ts';
import { serviceLaw } from '../../sim/fleet-settings.ts';
import type { Question, ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import { capacityQuestion, replicasPerNode } from '../simulate-question.ts';
import { leversOf } from '../tune/levers.ts';
import type { Simulations } from '../tune/simulations.ts';
import { capacityCurves } from './capacity-curves.ts';
import { casesOf, checkCases, worstInstant } from './cases.ts';
import { leadSeconds } from './lead-time.ts';
import type { TargetAndGrace } from './least-grace.ts';
import { withGrace } from './least-grace.ts';
import { withEnough } from './least-minimum.ts';
import { offersOf } from './offers.ts';
import type { Setting } from './settings.ts';
import { advisedSetting } from './settings.ts';

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

/** The maximum must still carry this much of the forecast. */
const MAX_FACTOR = 2;
/** Default of the cluster autoscaler's --max-graceful-termination-sec. */
const NODE_GRACE_SECONDS = 600;

/** Calls per unit of weight in this schedule, utterances and files only. */
const callsPerWeight = ({ schedule, scenario }: Question): number => {
  const { batch } = serviceLaw(scenario.service);
  let [calls, weight] = [0, 0];
  for (let i = 0; i < schedule.count; i++) {
    if (REQUEST_KINDS[schedule.kind[i]!] === 'stream') continue;
    calls += 1;
    weight += requestWeight(batch, schedule.audioSeconds[i]!, schedule.seed[i]!);
  }
  return calls === 0 ? 0 : calls / weight;
};

/** Throws PLATFORM_INVALID without an HPA, SCENARIO_INVALID where one live session alone falls behind. */
export const planQuestion = async (request: PlanRequest): Promise<PlanAnswer> => {
  const question = loadQuestion(request.options);
  const { scenario, platform, schedule } = question;
  if (platform.hpa === null)
    throw new TestbedError('PLATFORM_INVALID', 'no HPA scales the deployment: there is nothing to plan for it', {
      hint: 'add the HorizontalPodAutoscaler to the manifests of the scenario',
    });
  const asked = capacityQuestion(question);
  const cases = casesOf(request.growth, request.seasons);
  const byGpu = await capacityCurves(request, asked.maxReplicas);
  const conduct = Object.fromEntries(scenario.traffic.map((traffic) => [traffic.name, traffic.conduct]));
  const open = openSessions(schedule, conduct);
  const perReplica = sessionsPerReplica(serviceLaw(scenario.service).stream);
  if (open !== null && perReplica < 1)
    throw new TestbedError(
      'SCENARIO_INVALID',
      `one live session alone falls behind on ${scenario.service.gpu}: a step takes longer than the audio it answers`,
      { hint: 'choose a faster service.gpu or leave the live sessions out' },
    );
  const live = promiseTo(parseObjectives(scenario.objectives), 'stream');
  const load: StepFunction = scheduledLoad(schedule, serviceLaw(scenario.service).batch, asked.windowMillis);
  const input: PlanInput = {
    load,
    sessions: open,
    fromMillis: scenario.warmup * 1000,
    toMillis: schedule.durationMillis,
    callsPerWeight: callsPerWeight(question),
    offers: offersOf(byGpu, scenario.service),
    gpu: scenario.service.gpu,
    cases,
    loseNodes: request.loseNodes,
    replicasPerNode: replicasPerNode(question),
    leadSeconds: leadSeconds(scenario, platform.deployment.readiness?.period ?? 0),
    maxFactor: MAX_FACTOR,
  };
  const planned = (least: number): Plan => planOf(input, stream(scenario.seed, 'plan'), least);
  const ideal = planned(0);
  const capacity = ideal.capacity.map((row) => row.load.low);
  /** Every case starts with the replicas that its load needs at the start, so that no check is about the first minutes. */
  const outcomes = async (setting: Setting, factor: number, nodesLost = 0): Promise<readonly Outcome[]> => {
    const needed = idealReplicas({ load, sessions: open }, factor, capacity, perReplica);
    const lost = { nodes: nodesLost, atMillis: worstInstant(needed, input) };
    return request.simulations.run(
      Array.from({ length: request.seeds }, (_, i) => ({
        seed: scenario.seed + i,
        set: { 'deployment.replicas': Math.max(platform.deployment.replicas, valueAt(needed, 0)), ...setting.set },
        adjust: {
          load: factor,
          ...(setting.nodes === undefined ? {} : { nodes: setting.nodes }),
          ...(nodesLost === 0 ? {} : { lost }),
        },
      })),
    );
  };
  /** One stream of chance per check: they end in any order. */
  const judged = (of: readonly Outcome[], ...check: readonly (string | number)[]) => {
    const attainment = attainmentOf(of, asked.kind, stream(scenario.seed, 'planChecks', ...check));
    const sessions =
      open === null ? null : attainmentOf(of, 'stream', stream(scenario.seed, 'planLiveChecks', ...check));
    const { gpuHours, money } = perDay(of);
    const { sessions: arrived, cut } = drainedOf(of);
    const promises = [
      ...(capacity.length === 0 ? [] : [isKeptAt(attainment, asked.attainment)]),
      ...(open === null ? [] : [isKeptAt(sessions, live.target)]),
    ];
    return {
      attainment,
      live: sessions,
      liveCut: arrived === 0 ? null : cut / arrived,
      kept: promises.every((kept) => kept),
      gpuHoursPerDay: gpuHours,
      moneyPerDay: money,
    };
  };
  const lever = leversOf(platform).levers.find(({ name }) => name === 'HPA target');
  const levels = (lever?.levels ?? []).map(({ label }) => Number(label));
  const present = platform.deployment.terminationGrace;
  const simulated = (of: Plan, target: number | null, grace: number): Promise<readonly Outcome[]> =>
    outcomes(
      advisedSetting(question, { hpa: of.hpa, target, graceSeconds: grace === present ? null : grace }),
      cases[0]!.factor,
    );
  const tried = async (of: Plan, target: number | null, grace: number) =>
    judged(
      await simulated(of, target, grace),
      ...(of === ideal ? ['target'] : ['minimum', of.hpa.min]),
      target ?? 'none',
      ...(grace === present ? [] : ['grace', grace]),
    );
  const trials = (of: Plan, grace: number): Promise<readonly TargetTrial[]> =>
    Promise.all(
      levels.map(async (level): Promise<TargetTrial> => {
        const { attainment, live: sessions, kept, moneyPerDay } = await tried(of, level, grace);
        return {
          target: level,
          attainment: furthest([
            [attainment, asked.attainment],
            [sessions, live.target],
          ]),
          kept,
          moneyPerDay,
        };
      }),
    );
  const settled = (of: Plan): Promise<TargetAndGrace> =>
    withGrace({
      presentSeconds: present,
      longestSeconds: longestSession(schedule),
      trials: (grace) => trials(of, grace),
      drained: async (target, grace) => {
        const runs = await simulated(of, target, grace);
        return { ...drainedOf(runs), moneyPerDay: perDay(runs).money };
      },
    });
  const first = await settled(ideal);
  const { plan, binding } = await withEnough(
    ideal,
    planned,
    async (of) => (await tried(of, first.target, first.graceSeconds)).kept,
  );
  const { targets, target, need: grace } = plan === ideal ? first : await settled(plan);
  const graceSeconds = grace?.leastSeconds ?? null;
  const settings = [
    ['present', { set: {}, nodes: undefined }],
    ['advised', advisedSetting(question, { hpa: plan.hpa, target, graceSeconds })],
  ] as const;
  const checks = await Promise.all(
    checkCases(cases, request.loseNodes).flatMap(({ lost, ...one }) =>
      settings.map(async ([name, setting]): Promise<PlanCheck> => ({
        ...one,
        settings: name,
        ...judged(await outcomes(setting, one.factor, lost), one.name, name),
      })),
    ),
  );
  return {
    ...plan,
    schema: 'surgelab.plan/1',
    scenario: scenario.name,
    objective: [
      ...(capacity.length === 0
        ? []
        : [`${asked.kind} calls within ${asked.within} s for ${100 * asked.attainment} %`]),
      ...(open === null ? [] : [`live sessions at most ${live.withinSeconds} s behind for ${100 * live.target} %`]),
    ].join('; '),
    gpu: scenario.service.gpu,
    seeds: request.seeds,
    scenarioHours: scenario.duration / 3600,
    targets,
    target,
    graceSeconds,
    grace,
    binding,
    checks,
    keep: isToBeKept(checks),
    notes: [
      `a day is taken to be like the ${(scenario.duration / 3600).toFixed(2)} h of the scenario throughout`,
      'sized with the low end of the capacity intervals; beyond the curve by its last capacity per replica',
      'a warm spare node is simulated as a higher minimum of the node pool, not as one that is always ahead of the load',
      ...(graceSeconds !== null && graceSeconds > NODE_GRACE_SECONDS
        ? [
            `the cluster autoscaler waits ${NODE_GRACE_SECONDS} s for the pods of a node that it takes away: raise its --max-graceful-termination-sec as well`,
          ]
        : []),
      ...(open === null
        ? []
        : [
            'live sessions are sized by the law of the service (s0 + s1·n within a chunk), spread evenly over the replicas; the checks simulate how they really spread',
            'sessions that began before the scenario are not in it, so its first minutes need less than a usual moment',
          ]),
    ],
  };
};
