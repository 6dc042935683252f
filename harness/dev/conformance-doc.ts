// Writes docs/conformance.md from a replay of every recorded set that is found: sets, versions, cases, mismatches. The
// figures of that page are never typed. Exit code 1 if a set differs.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPLAYS, recordingsOf } from '../conform/kinds.ts';
import type { ConformResult } from '../conform/result.ts';
import { conforms } from '../conform/result.ts';
import { CONFORMANCE_FILE } from '../conformance-figures.ts';
import type { ConformanceFigure } from '../../reports/page/details.ts';

const HEAD = `# Conformance

Behaviour recorded from the real components, replayed through the code that simulates (\`surgelab conform KIND FOLDER\`).
Either a case agrees or it is a mismatch; there is no list of known deviations. This page is written by
\`npm run -s conformance-doc\`.

| kind | what is compared | set | version | cases | mismatches |
|---|---|---|---|---:|---:|
`;

const SCOPE = `
## Out of scope

- HPA: versions other than 1.34 and 1.37 follow the text of the reference and were not replayed. Processors other than
  amd64, where Go converts out-of-range doubles differently.
- PromQL: native histograms, range queries, functions outside the recorded families. A query that uses one is refused when
  it is loaded, with the function and the position.
- Scraping: protobuf exposition, native histograms, exemplars, HTTP and TLS options.
- Adapter: resource metrics rules, and series relabelling beyond seriesFilters.
`;

const rows = (kind: string, subject: string, result: ConformResult): string =>
  result.sets
    .map(
      (s) => `| ${kind} | ${subject} | ${s.name} | ${s.version} | ${s.cases.toLocaleString('en')} | ${s.mismatches} |`,
    )
    .join('\n');

/** The control path. The closed loop and queueing theory have their own page, docs/fidelity.md. */
const RECORDED = ['hpa', 'promql', 'rules', 'adapter', 'scrape'] as const;

/** One figure per kind and version, as the report prints them. */
const figuresOf = (kind: string, result: ConformResult): ConformanceFigure[] => {
  const versions = [...new Set(result.sets.map((set) => set.version))];
  return versions.map((version) => {
    const sets = result.sets.filter((set) => set.version === version);
    const sum = (of: (set: ConformResult['sets'][number]) => number): number =>
      sets.reduce((all, set) => all + of(set), 0);
    return {
      subject: `${kind}${version === '' ? '' : ` ${version}`}`,
      compared: sum((set) => set.cases),
      mismatched: sum((set) => set.mismatches),
      source: 'recordings of the real component',
    };
  });
};

const tables: string[] = [];
const figures: ConformanceFigure[] = [];
let agree = true;
for (const kind of RECORDED) {
  const { subject, run } = REPLAYS[kind];
  process.stderr.write(`${kind} …\n`);
  const result = await run(recordingsOf(kind, undefined), () => undefined);
  tables.push(rows(kind, subject, result));
  figures.push(...figuresOf(kind, result));
  agree &&= conforms(result);
}
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'conformance.md'), `${HEAD}${tables.join('\n')}\n${SCOPE}`);
writeFileSync(CONFORMANCE_FILE, `${JSON.stringify(figures, null, 1)}\n`);
process.exitCode = agree ? 0 : 1;
