// The report: one self-contained page. First screen: the answer in a sentence, the verdict, the small table; then why, the
// charts, the other settings, simulated against real, details. No script, no network, no font of its own.

import type { RunRecord } from '../../model/record.ts';
import { believedChart } from '../charts/believed.ts';
import { gpuTimeChart } from '../charts/gpu-time.ts';
import { latencyChart } from '../charts/latency.ts';
import { missesChart } from '../charts/misses.ts';
import { offeredLoadChart } from '../charts/offered-load.ts';
import { latencyOverlay, replicaOverlay } from '../charts/overlay.ts';
import { replicasChart } from '../charts/replicas.ts';
import { stagesChart } from '../charts/stages.ts';
import { tradeOffChart } from '../charts/trade-off.ts';
import type { Comparison } from '../compare.ts';
import type { Verdict } from '../gate/evaluate.ts';
import type { Score } from '../score/score.ts';
import type { Sweep } from '../sweep.ts';
import { answer, recommendationSentence } from './answer.ts';
import type { ConformanceFigure } from './details.ts';
import { detailsHtml } from './details.ts';
import { figureHtml } from './figure.ts';
import { unbroken } from './format.ts';
import type { Html } from './html.ts';
import { markup, trusted } from './html.ts';
import { VERDICT_WORD } from './rows.ts';
import { STYLE } from './style.ts';
import { answerTable, comparisonTable, objectiveTable, stageTable, sweepTable } from './tables.ts';

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
<p>${recommendationSentence(sweep)}</p>
${sweepTable(sweep)}
<p class="note">Means over runs; below them the paired difference to now with its 95 % interval. Regret: how much more than the cheapest, GPU money, metric money and missed calls added up.</p>
${figureHtml(tradeOffChart(sweep))}`;

const realHtml = (real: ReportInput['real']): Html | null => {
  if (real === null) return null;
  const { comparison } = real;
  const first = { name: comparison.first, ...real.simulated };
  const second = { name: comparison.second, ...real.replayed };
  const failed = comparison.rows.filter((row) => row.status === 'fail').length;
  const limited = real.replayed.score.generator === 'generator-limited';
  const verdict = limited
    ? 'The load engine could not keep up during the replay: the differences say nothing about the simulation.'
    : comparison.pass
      ? 'All differences are within their bounds.'
      : failed > 0
        ? `${failed} of ${comparison.rows.length} differences are beyond their bound.`
        : 'Nothing could be compared.';
  return markup`<h2>Simulated against real</h2>
<p>The same schedule, once in virtual time and once with real processes and real HTTP. ${verdict} ρ is the load over what the ready replicas finish at most.</p>
${figureHtml(replicaOverlay(first, second))}${figureHtml(latencyOverlay(first, second))}
${comparisonTable(comparison)}`;
};

const whyHtml = (score: Score): Html | null => {
  const chart = figureHtml(stagesChart(score));
  return chart === null
    ? null
    : markup`<h2>Why: where the time goes</h2>
${chart}${stageTable(score)}`;
};

/** The whole page as text; the same input gives the same bytes. */
export const renderReport = (input: ReportInput): string => {
  const { run, score, verdict, sweep } = input;
  const { header } = run;
  const theme = input.theme === null ? null : trusted(` data-theme="${input.theme}"`);
  const profile = header.profile === 'sim' ? 'simulated' : `real processes (${header.profile})`;
  return markup`<!doctype html>
<html lang="en"${theme}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${header.scenarioName} · Surgelab</title><style>${trusted(STYLE)}</style></head>
<body><main>
<header class="top"><b>Surgelab</b><span>${header.scenarioName}</span><span>${profile}</span></header>
<h1>${header.question}</h1>
<p class="answer">${unbroken(answer(score, sweep))}</p>
${verdictHtml(verdict)}
${answerTable(score)}
${verdict.objectives.length === 0 ? null : objectiveTable(verdict)}
${whyHtml(score)}
${sweepHtml(sweep)}
<h2>What happened</h2>
${figureHtml(offeredLoadChart(run, score))}
${figureHtml(believedChart(run, score))}
${figureHtml(replicasChart(run, score))}
${figureHtml(latencyChart(run, score))}
${figureHtml(missesChart(run, score))}
${figureHtml(gpuTimeChart(score))}
${realHtml(input.real)}
${detailsHtml(run, score, input.conformance)}
<footer>Made by Surgelab from the run record alone; the same run gives the same page.</footer>
</main></body></html>
`.text;
};
