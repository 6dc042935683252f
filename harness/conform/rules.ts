// Replays recorded timelines of the real rule manager: scrapes are fed up to each evaluation, groups are evaluated at
// the recorded slots, and everything they wrote, every alert and every notification is compared. Takes a folder with
// cases.ndjson.gz (format: the README beside it), gives one set per Prometheus version.

import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Node } from 'yaml';
import type { PrometheusVersion } from '../../sim/prometheus/promql/version.ts';
import { evaluateGroup, initialGroupState } from '../../sim/prometheus/rules/group.ts';
import { loadRuleGroups, type Locate } from '../../sim/prometheus/rules/load.ts';
import type { GroupState, RuleGroup } from '../../sim/prometheus/rules/rule.ts';
import { labelsKey, SampleStore, type Labels, type Series } from '../../sim/prometheus/store.ts';
import { goldenNumber, sameNumber, type GoldenData, type GoldenValue } from './promql.ts';
import { readNdjson } from './read-ndjson.ts';
import { conformResult, SetTally, type ConformMismatch, type ConformResult } from './result.ts';

interface RecordedSeries {
  readonly labels: Labels;
  readonly samples: readonly (readonly [number, string])[];
}
interface RecordedAlert {
  readonly slot: number;
  readonly labels: Labels;
  readonly state: string;
  readonly activeAt: number;
  readonly value: string;
  readonly annotations?: Labels;
  readonly keepFiringSince?: number;
}
interface RecordedSend {
  readonly slot: number;
  readonly labels: Labels;
  readonly resolved: boolean;
  readonly validUntil: number;
}
type RecordedError = readonly [number, number, string] | string;

/** The parts of a timeline that may differ by version; written as `x`, or as `x253` and `x3`. */
interface Outcome {
  readonly recorded: readonly RecordedSeries[];
  readonly alerts: readonly RecordedAlert[];
  readonly sent: readonly RecordedSend[];
  readonly errors: readonly RecordedError[];
}

export interface RulesCase {
  readonly id: string;
  readonly fam: string;
  readonly yaml: string;
  readonly start: 'fresh' | 'reloaded';
  readonly defaultIntervalMs: number;
  readonly data?: GoldenData;
  readonly slots?: readonly (readonly [number, string])[];
  readonly restart?: { readonly downMs: number; readonly upMs: number };
  readonly [part: string]: unknown;
}

const VERSIONS: readonly PrometheusVersion[] = ['2.53', '3'];
const TOLERANCE = 1e-12;
const LOOSE_TOLERANCE = 1e-9;

const outcomeOf = (golden: RulesCase, version: PrometheusVersion): Outcome => {
  const part = (name: keyof Outcome): readonly never[] =>
    (golden[name] ?? golden[`${name}${version === '2.53' ? '253' : '3'}`] ?? []) as readonly never[];
  return { recorded: part('recorded'), alerts: part('alerts'), sent: part('sent'), errors: part('errors') };
};

/** Parses a rule file and keeps where its nodes stood. */
const readYaml = (text: string): { readonly parsed: unknown; readonly locate: Locate } => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return {
    parsed: document.toJS() as unknown,
    locate: (path, part) => {
      const parent: unknown = document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
        : undefined;
      const node = (part === 'key' ? pair?.key : document.getIn(path, true)) as Node | null | undefined;
      const start = node?.range?.[0];
      if (start === undefined) return undefined;
      const { line, col } = lines.linePos(start);
      return { line, column: col };
    },
  };
};

/** Samples of the scrapes in time order; a series comes into being with its first sample, as in the real storage. */
class Feed {
  private readonly base: number;
  private readonly rows: { readonly source: number; readonly time: number; readonly value: GoldenValue }[] = [];
  private readonly labels: readonly Labels[];
  private readonly created: (Series | undefined)[] = [];
  private next = 0;
  private readonly store: SampleStore;

