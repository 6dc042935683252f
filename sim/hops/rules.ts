// Rule groups as events: each group at the slots of its phase, counted from the Unix epoch (metrics-path.md 1.6). While
// the server is down slots are lost. The evaluation itself is in sim/prometheus/rules.

import { TestbedError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import type { Agenda } from './agenda.ts';
import { CLASS } from '../event-classes.ts';
import { evaluateGroup, initialGroupState } from '../prometheus/rules/group.ts';
import type { GroupEvaluation } from '../prometheus/rules/group.ts';
import { loadRuleGroups } from '../prometheus/rules/load.ts';
import type { GroupState, RuleGroup } from '../prometheus/rules/rule.ts';
import { firstScrapeAt } from '../prometheus/scrape-timing.ts';
import type { SampleStore } from '../prometheus/store.ts';
import { groupPhaseNanos } from '../prometheus/target-hash.ts';

export interface ScheduledGroup {
  readonly file: string;
  readonly group: RuleGroup;
  readonly phaseMillis: number;
}

/**
 * The server hashes the path under which it finds a group. The operator writes a folder and a UID around the name, which
 * nobody knows before; the folder in which the YAML lies on the reader's disk must not matter.
 */
const nameOfFile = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Loads the groups of the platform. Throws PLATFORM_INVALID with every message of Prometheus for a refused file. */
export const scheduledGroups = (platform: Platform): ScheduledGroup[] => {
  const { version, evaluationInterval } = platform.prometheus;
  return platform.ruleGroups.flatMap(({ file, group }) => {
    const loaded = loadRuleGroups({ groups: [group] }, { defaultIntervalSeconds: evaluationInterval, version });
    if (loaded.kind === 'refused') {
      throw new TestbedError('PLATFORM_INVALID', `rule group ${group.name} of ${file}: ${loaded.messages.join('; ')}`, {
        hint: 'correct the PrometheusRule; Prometheus would not load it',
      });
    }
    return loaded.groups.map((each) => {
      const nanos = groupPhaseNanos(
        { name: each.name, file: nameOfFile(file) },
        BigInt(Math.round(each.intervalMillis * 1e6)),
        version,
      );
      return { file, group: each, phaseMillis: Number(nanos) / 1e6 };
    });
  });
};

/** Told after every evaluation, with the group's place in the list. */
export type OnEvaluation = (group: number, evaluation: GroupEvaluation) => void;

export class RulesHop {
  private readonly groups: readonly ScheduledGroup[];
  private readonly states: GroupState[];
  private readonly store: SampleStore;
  private readonly onEvaluation: OnEvaluation;
  private readonly epochMillis: number;
  private down = false;
  private observed = true;

  /** @param epochMillis Unix time of the origin */
  constructor(
    engine: Agenda,
    groups: readonly ScheduledGroup[],
    store: SampleStore,
    epochMillis: number,
    onEvaluation: OnEvaluation,
  ) {
    this.groups = groups;
    this.store = store;
    this.epochMillis = epochMillis;
    this.onEvaluation = onEvaluation;
    // The server has run for long when the origin comes: its alerts are past their silent evaluations.
    this.states = groups.map(({ group }) => initialGroupState(group, 'reloaded'));
    engine.on(CLASS.rule, (now, index) => {
      const { group } = groups[index]!;
      engine.schedule(now + group.intervalMillis, CLASS.rule, index);
      if (!this.down) this.evaluate(index, now + epochMillis);
    });
    groups.forEach(({ group, phaseMillis }, index) => {
      engine.schedule(firstScrapeAt(epochMillis, phaseMillis, group.intervalMillis) - epochMillis, CLASS.rule, index);
    });
  }

  /** The slots since `fromMillis` (negative) before the origin, as thunks. */
  past(fromMillis: number): { readonly atMillis: number; readonly run: () => void }[] {
    return this.groups.flatMap(({ group, phaseMillis }, index) => {
      const first = firstScrapeAt(fromMillis + this.epochMillis, phaseMillis, group.intervalMillis);
      const slots = Math.max(0, Math.ceil((this.epochMillis - first) / group.intervalMillis));
      return Array.from({ length: slots }, (_, i) => {
        const unix = first + i * group.intervalMillis;
        const run = (): void => {
          this.observed = false;
          this.evaluate(index, unix);
          this.observed = true;
        };
        return { atMillis: unix - this.epochMillis, run };
      });
    });
  }

  setDown(down: boolean): void {
    this.down = down;
  }

  /** Evaluates one group for the slot at `unixMillis`. */
  evaluate(index: number, unixMillis: number): void {
    const evaluation = evaluateGroup(
      this.groups[index]!.group,
      this.states[index]!,
      this.store,
      Math.floor(unixMillis),
    );
    this.states[index] = evaluation.state;
    if (this.observed) this.onEvaluation(index, evaluation);
  }
}
