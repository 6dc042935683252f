import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../model/record.ts';
import { stream } from '../../model/rng.ts';
import { REQUEST_KINDS } from '../../model/schedule.ts';
import { compare, fidelityBounds } from '../compare.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { evaluate } from '../gate/evaluate.ts';
import { parseObjectives } from '../gate/parse.ts';
import { scenarioOf } from '../score/scenario-of.ts';
import { score } from '../score/score.ts';
import { sweepOf } from '../sweep.ts';
import type { ReportInput } from './report.ts';
import { renderReport } from './report.ts';

const judged = (run: RunRecord) => {
  const scored = score(run);
  return { run, score: scored, verdict: evaluate(parseObjectives(scenarioOf(run).objectives), run, scored) };
};
const bare = (run: RunRecord): ReportInput => ({
  ...judged(run),
  sweep: null,
  real: null,
  conformance: [],
  theme: null,
});

const run = exampleRun({ seed: 5, durationSeconds: 600 });
const otherSimulated = exampleRun({ seed: 6, durationSeconds: 600 });
const other: RunRecord = { ...otherSimulated, header: { ...otherSimulated.header, profile: 'local' } };
const point = (s: number) => ({
  label: `${s} s`,
  value: s,
  scores: [1, 4].map((seed) => score(exampleRun({ scrapeSeconds: s, seed, durationSeconds: 600 }))),
});
const full: ReportInput = {
  ...bare(run),
  sweep: sweepOf('scrape interval', 's', [point(5), point(15)], '15 s', stream(1, 'sweep')),
  real: {
    comparison: compare(run, other, fidelityBounds(1)),
    simulated: { run, score: score(run) },
    replayed: { run: other, score: score(other) },
  },
  conformance: [{ subject: 'HPA decisions', compared: 1_000_000, mismatched: 0, source: 'Kubernetes 1.34' }],
};
const page = renderReport(full);
/** What a reader sees: the text between the tags. */
const textOf = (html: string): string => html.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');