  constructor({ data, restart }: RulesCase, store: SampleStore) {
    this.store = store;
    this.base = data?.baseMs ?? 0;
    const sources = data?.series ?? [];
    this.labels = sources.map(({ labels }) => labels);
    for (const [source, { target, values }] of sources.entries())
      for (const [i, value] of values.entries()) {
        const time = data!.targets[target]![i]!;
        const down = restart !== undefined && time > restart.downMs && time < restart.upMs;
        if (value !== null && !down) this.rows.push({ source, time, value });
      }
    this.rows.sort((a, b) => a.time - b.time);
  }

  until(time: number): void {
    for (; this.next < this.rows.length && this.rows[this.next]!.time <= time; this.next++) {
      const { source, time: at, value } = this.rows[this.next]!;
      const series = (this.created[source] ??= this.store.seriesFor(this.labels[source]!));
      if (value === 'stale') this.store.appendStale(series, this.base + at);
      else this.store.append(series, this.base + at, goldenNumber(value!));
    }
  }
}

interface Replay {
  readonly recorded: Map<string, { readonly labels: Labels; readonly samples: [number, number | 'stale'][] }>;
  readonly alerts: {
    slot: number;
    labels: Labels;
    state: string;
    activeAt: number;
    value: number;
    annotations: Labels;
    keepFiringSince: number | undefined;
  }[];
  readonly sent: RecordedSend[];
  readonly errors: [number, number, string][];
}

const replay = (golden: RulesCase, groups: readonly RuleGroup[]): Replay => {
  const store = new SampleStore();
  const feed = new Feed(golden, store);
  const base = golden.data?.baseMs ?? 0;
  const byName = new Map(groups.map((group) => [group.name, group]));
  const states = new Map<string, GroupState>();
  const start = (kind: 'fresh' | 'reloaded') => {
    for (const group of groups) states.set(group.name, initialGroupState(group, kind));
  };
  start(golden.start);
  let restarted = golden.restart === undefined;
  const out: Replay = { recorded: new Map(), alerts: [], sent: [], errors: [] };
  for (const [slot, [time, name]] of (golden.slots ?? []).entries()) {
    if (!restarted && time >= golden.restart!.upMs) {
      restarted = true;
      start('fresh');
    }
    feed.until(time);
    const group = byName.get(name)!;
    const done = evaluateGroup(group, states.get(name)!, store, base + time);
    states.set(name, done.state);
    for (const { labels, timestampMillis, value } of done.samples) {
      const key = labelsKey(labels);
      const series = out.recorded.get(key) ?? { labels, samples: [] };
      series.samples.push([timestampMillis - base, value]);
      out.recorded.set(key, series);
    }
    for (const { labels, resolved, validUntilMillis } of done.sent)
      out.sent.push({ slot, labels, resolved, validUntil: validUntilMillis - base });
    for (const { ruleIndex, message } of done.failures) out.errors.push([slot, ruleIndex, message]);
    for (const { alerts } of done.state.rules)
      for (const a of alerts.values())
        if (a.state !== 'inactive')
          out.alerts.push({
            slot,
            labels: a.labels,
            state: a.state,
            activeAt: a.activeAtMillis - base,
            value: a.value,
            annotations: a.annotations,
            keepFiringSince: a.keepFiringSinceMillis === undefined ? undefined : a.keepFiringSinceMillis - base,
          });
  }
  return out;
};

/** Compares two lists whose order means nothing, as texts made of their exact parts. */
const compareTexts = (
  id: string,
  where: string,
  want: readonly string[],
  got: readonly string[],
): ConformMismatch[] => {
  const [a, b] = [want.toSorted(), got.toSorted()];
  const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find((i) => a[i] !== b[i]);
  return at === undefined ? [] : [{ id, where, expected: a[at] ?? 'nothing more', got: b[at] ?? 'nothing more' }];
};

