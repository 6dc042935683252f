// The report: one self-contained page. First screen: the answer in a sentence, the verdict, the figures that matter; then
// why, what it costs, the other settings, the charts, simulated against real, details. No script, no network, no font of its own.

import type { RunRecord } from '../../model/record.ts';
import { believedChart } from '../charts/believed.ts';
import { gpuTimeChart } from '../charts/gpu-time.ts';
import { latencyCharts } from '../charts/latency.ts';
import { missesChart } from '../charts/misses.ts';
import { offeredLoadChart } from '../charts/offered-load.ts';
import { latencyOverlay, replicaOverlay } from '../charts/overlay.ts';
import { replicasChart } from '../charts/replicas.ts';
import { stagesChart, stagesSentence } from '../charts/stages.ts';
import { tradeOffChart } from '../charts/trade-off.ts';
import type { Comparison } from '../compare.ts';
import type { Verdict } from '../gate/evaluate.ts';
import type { Score } from '../score/score.ts';
import type { Sweep } from '../sweep.ts';
import { answerSentences, recommendationSentence } from './answer.ts';
import type { ConformanceFigure } from './details.ts';
import { detailsHtml } from './details.ts';
import { figureHtml } from './figure.ts';
import { money, shown, unbroken } from './format.ts';
import type { Html } from './html.ts';
import { markup, trusted } from './html.ts';
import { VERDICT_WORD } from './rows.ts';
import { STYLE } from './style.ts';
import { answerTiles, comparisonTable, objectiveTable, stageTable, sweepTable } from './tables.ts';

export interface ReportInput {
  readonly run: RunRecord;
  readonly score: Score;
  readonly verdict: Verdict;
  readonly sweep: Sweep | null;
  /** The same schedule answered the other way; `comparison.first` is the simulation. */
  readonly real: {
    readonly comparison: Comparison;
    readonly simulated: { readonly run: RunRecord; readonly score: Score };
    readonly replayed: { readonly run: RunRecord; readonly score: Score };
  } | null;
  readonly conformance: readonly ConformanceFigure[];
  /** Forces a theme; null follows the reader's setting. */
  readonly theme: 'light' | 'dark' | null;
}

const verdictHtml = (verdict: Verdict): Html => {
  const look = verdict.verdict === 'pass' || verdict.verdict === 'fail' ? verdict.verdict : 'other';
  return markup`<div class="verdict ${look}"><b>${VERDICT_WORD[verdict.verdict]}</b><span>${verdict.why}</span></div>
`;
};

const sweepHtml = (sweep: Sweep | null): Html | null =>
  sweep === null
    ? null
    : markup`<h2>Which ${sweep.setting}?</h2>
<p>${unbroken(recommendationSentence(sweep))}</p>
${sweepTable(sweep)}
<p class="note">Means over runs; below them the paired difference to now with its 95 % interval. Regret: how much more than the cheapest, with GPU money, metric money and missed calls added up.</p>
${figureHtml(tradeOffChart(sweep))}`;

const realHtml = (real: ReportInput['real']): Html | null => {
  if (real === null) return null;
  const { comparison } = real;
  const first = { name: comparison.first, ...real.simulated };
  const second = { name: comparison.second, ...real.replayed };
  const failed = comparison.rows.filter((row) => row.status === 'fail');
  const compared = comparison.rows.filter((row) => row.status !== 'not-compared').length;
  const limited = real.replayed.score.generator === 'generator-limited';
  const verdict = limited
    ? 'The load engine could not keep up during the replay: the differences say nothing about the simulation.'
    : comparison.pass
      ? `All ${compared} figures agree within their bounds.`
      : failed.length > 0
        ? `${failed.length} of ${compared} figures ${failed.length === 1 ? 'is' : 'are'} beyond the bound.`
        : 'Nothing could be compared.';
  const bothWays = first.run.header.profile === 'sim' && second.run.header.profile !== 'sim';
  const [title, what] = bothWays
    ? ['Simulated against real', 'The same schedule, once in virtual time and once with real processes and real HTTP.']
    : [
        `${first.name} against ${second.name}`,
        `The same schedule twice; the difference is ${first.name} less ${second.name}.`,
      ];
  return markup`<h2>${title}</h2>
<p>${what} ${verdict} ρ is the load over what the ready replicas finish at most.</p>
${figureHtml(replicaOverlay(first, second))}${figureHtml(latencyOverlay(first, second))}
${failed.length === 0 ? null : comparisonTable({ ...comparison, rows: failed })}
<details><summary>All ${comparison.rows.length} figures side by side</summary>${comparisonTable(comparison)}</details>`;
};

const whyHtml = (score: Score): Html | null => {
  const sentence = stagesSentence(score);
  return sentence === null
    ? null
    : markup`<h2>Why: where the time goes</h2>
<p>${unbroken(sentence)}</p>
${stageTable(score)}${figureHtml(stagesChart(score))}`;
};

const costHtml = (score: Score): Html | null => {
  const chart = figureHtml(gpuTimeChart(score));
  return chart === null
    ? null
    : markup`<h2>What it costs</h2>
<p>GPUs: ${shown(score.cost.moneyPerHour, 'money')} per hour, ${shown(score.cost.money, 'money')} for this run. Storing the metrics: ${money(score.metrics.moneyPerMonth)} per month.</p>
${chart}`;
};

/** The whole page as text; the same input gives the same bytes. */
export const renderReport = (input: ReportInput): string => {
  const { run, score, verdict, sweep } = input;
  const { header } = run;
  const theme = input.theme === null ? null : trusted(` data-theme="${input.theme}"`);
  const [callers, ...more] = answerSentences(score, sweep);
  const profile = header.profile === 'sim' ? 'simulated' : `real processes (${header.profile})`;
  return markup`<!doctype html>
<html lang="en"${theme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${header.scenarioName} · Surgelab</title><style>${trusted(STYLE)}</style></head>
<body><main>
<header class="top"><b>Surgelab</b> · ${header.scenarioName} · ${profile}</header>
<h1>${header.question}</h1>
<p class="answer">${unbroken(callers!)}</p>
${more.map(
  (sentence) => markup`<p class="lead">${unbroken(sentence)}</p>
`,
)}
${verdictHtml(verdict)}
${answerTiles(score)}
${verdict.objectives.length === 0 ? null : objectiveTable(verdict)}
${whyHtml(score)}
${costHtml(score)}
${sweepHtml(sweep)}
<h2>What happened</h2>
${figureHtml(offeredLoadChart(run, score))}
${figureHtml(believedChart(run, score))}
${figureHtml(replicasChart(run, score))}
${latencyCharts(run, score).flatMap((chart) => figureHtml(chart) ?? [])}
${figureHtml(missesChart(run, score))}
${realHtml(input.real)}
${detailsHtml(run, score, input.conformance)}
<footer>Made by Surgelab from the run record alone; the same run gives the same page.</footer>
</main></body></html>
`.text;
};
