// One capacity curve, in a worker of the pool: the same question on another GPU or with other trials.

import { capacityCurve } from '../../sim/capacity.ts';
import { fleetSettings } from '../../sim/fleet-settings.ts';
import type { ScenarioOptions } from '../question.ts';
import { loadQuestion } from '../question.ts';
import type { Question } from '../question.ts';
import { capacityQuestion } from '../simulate-question.ts';

export interface CapacityTask {
  readonly options: ScenarioOptions;
  readonly gpu: string;
  /** Of the trials; the schedule stays. */
  readonly seed: number;
  readonly maxReplicas: number;
}

let loaded: { readonly key: string; readonly question: Question } | null = null;

const questionOf = (options: ScenarioOptions): Question => {
  const key = JSON.stringify(options);
  if (loaded?.key !== key) loaded = { key, question: loadQuestion(options) };
  return loaded.question;
};

/** Null if the schedule has neither utterances nor files. */
const curve = ({ options, gpu, seed, maxReplicas }: CapacityTask): readonly number[] | null => {
  const question = questionOf(options);
  const asked = { ...capacityQuestion(question), seed, maxReplicas };
  const { service } = question.scenario;
  const settings = fleetSettings({ ...service, gpu }, seed);
  return capacityCurve(question.schedule, settings, asked)?.capacity ?? null;
};

export default curve;
