// The ladder: every rung in order. A rung whose need is broken, or was not checked, is not judged. Pure.
//
// @example
//   const steps = climb(facts);
//   firstBroken(steps)?.number   // 5: Prometheus does not select the monitor; null: all is well

import type { Facts } from './facts.ts';
import type { Finding, Rung, RungId } from './finding.ts';
import { RUNG_IDS } from './finding.ts';
import { adapter } from './rungs/adapter.ts';
import { api } from './rungs/api.ts';
import { cost } from './rungs/cost.ts';
import { endpoint } from './rungs/endpoint.ts';
import { hpa } from './rungs/hpa.ts';
import { monitor } from './rungs/monitor.ts';
import { nodes } from './rungs/nodes.ts';
import { pods } from './rungs/pods.ts';
import { rules } from './rungs/rules.ts';
import { scale } from './rungs/scale.ts';
import { series } from './rungs/series.ts';
import { service } from './rungs/service.ts';
import { target } from './rungs/target.ts';
import { value } from './rungs/value.ts';

const RUNGS: Readonly<Record<RungId, Rung>> = {
  api,
  pods,
  endpoint,
  service,
  monitor,
  target,
  series,
  rules,
  adapter,
  value,
  scale,
  hpa,
  nodes,
  cost,
};

export type Step = {
  /** From 1. */
  readonly number: number;
  readonly id: RungId;
  readonly title: string;
} & (
  | (Finding & { readonly commands: readonly string[] })
  /** Numbers of the rungs it waits for. */
  | { readonly state: 'not-checked'; readonly because: readonly number[] }
);

export type BrokenStep = Extract<Step, { readonly state: 'broken' }>;

const numberOf = (id: RungId): number => RUNG_IDS.indexOf(id) + 1;

export const climb = (facts: Facts): readonly Step[] => {
  const steps: Step[] = [];
  for (const id of RUNG_IDS) {
    const { title, needs, judge, commands } = RUNGS[id];
    const head = { number: numberOf(id), id, title };
    const because = needs.map(numberOf).filter((number) => {
      const { state } = steps[number - 1]!;
      return state === 'broken' || state === 'not-checked';
    });
    steps.push(
      because.length > 0
        ? { ...head, state: 'not-checked', because }
        : { ...head, ...judge(facts), commands: commands(facts) },
    );
  }
  return steps;
};

export const firstBroken = (steps: readonly Step[]): BrokenStep | null =>
  steps.find((step): step is BrokenStep => step.state === 'broken') ?? null;
