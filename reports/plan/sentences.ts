// What a plan's advice buys, what it does not, and what binds, each in a sentence; null where there is nothing to say.

import { money, number } from '../page/format.ts';
import type { Interval } from '../stats/interval.ts';
import type { PlanAnswer, PlanCheck } from './answer.ts';
import { bought } from './answer.ts';

/** What the grace period does to live sessions. */
export const graceSentence = ({ grace, seeds }: PlanAnswer): string | null => {
  if (grace === null) return null;
  const { presentSeconds, leastSeconds, cut, sessions, moneyPerDay } = grace;
  const cuts = `What binds when pods go is the grace period: with ${number(presentSeconds)} s, ${number(cut)} of ${number(sessions)} live sessions in ${seeds} runs are cut by pods that are told to go.`;
  return leastSeconds === null
    ? `${cuts} Not even twice the longest session is long enough, so it is left as it is.`
    : `${cuts} ${number(leastSeconds)} s is the least, in steps of 30 s, that cut none; GPU money goes from ${money(moneyPerDay.present)} to ${money(moneyPerDay.least ?? 0)} a day.`;
};

/** By what promises are judged: the low ends of the intervals. */
const inTime = ({ attainment, live }: PlanCheck): string => {
  const low = (of: Interval, what: string): string => `${(100 * of.low).toFixed(2)} %${what}`;
  const parts = [...(attainment === null ? [] : [low(attainment, '')]), ...(live === null ? [] : [low(live, ' live')])];
  return parts.length === 0 ? 'no data' : parts.join(' and ');
};

/** What the difference of the two settings buys at which price; nothing where the present ones are to be kept. */
export const boughtSentence = ({ checks, keep, grace }: PlanAnswer): string | null => {
  const difference = keep ? null : bought(checks);
  if (difference === null) return null;
  const { moneyPerDay, cases } = difference;
  const price = `That costs ${money(Math.abs(moneyPerDay))} a day ${moneyPerDay < 0 ? 'less' : 'more'} at the forecast than the present settings`;
  if (cases.length === 0)
    return grace === null && moneyPerDay >= 0
      ? `${price} and keeps the promise in no case in which those miss it.`
      : `${price}.`;
  const rows = cases.map(
    ({ present, advised }) => `${advised.name}: at least ${inTime(advised)} in time against ${inTime(present)}`,
  );
  return `${price} and keeps the promise where those miss it (${rows.join('; ')}).`;
};

/** The cases beyond the forecast in which the advised settings miss the promise; nothing where the present ones are to be kept. */
export const missedSentence = ({ checks, keep }: PlanAnswer): string | null => {
  const missed = checks
    .filter(({ settings }) => settings === 'advised')
    .slice(1)
    .filter(({ kept }) => !kept);
  return keep || missed.length === 0
    ? null
    : `The promise is not kept at: ${missed.map(({ name }) => name).join('; ')}.`;
};
