// The agreement of a real run with its simulation for a terminal: bounded figures, scale events side by side, storage, and
// the first divergence with its cause. Takes two records of one schedule; gives lines. Pure.

import type { RunRecord } from '../../model/record.ts';
import { aligned } from '../page/aligned.ts';
import { servingDecisions } from '../score/pods.ts';
import type { BoundedFigure } from './agreement.ts';
import { agreement, boundedFigures } from './agreement.ts';
import { divergenceSentence, firstDivergence } from './divergence.ts';
import { storageRows } from './storage-rows.ts';

/** Note of a simulated run that was given what is known of a real one; only then do the bounds hold. */
export const KNOWN_NOTE = 'what is known of the real run (phases, syncs, delays of pods and nodes) was not drawn';

const isKnowing = (ours: RunRecord): boolean => ours.header.notes.includes(KNOWN_NOTE);

/** With faults the bounds are twice as wide. */
export const slackOf = (real: RunRecord): number => {
  const { faults } = real.header.scenario;
  return Array.isArray(faults) && faults.length > 0 ? 2 : 1;
};

export const percent = (share: number | null): string => (share === null ? '–' : `${+(100 * share).toFixed(2)} %`);

const boundText = ({ bound, atLeast }: BoundedFigure): string => `${atLeast ? '≥' : '≤'} ${percent(bound)}`;

const figure = (value: number): string =>
  Math.abs(value) >= 1000 ? String(Math.round(value)) : String(+value.toPrecision(3));

interface ScaleEvent {
  readonly t: number;
  readonly text: string;
}

const scaleEvents = (run: RunRecord): readonly ScaleEvent[] =>
  servingDecisions(run)
    .filter(({ scaled }) => scaled)
    .map(({ t, current, desired }) => ({ t, text: `${current} → ${desired}` }));

/** Events of both runs in order; two that are the same change within a second share a line. */
const scaleLines = (real: RunRecord, ours: RunRecord): readonly (readonly string[])[] => {
  const left = [...scaleEvents(ours)];
  const at = ({ t, text }: ScaleEvent): string => `${(t / 1000).toFixed(3)} s  ${text}`;
  const lines = scaleEvents(real).map((event): readonly [number, string, string, string] => {
    const same = left.findIndex(({ t, text }) => text === event.text && Math.abs(t - event.t) < 1000);
    const [own] = same === -1 ? [] : left.splice(same, 1);
    return [
      event.t,
      at(event),
      own === undefined ? '–' : at(own),
      own === undefined ? '' : `${(own.t - event.t).toFixed(0)} ms`,
    ];
  });
  const alone = left.map((event): readonly [number, string, string, string] => [event.t, '–', at(event), '']);
  return [...lines, ...alone].sort(([a], [b]) => a - b).map(([, ...cells]) => cells);
};

export interface AgreementReport {
  readonly figures: readonly BoundedFigure[];
  /** False if a bound is not kept that has to be: a simulation that drew what is known is not bounded. */
  readonly pass: boolean;
  readonly text: string;
}

/** What the bounds are worth for these two; null = they hold. */
const unbounded = (ours: RunRecord): string | null => {
  if (ours.header.profile !== 'sim')
    return 'two real runs: names, phases and delays were drawn anew; the bounds are those of a run and its own simulation';
  return isKnowing(ours)
    ? null
    : 'the simulation drew what is known of the real run: its bounds hold after `simulate RUN`';
};

export const agreementReport = (real: RunRecord, ours: RunRecord): AgreementReport => {
  const figures = boundedFigures(agreement(real, ours), slackOf(real));
  const why = unbounded(ours);
  const [one, other] = ours.header.profile === 'sim' ? ['real', 'simulated'] : ['first', 'second'];
  const pass = why !== null || figures.every(({ kept }) => kept);
  const left = (titles: readonly string[]): { readonly title: string; readonly align: 'left' | 'right' }[] =>
    titles.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }));
  const blocks = [
    aligned(
      left(['', 'figure', 'bound', '']),
      figures.map((each) => [each.what, percent(each.value), boundText(each), each.kept ? 'kept' : 'not kept']),
    ),
    aligned(left([`scale events, ${one}`, other, 'later by']), scaleLines(real, ours)),
    aligned(
      left(['storage', one, other, 'error']),
      storageRows(real, ours).map(({ what, unit, real: a, ours: b, error }) => [
        what,
        `${figure(a)} ${unit}`.trim(),
        `${figure(b)} ${unit}`.trim(),
        percent(error),
      ]),
    ),
    [divergenceSentence(firstDivergence(real, ours)), ...(why === null ? [] : [why])],
  ];
  return { figures, pass, text: blocks.map((lines) => lines.join('\n')).join('\n\n') };
};
