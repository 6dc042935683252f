// The tune answer for a terminal: the sentence first, then the levers, the time, the front. Pure text.

import { aligned, wrapped } from '../page/aligned.ts';
import { duration, money, number, share, signed } from '../page/format.ts';
import { STAGE_MEANING } from '../score/stages.ts';
import type { TuneAnswer, TuneRow } from './answer.ts';
import type { DelayPrice } from './delay-price.ts';
import type { LeverEffect } from './lever-effects.ts';

const SCRAPE = 'scrape interval of the HPA metric';

const clear = ({ interval }: LeverEffect): boolean => interval !== null && interval.high < 0;

/** Whether the scrape interval is what matters, and if not, what does. */
export const scrapeSentence = ({ levers }: TuneAnswer): string => {
  const scrape = levers.find(({ lever }) => lever === SCRAPE);
  const first = levers.find((one) => one.lever !== SCRAPE && one.saves > 0);
  if (scrape === undefined) return 'The scrape interval of the HPA metric could not be varied on this platform.';
  const name = (e: LeverEffect): string => `${e.lever} ${e.from} → ${e.to}`;
  if (!clear(scrape)) {
    const other =
      first === undefined
        ? 'and no other lever helps either'
        : `${name(first)} saves ${money(first.saves)} per hour${clear(first) ? '' : ' (not beyond chance)'}`;
    return `The scrape interval is not what matters here: no other one is better beyond chance; ${other}.`;
  }
  return first === undefined || first.saves <= scrape.saves
    ? `The scrape interval is what matters most: ${name(scrape)} saves ${money(scrape.saves)} per hour.`
    : `The scrape interval is not what matters most: ${name(first)} saves ${money(first.saves)} per hour, ${number(first.saves / scrape.saves)} times what ${name(scrape)} saves (${money(scrape.saves)}).`;
};

const range = (low: number, high: number, of: (n: number) => string): string =>
  `95 %: ${signed(low, of)} to ${signed(high, of)}`;

const recommendation = ({ recommended, present, sureness, seeds }: TuneAnswer): readonly string[] => {
  if (recommended === present) return ['Keep the present settings: nothing that was tried costs less.'];
  const cost = recommended.costAgainstPresent;
  const missed = recommended.missedAgainstPresent;
  const [then, now] = [share(recommended.missedShare), share(present.missedShare)];
  return [
    `Recommended: ${recommended.changes.join('; ')}.`,
    `Costs ${money(recommended.costPerHour)} per hour instead of ${money(present.costPerHour)}${cost === null ? '' : ` (${range(cost.low, cost.high, money)})`}, ` +
      `${then} of calls missed${then === now ? ' as now' : ` instead of ${now}`}${missed === null ? '' : ` (${range(missed.low, missed.high, number)} calls per hour)`}. ` +
      `Regret ${share(recommended.regret)} among the points tried; in ${share(sureness.best)} of resamples of the ${seeds} seeds it is the cheapest, in ${share(sureness.within2Percent)} within 2 % of it.`,
  ];
};

const floorSentence = ({ floor, regretToFloor }: TuneAnswer): readonly string[] =>
  floor === null || regretToFloor === null
    ? []
    : [
        `A scaler that knew the load beforehand and kept the promise would pay ${money(floor.costPerHour)} per hour for ${number(floor.nodes)} nodes; the recommended settings are ${share(regretToFloor)} above that.`,
      ];

/** @example '38 stopped after 3 seeds, 34 had all 10' */
const raceText = ({ race, seeds }: TuneAnswer): string =>
  race
    .map((at) =>
      at.seeds >= seeds ? `${at.settings} had all ${seeds}` : `${at.settings} stopped after ${at.seeds} seeds`,
    )
    .join(', ');

