// How far the clock of a Prometheus is from ours: its samples are stamped by its own, everything else of a run by this
// machine's. Asked a few times; the quickest answer says most.

import type { PrometheusApi } from '../kube/prometheus-http.ts';

export interface ClockOffset {
  /** Its clock minus ours. */
  readonly aheadMillis: number;
  /** It cannot be off by more than this. */
  readonly uncertainMillis: number;
}

const TIMES = 5;

/** Its time lies between asking and answering. 0 where ours does too. */
export const offsetOf = (
  answers: readonly { readonly from: number; readonly at: number; readonly to: number }[],
): ClockOffset => {
  const [quickest] = answers.toSorted((a, b) => a.to - a.from - (b.to - b.from));
  if (quickest === undefined || Number.isNaN(quickest.at)) return { aheadMillis: 0, uncertainMillis: Infinity };
  const { from, at, to } = quickest;
  const uncertainMillis = (to - from) / 2;
  const ahead = at - (from + to) / 2;
  return { aheadMillis: Math.abs(ahead) <= uncertainMillis + 1 ? 0 : ahead, uncertainMillis };
};

export const clockOffset = async (api: Pick<PrometheusApi, 'now'>): Promise<ClockOffset> => {
  const answers = [];
  for (let i = 0; i < TIMES; i++) {
    const from = Date.now();
    const at = await api.now();
    answers.push({ from, at, to: Date.now() });
  }
  return offsetOf(answers);
};

export const clockNote = ({ aheadMillis, uncertainMillis }: ClockOffset): string =>
  uncertainMillis === Infinity
    ? 'the clock of Prometheus was not read: its samples are taken to be stamped by ours'
    : `the clock of Prometheus is ${aheadMillis === 0 ? 'ours' : `${aheadMillis.toFixed(0)} ms ahead of ours, which its samples are corrected by`}, to ${uncertainMillis.toFixed(0)} ms`;
