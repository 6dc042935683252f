// Speed of the control path: HPA, PromQL, exposition and scrape, each against its bound. `npm run bench:control`.

import { benchHpa } from './control-hpa.bench.ts';
import { promqlBench } from './control-promql.bench.ts';
import { benchScrape } from './control-scrape.bench.ts';
import { machineLine, rowLine } from './rows.ts';

console.log(machineLine());
for (const bench of [benchHpa, promqlBench, benchScrape]) for (const row of await bench()) console.log(rowLine(row));
