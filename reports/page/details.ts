// The end of the page: what was real, what the figures rest on, how they were computed, what made them. Nothing here is
// needed for the answer; all of it is needed to trust it.

import type { RunRecord } from '../../model/record.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { GPU_SPEED, SERVICE_LAWS, streamsWithoutLag } from '../../model/service-time.ts';
import { servingDecisions } from '../score/pods.ts';
import { lawOf, scenarioOf } from '../score/scenario-of.ts';
import type { Score } from '../score/score.ts';
import { RECOVERY_WINDOW_MILLIS } from '../score/recovery.ts';
import { clock, duration, money, number, share, shown, signed } from './format.ts';
import type { Html } from './html.ts';
import { markup } from './html.ts';
import { storageTables } from './storage-tables.ts';
import { tableHtml } from './tables.ts';

/** How one subject of this build compares with recordings of the real component. */
export interface ConformanceFigure {
  /** E.g. 'HPA decisions, Kubernetes 1.34'. */
  readonly subject: string;
  readonly compared: number;
  readonly mismatched: number;
  /** Where the recordings come from. */
  readonly source: string;
}

const STREAM = REQUEST_KINDS.indexOf('stream');

const list = (rows: readonly (readonly [string, string])[]): Html =>
  markup`<dl>${rows.map(([term, text]) => markup`<dt>${term}</dt><dd>${text}</dd>`)}</dl>
`;

/** Sentences about inputs that are guesses; empty if none is. */
export const guesses = (run: RunRecord): readonly string[] => {
  const { service } = scenarioOf(run);
  const law = SERVICE_LAWS[service.calibration];
  const speed = GPU_SPEED[service.gpu];
  return [
    ...(law?.basis === 'guess' ? [`The service times (${law.name}) are a guess, not a measurement.`] : []),
    ...(law === undefined ? [`The calibration ${service.calibration} is not known to this build.`] : []),
    ...(speed?.basis === 'guess'
      ? [`The speed of the ${service.gpu} (${number(speed.speed)} of an L40S) is a guess, not a measurement.`]
      : []),
  ];
};

const liveBasis = (run: RunRecord): readonly (readonly [string, string])[] => {
  const law = lawOf(run);
  if (law === null || !run.schedule.kind.includes(STREAM)) return [];
  const each = `${number(streamsWithoutLag(law.stream))} per replica, as many as one step serves within a chunk of audio`;
  return [['demand of live sessions', `${each}; the larger of both demands counts`]];
};

const basis = (run: RunRecord): readonly (readonly [string, string])[] => {
  const scenario = scenarioOf(run);
  const law = SERVICE_LAWS[scenario.service.calibration];
  const speed = GPU_SPEED[scenario.service.gpu];
  const { capacity } = run.header;
  return [
    ['service times', `${scenario.service.calibration}, basis: ${law?.basis ?? 'unknown'}`],
    [
      'GPU',
      `${scenario.service.gpu}, ${speed === undefined ? 'unknown speed' : `${number(speed.speed)} of an L40S, basis: ${speed.basis}`}`,
    ],
    [
      'prices',
      `${money(scenario.nodes.pricePerHour)} per node-hour in steps of ${duration(scenario.nodes.billingQuantum)}; ${money(scenario.prices.storagePerGbMonth)} per GB-month; ${money(scenario.prices.perMissedRequest)} per missed call (${scenario.prices.source})`,
    ],
    [
      'demand',
      capacity === null
        ? 'no capacity curve in this run'
        : `objective ${capacity.objective}; load smoothed over ${duration(capacity.windowMillis / 1000)}, centred; ${capacity.method}`,
    ],
    ...liveBasis(run),
  ];
};

const methods = (score: Score): readonly (readonly [string, string])[] => [
  [
    'latency',
    'from the intended start of the call, so a late generator hides nothing; a call without an answer counts as infinite',
  ],
  [
    'promise',
    score.promises
      .map(
        (p) =>
          `${p.kind}: within ${duration(p.withinSeconds)} for ${share(p.target)} (${p.from === 'objective' ? 'from the objectives' : 'default, the scenario promises nothing'})`,
      )
      .join('; '),
  ],
  [
    'scored',
    `arrivals from ${clock(score.interval.fromMillis)} to ${clock(score.interval.toMillis)}; then the run drains until ${clock(score.interval.drainedMillis)} and what is left is a miss`,
  ],
  ['quantiles', 'nearest rank'],
  [
    'kept again',
    `first instant after which the calls of the next ${RECOVERY_WINDOW_MILLIS / 1000} s keep the promise to each kind`,
  ],
  ['GPU hours', score.cost.basis === 'nodes' ? 'of nodes, from request to removal' : 'of pods, the run shows no nodes'],
  ['intervals', '95 %, paired bootstrap over runs of the same arrivals and random streams'],
];

