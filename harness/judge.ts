// A run judged: its score, and the verdict on the objectives of its scenario or on others.

import type { RunRecord } from '../model/record.ts';
import type { Verdict, VerdictKind } from '../reports/gate/evaluate.ts';
import { evaluate } from '../reports/gate/evaluate.ts';
import { parseObjectives } from '../reports/gate/parse.ts';
import type { Score } from '../reports/score/score.ts';
import { score } from '../reports/score/score.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { ERROR_EXIT, OUTCOME_EXIT } from './exit-codes.ts';

export interface Judged {
  readonly score: Score;
  readonly verdict: Verdict;
}

/** Judges by `objectives`, or by the scenario's own where none are given. Throws OBJECTIVE_INVALID. */
export const judge = (record: RunRecord, objectives: readonly string[] = []): Judged => {
  const own = (record.header.scenario as unknown as Scenario).objectives;
  const scored = score(record);
  return {
    score: scored,
    verdict: evaluate(parseObjectives(objectives.length > 0 ? objectives : own), record, scored),
  };
};

/** The files that a judged run carries beside the record. */
export const judgedFiles = ({ score, verdict }: Judged): Readonly<Record<string, string>> => ({
  'score.json': `${JSON.stringify(score, null, 1)}\n`,
  'verdict.json': `${JSON.stringify(verdict, null, 1)}\n`,
});

const EXIT: { readonly [K in VerdictKind]: number } = {
  pass: OUTCOME_EXIT.ok.code,
  fail: OUTCOME_EXIT.objectivesMissed.code,
  'no-data': OUTCOME_EXIT.noData.code,
  'generator-limited': ERROR_EXIT.GENERATOR_LIMITED.code,
};

/** The exit code that a verdict means. */
export const exitOf = (verdict: Verdict): number => EXIT[verdict.verdict];