describe('the page', () => {
  it('is self-contained: no script, no address, nothing loaded', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|@font-face|javascript:|\bsrc=|\bhref=/i);
    // The name of the SVG language is the only thing that looks like an address, and nothing is fetched from it.
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
    expect(page).not.toMatch(/url\(/);
  });

  it('shows no missing number anywhere, not even inside a drawing', () => {
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|null,/);
    expect(textOf(page)).not.toMatch(/\bnull\b/);
  });

  it('opens with the answer, then the verdict, then the figures', () => {
    const at = [
      'class="answer">When calls go up fourfold',
      'class="verdict fail"',
      'Calls answered within 2\u00a0s',
      'Why: where',
      'What it costs',
      'Which scrape interval',
      'What happened',
      'Simulated against real',
      'Details',
    ].map((part) => page.indexOf(part));
    expect(at.every((i) => i > 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('has every chart, in two widths, with a title and a description for those who cannot see it', () => {
    const ids = [...page.matchAll(/<figure id="fig-([\w-]+)"/g)].map((m) => m[1]);
    expect(ids).toEqual([
      'gpu',
      'trade-off',
      'load',
      'believed',
      'replicas',
      'latency',
      'misses',
      'overlay-replicas',
      'overlay-latency',
    ]);
    expect(page.match(/<svg /g)).toHaveLength(2 * ids.length);
    expect(page.match(/<title id=/g)).toHaveLength(2 * ids.length);
    expect(page.match(/<desc id=/g)).toHaveLength(2 * ids.length);
    const allIds = [...page.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(new Set(allIds).size).toBe(allIds.length);
  });

  it('shows the hops of a single scale-up as one chain, in which each begins where the one before it ended', () => {
    const bars = [...page.matchAll(/<i style="margin-left:([\d.]+)%;width:([\d.]+)%/g)].map((m) => [+m[1]!, +m[2]!]);
    expect(bars.length).toBeGreaterThan(3);
    const ends = bars.map(([from, length]) => from! + length!);
    for (const [i, [from]] of bars.slice(1).entries()) expect(from).toBeCloseTo(ends[i]!, 1);
    expect(ends.at(-1)).toBeCloseTo(100, 1);
  });

  it('shows the lag of live sessions beside the time to answer of calls', () => {
    const kind = run.schedule.kind.map((own, i) => (i % 3 === 0 ? REQUEST_KINDS.indexOf('stream') : own));
    const live: RunRecord = { ...run, schedule: { ...run.schedule, kind } };
    const shown = renderReport(bare(live));
    const titles = [...shown.matchAll(/<figure id="fig-(latency|lag)"><h3>([^<]*)/g)].map((m) => m[2]);
    expect(titles).toEqual(['Callers: time to answer', 'Live sessions: largest lag behind the audio']);
    // A third of 3 and of 12 calls per second, each 50 s long.
    const loads = [shown, page].map((html) => /The load jumps [^<]*/.exec(html)?.[0]);
    expect(loads).toEqual([
      'The load jumps from 2.99 to 12 calls per second 5 min into the run, and new live sessions from 59.7 to 240 per minute: 51 open ones become 205 (dotted line; mean of each 5 s).',
      'The load jumps from 2.99 to 12 calls per second 5 min into the run (dotted line; mean of each 5 s).',
    ]);
  });

  it('draws every scale-up once there are several', () => {
    const { score: scored, ...others } = bare(run);
    const { reactions } = scored.responsiveness;
    const [first] = reactions;
    const again = { ...first!, step: { ...first!.step, atMillis: first!.step.atMillis + 120_000 } };
    const two = { ...scored, responsiveness: { ...scored.responsiveness, reactions: [first!, again] } };
    expect([reactions.length, renderReport({ score: scored, ...others }).includes('fig-stages')]).toEqual([1, false]);
    expect(renderReport({ score: two, ...others })).toContain('(mean of 2 scale-ups)');
    expect(renderReport({ score: two, ...others }).match(/<svg [^>]*aria-labelledby="stages-/g)).toHaveLength(2);
  });

  it('is the same bytes for the same input', () => {
    expect(renderReport(full)).toBe(page);
  });

  it('calls two simulations two simulations, by the names they were given', () => {
    const comparison = { ...compare(run, otherSimulated, fidelityBounds(1)), first: 'slow', second: 'fast' };
    const replayed = { run: otherSimulated, score: score(otherSimulated) };
    const text = renderReport({ ...full, real: { ...full.real!, comparison, replayed } });
    expect(text).toContain('<h2>slow against fast</h2>\n<p>The same schedule twice;');
    expect(text).not.toContain('with real processes');
  });

  it('says what was broken on purpose, and marks it in the charts', () => {
    const faults = [
      { kind: 'prometheus-down', at: 180, for: 60 },
      { kind: 'pod-kill', at: 420 },
    ];
    const broken = { ...run, header: { ...run.header, scenario: { ...scenarioOf(run), faults } } };
    const text = renderReport(bare(broken));
    expect(/Broken on purpose[^<]*/.exec(text)?.[0]).toBe(
      'Broken on purpose: Prometheus is down from 3\u00a0min to 4\u00a0min; the oldest ready pod is killed at 7\u00a0min.',
    );
    // Offered load, replicas, time to answer and calls let down show the whole run, each in two widths.
    expect(text.match(/fill-opacity="0.13"/g)).toHaveLength(8);
    expect(/Broken on purpose|fill-opacity="0.13"/.exec(page)).toBeNull();
  });

  it('lists the scale decisions of the service, not those of another HPA', () => {
    const own = run.decisions.find((d) => d.scaled)!;
    const other = { ...own, hpa: 'default/api-server', why: 'follows the replicas' };
    const text = renderReport(bare({ ...run, decisions: [...run.decisions, other] }));
    expect([text.includes(own.why), text.includes(other.why)]).toEqual([true, false]);
  });

  it('escapes what a scenario says', () => {
    const named = {
      ...run,
      header: { ...run.header, question: 'Is <b>5 & 6</b> "enough"?', scenarioName: '</title>' },
    };
    expect(renderReport(bare(named))).toContain('Is &lt;b&gt;5 &amp; 6&lt;/b&gt; &quot;enough&quot;?');
    expect(renderReport(bare(named))).not.toContain('<b>5');
  });

  it('warns of figures that rest on a guess', () => {
    const scenario = scenarioOf(run);
    const guessed = {
      ...run,
      header: { ...run.header, scenario: { ...scenario, service: { ...scenario.service, gpu: 'T4' } } },
    };
    expect(renderReport(bare(guessed))).toContain(
      'The speed of the T4 (0.12 of an L40S) is a guess, not a measurement.',
    );
    expect(page).not.toContain('is a guess, not a measurement');
  });

  it('survives a run in which hardly anything is known', () => {
    const poor: RunRecord = {
      ...run,
      header: { ...run.header, capacity: null },
      life: [],
      decisions: [],
      signals: { ...run.signals, count: 0 },
      storage: { ...run.storage, jobs: [], samplesPerSecond: 0, retainedBytes: 0, moneyPerMonth: 0 },
    };
    const text = renderReport(bare(poor));
    expect(text).toContain('no data');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});