const compare = (golden: RulesCase, want: Outcome, got: Replay): ConformMismatch[] => {
  const { id } = golden;
  const tolerance = /deriv|stddev|stdvar/.test(golden.yaml) ? LOOSE_TOLERANCE : TOLERANCE;
  const found: ConformMismatch[] = [];
  const wanted = new Map(want.recorded.map((series) => [labelsKey(series.labels), series]));
  for (const key of new Set([...wanted.keys(), ...got.recorded.keys()])) {
    const expected = wanted.get(key)?.samples ?? [];
    const written = got.recorded.get(key)?.samples ?? [];
    const at = Array.from({ length: Math.max(expected.length, written.length) }, (_, i) => i).find((i) => {
      const [a, b] = [expected[i], written[i]];
      if (a === undefined || b === undefined || a[0] !== b[0]) return true;
      if (a[1] === 'stale' || b[1] === 'stale') return a[1] !== b[1];
      return !sameNumber(goldenNumber(a[1]), b[1], tolerance);
    });
    if (at !== undefined)
      found.push({
        id,
        where: `recorded ${key}`,
        expected: JSON.stringify(expected.slice(at, at + 3)),
        got: JSON.stringify(written.slice(at, at + 3)),
      });
  }
  const alertText = (a: {
    slot: number;
    labels: Labels;
    state: string;
    activeAt: number;
    annotations?: Labels;
    keepFiringSince?: number | undefined;
  }) =>
    JSON.stringify([
      a.slot,
      labelsKey(a.labels),
      a.state,
      a.activeAt,
      labelsKey(a.annotations ?? {}),
      a.keepFiringSince ?? null,
    ]);
  found.push(...compareTexts(id, 'alerts', want.alerts.map(alertText), got.alerts.map(alertText)));
  const values = new Map(got.alerts.map((a) => [`${a.slot} ${labelsKey(a.labels)}`, a.value]));
  const off = want.alerts.find((a) => {
    const value = values.get(`${a.slot} ${labelsKey(a.labels)}`);
    return value !== undefined && !sameNumber(goldenNumber(a.value), value, tolerance);
  });
  if (off !== undefined)
    found.push({
      id,
      where: `alert value at slot ${off.slot}`,
      expected: off.value,
      got: String(values.get(`${off.slot} ${labelsKey(off.labels)}`)),
    });
  const sendText = (s: RecordedSend) => JSON.stringify([s.slot, labelsKey(s.labels), s.resolved, s.validUntil]);
  found.push(...compareTexts(id, 'sent', want.sent.map(sendText), got.sent.map(sendText)));
  // The wording after the kind of error names elements in map order: compare its first clause.
  const errorText = (e: RecordedError) => (typeof e === 'string' ? e : `${e[0]} ${e[1]} ${e[2].split(/[:{]/)[0]!}`);
  found.push(...compareTexts(id, 'errors', want.errors.map(errorText), got.errors.map(errorText)));
  return found;
};

/** The differences of one timeline in one version. */
const replayRulesCase = (golden: RulesCase, version: PrometheusVersion): ConformMismatch[] => {
  const want = outcomeOf(golden, version);
  const { parsed, locate } = readYaml(golden.yaml);
  const loaded = loadRuleGroups(parsed, { defaultIntervalSeconds: golden.defaultIntervalMs / 1000, version, locate });
  if (loaded.kind === 'refused') {
    const messages = loaded.messages.map((message) => `FILE: ${message}`);
    return compareTexts(
      golden.id,
      'load errors',
      want.errors.map((e) => (typeof e === 'string' ? e : e[2])),
      messages,
    );
  }
  return compare(golden, want, replay(golden, loaded.groups));
};

/** Replays every case of `directory` against both versions. Throws INPUT_MISSING where the file cannot be read. */
export const conformRules = async (directory: string): Promise<ConformResult> => {
  const tallies = VERSIONS.map((version) => new SetTally('rules', version));
  for await (const value of readNdjson(join(directory, 'cases.ndjson.gz')))
    for (const [i, version] of VERSIONS.entries()) tallies[i]!.add(replayRulesCase(value as RulesCase, version));
  return conformResult('rules', tallies);
};
