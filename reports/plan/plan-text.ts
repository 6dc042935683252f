// The plan for a terminal and as CSV: what to set first, then capacity, cases, checks and money. Pure text.

import { aligned, wrapped } from '../page/aligned.ts';
import { money, number, share } from '../page/format.ts';
import type { PlanAnswer } from './answer.ts';
import { boughtSentence, graceSentence, missedSentence } from './sentences.ts';

const left = (title: string) => ({ title, align: 'left' }) as const;
const right = (title: string) => ({ title, align: 'right' }) as const;

const capacityTable = ({ capacity }: PlanAnswer): readonly string[] =>
  aligned(
    [right('replicas'), right('calls/s'), right('weight/s'), left('95 %')],
    capacity.map(({ replicas, load, callsPerSecond }) => [
      String(replicas),
      number(callsPerSecond),
      number(load.mean),
      `${number(load.low)} to ${number(load.high)}`,
    ]),
  );

const sessionLine = ({ sessions, gpu }: PlanAnswer): readonly string[] =>
  sessions === null
    ? []
    : [
        `live sessions: one replica keeps up with ${number(sessions.perReplica)} on ${gpu} (a step fits into its audio); up to ${number(sessions.peak)} are open at once today`,
      ];

const caseTable = ({ cases }: PlanAnswer): readonly string[] =>
  aligned(
    [left('load'), right('times today'), right('quietest'), right('mean'), right('99 % of time'), right('peak')],
    cases.map(({ name, factor, needs }) => [
      name,
      number(factor),
      number(needs.trough),
      number(needs.mean),
      number(needs.p99),
      number(needs.peak),
    ]),
  );

const checkTable = ({ checks, sessions }: PlanAnswer): readonly string[] => {
  const live = sessions !== null;
  return aligned(
    [
      left('simulated at'),
      left('settings'),
      right('in time'),
      left('95 %'),
      ...(live ? [right('live in time'), right('live cut')] : []),
      left('promise'),
      right('GPU-h/day'),
      right('$/day'),
    ],
    checks.map((check) => [
      check.name,
      check.settings,
      check.attainment === null ? 'no data' : share(check.attainment.mean),
      check.attainment === null ? '' : `${share(check.attainment.low)} to ${share(check.attainment.high)}`,
      ...(live
        ? [
            check.live === null ? 'no data' : share(check.live.mean),
            check.liveCut === null ? 'no data' : share(check.liveCut),
          ]
        : []),
      check.kept ? 'kept' : 'missed',
      number(check.gpuHoursPerDay),
      money(check.moneyPerDay),
    ]),
    110,
  );
};

const gpuTable = ({ gpus }: PlanAnswer): readonly string[] =>
  aligned(
    [
      left('GPU'),
      left('instance'),
      right('$/h'),
      right('peak'),
      right('GPU-h/day'),
      right('$/day'),
      right('$/month'),
      left('speed'),
    ],
    gpus.map((gpu) => [
      gpu.gpu,
      gpu.instance ?? 'no price on record',
      gpu.pricePerHour === null ? '' : gpu.pricePerHour.toFixed(3),
      gpu.needs === null ? 'misses even when idle' : number(gpu.needs.peak),
      gpu.gpuHoursPerDay === null ? '' : number(gpu.gpuHoursPerDay),
      gpu.moneyPerDay === null ? '' : money(gpu.moneyPerDay),
      gpu.moneyPerMonth === null ? '' : money(gpu.moneyPerMonth),
      gpu.basis,
    ]),
    110,
  );

/** What to set, or that nothing is to be set. */
const adviceLines = (answer: PlanAnswer): readonly string[] => {
  const { hpa, target, graceSeconds, checks } = answer;
  const nodes = `${hpa.warmSpareNodes} warm spare node${hpa.warmSpareNodes === 1 ? '' : 's'}`;
  const settings = `HPA minimum ${hpa.min}, maximum ${hpa.max}${target === null ? '' : `, target ${number(target)}`}${graceSeconds === null ? '' : `, terminationGracePeriodSeconds ${graceSeconds}`}`;
  const [present, advised] = (['present', 'advised'] as const).map((of) => checks.find((c) => c.settings === of));
  if (answer.keep && present !== undefined && advised !== undefined)
    return [
      `Keep what you have: it keeps the promise in all ${checks.filter((c) => c.settings === 'present').length} cases simulated, for ${money(present.moneyPerDay)} a day at the forecast.`,
      ...wrapped(
        `What the load would be sized for, ${settings} and ${nodes}, costs ${money(advised.moneyPerDay)} and keeps it in no other case.`,
        110,
      ),
    ];
  return [
    `Set ${settings}; keep ${nodes}.`,
    ...(advised?.kept === false
      ? ['Even these settings miss the promise at the forecast: of what was simulated they come closest.']
      : []),
  ];
};

