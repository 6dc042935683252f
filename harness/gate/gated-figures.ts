// Which figures a change is judged by: those of the scenario's objectives decide; the usual ones beside them are told.

import { FIGURES } from '../../reports/gate/figures.ts';
import { parseObjectives } from '../../reports/gate/parse.ts';
import type { PairedFigure } from '../../reports/gate/regression.ts';

/** Told with every change, whether the scenario promises them or not; the bounds only make them objectives. */
const TOLD = (kind: string): readonly string[] => [
  `latency{kind=${kind}} p95 <= 1s`,
  'reaction.toReady <= 1s',
  'cost.gpuHours <= 1',
  'storage.moneyPerMonth <= 1',
];

const nameOf = (text: string): string => text.replace(/\s*[<>]=?.*$/, '');

/** Objectives to measure: the scenario's first, then what is told beside them. Throws OBJECTIVE_INVALID. */
export const gatedTexts = (
  objectives: readonly string[],
): { readonly texts: readonly string[]; readonly gated: number } => {
  const own = [...new Map(objectives.map((text) => [nameOf(text), text])).values()];
  const kind = parseObjectives(own).find((o) => o.filter.kind !== null)?.filter.kind ?? 'short';
  const told = TOLD(kind).filter((text) => !own.some((mine) => nameOf(mine) === nameOf(text)));
  return { texts: [...own, ...told], gated: own.length };
};

/** @param before @param after per seed one value per text */
export const pairedFigures = (
  { texts, gated }: ReturnType<typeof gatedTexts>,
  before: readonly (readonly (number | null)[])[],
  after: readonly (readonly (number | null)[])[],
): readonly PairedFigure[] =>
  parseObjectives(texts).map((objective, i) => ({
    name: nameOf(objective.text),
    dimension: FIGURES[objective.figure].dimension,
    lowerIsBetter: objective.comparator.startsWith('<'),
    gated: i < gated,
    before: before.map((values) => values[i] ?? null),
    after: after.map((values) => values[i] ?? null),
  }));
