// report RUN [--against RUN]: one self-contained page into the run folder.

import { renderReport } from '../../reports/page/report.ts';
import { compareRuns } from '../compare-runs.ts';
import { conformanceFigures } from '../conformance-figures.ts';
import { OUTCOME_EXIT } from '../exit-codes.ts';
import { judge } from '../judge.ts';
import type { CommandContext } from '../run-command.ts';
import { addToRun, readRun } from '../run-folder.ts';

export interface ReportOptions {
  readonly run: string;
  readonly against?: string;
  readonly partial?: boolean;
}

/** The two runs of a comparison in its order: the simulated one first, whichever was named first. */
const bothSides = async (one: string, other: string) => {
  const runs = [await readRun(one), await readRun(other)] as const;
  const [simulated, replayed] = runs[0].record.header.profile === 'sim' ? runs : ([runs[1], runs[0]] as const);
  return {
    comparison: compareRuns(simulated, replayed),
    simulated: { run: simulated.record, score: judge(simulated.record).score },
    replayed: { run: replayed.record, score: judge(replayed.record).score },
  };
};

export const run = async (options: ReportOptions, context: CommandContext): Promise<number> => {
  const { record, folder } = await readRun(options.run, options.partial);
  const real = options.against === undefined ? null : await bothSides(options.run, options.against);
  const page = renderReport({
    run: record,
    ...judge(record),
    sweep: null,
    real,
    conformance: conformanceFigures(),
    theme: null,
  });
  context.print(await addToRun(folder, 'report.html', page));
  return OUTCOME_EXIT.ok.code;
};