export const planText = (answer: PlanAnswer): string => {
  const { hpa } = answer;
  const sentences = [answer.binding, graceSentence(answer), boughtSentence(answer), missedSentence(answer)];
  return [
    ...adviceLines(answer),
    ...sentences.flatMap((sentence) => (sentence === null ? [] : wrapped(sentence, 110))),
    ...hpa.why.flatMap((why) => wrapped(`  ${why}`, 110)),
    '',
    ...(answer.capacity.length === 0
      ? []
      : [`capacity on ${answer.gpu}: ${answer.objective}`, ...capacityTable(answer)]),
    ...sessionLine(answer).flatMap((line) => wrapped(line, 110)),
    '',
    'replicas an ideal scaler needs',
    ...caseTable(answer),
    '',
    ...checkTable(answer),
    '',
    'by GPU type: ideal scaler, with headroom and warm spare, at the forecast',
    ...gpuTable(answer),
    '',
    ...answer.notes.flatMap((note) => wrapped(`note: ${note}`, 110)),
  ].join('\n');
};

const cell = (value: string | number | boolean | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const CSV_COLUMNS = ['table', 'name', 'settings', 'quantity', 'value', 'low', 'high'] as const;
type CsvRow = readonly [string, string, string, string, number | boolean | null, number | null, number | null];

/** Every figure on one line of its own: `table,name,settings,quantity,value,low,high`; an empty cell is no data. */
export const planCsv = (answer: PlanAnswer): string => {
  const { hpa } = answer;
  const rows: readonly CsvRow[] = [
    ['advice', 'present settings', '', 'keep', answer.keep, null, null],
    ['advice', 'hpa', '', 'min', hpa.min, null, null],
    ['advice', 'hpa', '', 'max', hpa.max, null, null],
    ['advice', 'hpa', '', 'target', answer.target, null, null],
    ['advice', 'deployment', '', 'terminationGracePeriodSeconds', answer.graceSeconds, null, null],
    ['advice', 'nodes', '', 'warmSpare', hpa.warmSpareNodes, null, null],
    ...answer.capacity.map(({ replicas, load }): CsvRow => [
      'capacity',
      String(replicas),
      '',
      'weightPerSecond',
      load.mean,
      load.low,
      load.high,
    ]),
    ...(answer.sessions === null
      ? []
      : [
          ['capacity', '1', '', 'liveSessions', answer.sessions.perReplica, null, null] as const,
          ['load', 'today', '', 'peakLiveSessions', answer.sessions.peak, null, null] as const,
        ]),
    ...answer.cases.flatMap(({ name, needs }): CsvRow[] =>
      (['trough', 'mean', 'p99', 'peak'] as const).map((what) => ['replicas', name, '', what, needs[what], null, null]),
    ),
    ...answer.checks.flatMap(
      ({ name, settings, attainment, live, liveCut, kept, gpuHoursPerDay, moneyPerDay }): CsvRow[] => [
        [
          'check',
          name,
          settings,
          'attainment',
          attainment?.mean ?? null,
          attainment?.low ?? null,
          attainment?.high ?? null,
        ],
        ...(live === null
          ? []
          : [['check', name, settings, 'liveAttainment', live.mean, live.low, live.high] as const]),
        ...(liveCut === null ? [] : [['check', name, settings, 'liveCut', liveCut, null, null] as const]),
        ['check', name, settings, 'promiseKept', kept, null, null],
        ['check', name, settings, 'gpuHoursPerDay', gpuHoursPerDay, null, null],
        ['check', name, settings, 'moneyPerDay', moneyPerDay, null, null],
      ],
    ),
    ...answer.gpus.flatMap(({ gpu, needs, gpuHoursPerDay, moneyPerDay, moneyPerMonth }): CsvRow[] => [
      ['gpu', gpu, '', 'peakReplicas', needs?.peak ?? null, null, null],
      ['gpu', gpu, '', 'gpuHoursPerDay', gpuHoursPerDay, null, null],
      ['gpu', gpu, '', 'moneyPerDay', moneyPerDay, null, null],
      ['gpu', gpu, '', 'moneyPerMonth', moneyPerMonth, null, null],
    ]),
  ];
  return [CSV_COLUMNS.join(','), ...rows.map((row) => row.map(cell).join(',')), ''].join('\n');
};