const leverTable = (levers: readonly LeverEffect[]): readonly string[] =>
  aligned(
    [
      { title: 'lever alone', align: 'left' },
      { title: 'now', align: 'left' },
      { title: 'best', align: 'left' },
      { title: 'saves/h', align: 'right' },
      { title: '95 %', align: 'left' },
      { title: 'missed/h', align: 'right' },
      { title: 'to ready', align: 'right' },
      { title: 'runs', align: 'right' },
    ],
    levers.map((e) => [
      e.lever,
      e.from,
      e.saves === 0 ? 'as it is' : e.to,
      e.saves === 0 ? '–' : money(e.saves),
      e.interval === null ? '' : `${money(-e.interval.high)} to ${money(-e.interval.low)}`,
      e.saves === 0 ? '' : signed(e.missedPerHour, number),
      e.saves === 0 || e.toReadySeconds === null ? '' : signed(e.toReadySeconds, duration),
      String(e.runs),
    ]),
    140,
  );

/** A price whose interval holds 0 is none. */
const told = (delay: DelayPrice | null): delay is DelayPrice => delay !== null && delay.low > 0;

const delaySentence = ({ delay, penaltyPerMiss, stages }: TuneAnswer): string => {
  if (told(delay)) {
    return (
      `One second more until the new pod is ready: ${number(delay.missedPerHourPerSecond)} more missed calls per hour ` +
      `(95 %: ${number(delay.low)} to ${number(delay.high)}), ${money(delay.moneyPerHourPerSecond)} per hour at ${money(penaltyPerMiss)} per call.`
    );
  }
  return stages.length === 0
    ? 'No load step of this scenario brought a new pod: what a second of delay costs cannot be told.'
    : 'What a second of delay costs cannot be told from these runs: no more calls are missed beyond chance where it was longer.';
};

const stageTable = ({ stages, delay }: TuneAnswer): readonly string[] =>
  aligned(
    [
      { title: 'where the time goes', align: 'left' },
      { title: 'now', align: 'right' },
      { title: 'recommended', align: 'right' },
      { title: 'costs now/h', align: 'right' },
    ],
    stages.map(({ name, present, recommended }) => [
      STAGE_MEANING[name],
      duration(present),
      recommended === null ? 'no new pod' : duration(recommended),
      told(delay) ? money(delay.moneyPerHourPerSecond * present) : '',
    ]),
    120,
  );

const rowCells = (row: TuneRow): readonly string[] => [
  row.onFront ? '●' : '',
  share(row.missedShare),
  money(row.gpuMoneyPerHour),
  money(row.metricMoneyPerMonth),
  money(row.costPerHour),
  share(row.regret),
  row.changes.length === 0 ? '(present settings)' : row.changes.join('; '),
];

const frontTable = ({ rows, present }: TuneAnswer): readonly string[] =>
  aligned(
    [
      { title: 'front', align: 'left' },
      { title: 'missed', align: 'right' },
      { title: 'GPU/h', align: 'right' },
      { title: 'metrics/month', align: 'right' },
      { title: 'total/h', align: 'right' },
      { title: 'regret', align: 'right' },
      { title: 'change', align: 'left' },
    ],
    rows.filter((row) => row.onFront || row === present).map(rowCells),
    160,
  );

export const tuneText = (answer: TuneAnswer): string =>
  [
    ...wrapped(scrapeSentence(answer), 110),
    ...[...recommendation(answer), ...floorSentence(answer)].flatMap((line) => wrapped(line, 110)),
    '',
    ...leverTable(answer.levers),
    ...answer.absent.map(({ name, why }) => `not varied: ${name}: ${why}`),
    ...(answer.stages.length === 0 ? [] : ['', ...stageTable(answer)]),
    ...wrapped(delaySentence(answer), 110),
    '',
    ...frontTable(answer),
    '',
    ...answer.notes.flatMap((note) => wrapped(`note: ${note}`, 110)),
    ...wrapped(
      `${answer.simulations} simulations of ${answer.tried} settings: ${raceText(answer)}; the whole grid has ${number(answer.gridPoints)} settings; stopped: ${answer.stopped}`,
      110,
    ),
  ].join('\n');