const elasticityRows = (score: Score): readonly (readonly [string, string])[] => {
  const { elasticity } = score.responsiveness;
  if (elasticity.kind === 'no-data') return [['elasticity', `no data: ${elasticity.why}`]];
  const e = elasticity.value;
  const percent = (n: number): string => `${number(n)} %`;
  return [
    ['θ_U, replicas lacking', `${percent(e.underPercent)} of demand (${number(e.underReplicas)} replicas)`],
    [
      'θ_O, replicas idle',
      `${percent(e.overPercentOfSupply)} of supply (convention O); ${percent(e.overPercentOfDemand)} of demand (convention D)`,
    ],
    ['τ_U, τ_O', `${percent(e.underTimePercent)} and ${percent(e.overTimePercent)} of the time`],
    [
      'instability υ',
      `${percent(e.instability)} of steps of ${e.gridMillis / 1000} s (k ${percent(e.instabilityOfSupply)}, k′ ${percent(e.instabilityOfDemand)})`,
    ],
    [
      'jitter',
      `${signed(e.jitterPerMinute, number)} per minute: replicas changed less those that the demand called for; above 0 it oscillates`,
    ],
    ['deviation σ₅', number(e.deviation)],
  ];
};

const reactionTable = (score: Score): Html | null => {
  const { reactions } = score.responsiveness;
  if (reactions.length === 0) return null;
  return tableHtml(
    ['load step', 'detect', 'decide', 'pod', 'ready', 'effect', 'overshoot, replicas', 'settle'],
    reactions.map((r) => {
      const d = r.durations;
      return [
        clock(r.step.atMillis),
        ...[d.detect, d.decide, d.pod, d.ready, d.effect].map((f) => shown(f, 'seconds')),
        shown(r.overshoot, 'count'),
        shown(r.settle, 'seconds'),
      ];
    }),
    [1, 2, 3, 4, 5, 6, 7],
  );
};

const MOST_DECISIONS = 40;

const decisionTable = (run: RunRecord): Html | null => {
  const scaled = servingDecisions(run).filter((d) => d.scaled);
  if (scaled.length === 0) return null;
  const more = scaled.length - MOST_DECISIONS;
  return markup`<h3>Scale decisions of the service’s HPA</h3>${tableHtml(
    ['at', 'replicas', 'why'],
    scaled.slice(0, MOST_DECISIONS).map((d) => [clock(d.t), `${d.current}\u00a0→\u00a0${d.desired}`, d.why]),
    [],
  )}${more > 0 ? markup`<p class="note">and ${more} more, in decisions.ndjson</p>` : null}`;
};

const conformanceTable = (figures: readonly ConformanceFigure[]): Html =>
  figures.length === 0
    ? markup`<p class="note">No conformance figures were handed to this report.</p>`
    : tableHtml(
        ['subject', 'compared', 'different', 'recorded from'],
        figures.map((f) => [f.subject, number(f.compared), number(f.mismatched), f.source]),
        [1, 2],
      );

const validityTable = (run: RunRecord): Html => {
  const { validity } = run.header;
  if (validity === null)
    return markup`<p class="note">A simulation cannot be late: there is no generator to check.</p>`;
  return tableHtml(
    ['check', 'value', 'bound', ''],
    validity.checks.map((c) => [
      c.name,
      c.value === null ? 'no data' : `${number(c.value)} ${c.unit}`,
      c.bound,
      markup`<span class="${c.pass ? 'met' : 'missed'}">${c.pass ? 'met' : 'missed'}</span>`,
    ]),
    [1],
  );
};

export const detailsHtml = (run: RunRecord, score: Score, conformance: readonly ConformanceFigure[]): Html => {
  const { header } = run;
  const warnings = guesses(run);
  const identity: readonly (readonly [string, string])[] = [
    ['scenario', `${header.scenarioName}, seed ${header.seed}`],
    ['schedule', `${number(run.schedule.count)} calls, SHA-256 ${header.scheduleHash}`],
    [
      'versions',
      Object.entries(header.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ...(header.machine === null
      ? []
      : [
          [
            'machine',
            Object.entries(header.machine)
              .map(([k, v]) => `${k} ${v}`)
              .join(', '),
          ] as const,
        ]),
    ...(header.timeScale === 1 ? [] : [['time', `compressed ${number(header.timeScale)}-fold`] as const]),
    ...(header.events === null ? [] : [['events', number(header.events)] as const]),
  ];
  return markup`<h2>Details</h2>
${warnings.map((w) => markup`<p class="warn">${w}</p>`)}
<details><summary>What was real in this run</summary>${tableHtml(['hop', 'in this run'], Object.entries(header.reality), [])}</details>
<details><summary>What the figures rest on</summary>${list(basis(run))}</details>
<details><summary>How they were computed</summary>${list(methods(score))}</details>
<details><summary>Reaction and elasticity, all figures</summary>${reactionTable(score)}${list(elasticityRows(score))}${decisionTable(run)}</details>
<details><summary>Metric storage</summary>${storageTables(run, score)}</details>
<details><summary>Conformance of this build with the real components</summary>${conformanceTable(conformance)}</details>
<details><summary>Did the generator keep up?</summary>${validityTable(run)}</details>
<details><summary>What made this report</summary>${list(identity)}${
    header.notes.length === 0
      ? null
      : markup`<h3>Notes of the run</h3><ul>${header.notes.map((n) => markup`<li>${n}</li>`)}</ul>`
  }</details>
`;
};
