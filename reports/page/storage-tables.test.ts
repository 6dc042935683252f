import { expect, it } from 'vitest';
import type { MetricStorage } from '../../model/record.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { score } from '../score/score.ts';
import { storageTables } from './storage-tables.ts';

const run = exampleRun();
const [job] = run.storage.jobs;
const metric = (name: string, chunkBytes: number): MetricStorage => ({
  metric: name,
  series: 13,
  samples: 1000,
  chunkBytes,
  indexBytes: 100,
});

/** The table by metric, of jobs with these metrics. */
const byMetric = (jobs: readonly (readonly [name: string, metrics: readonly MetricStorage[]])[]): string => {
  const storage = { ...run.storage, jobs: jobs.map(([name, metrics]) => ({ ...job!, job: name, metrics })) };
  return /<h3>By metric.*?<\/table>/s.exec(storageTables({ ...run, storage }, score(run)).text)?.[0] ?? 'no table';
};

it('names the job of all metrics once, and lets long names go on in the next line', () => {
  const table = byMetric([['asr/0', [metric('up', 900), metric('asr_active_requests', 2000)]]]);
  expect(table).toContain('<h3>By metric of asr/<wbr>0, the dearest first</h3>');
  expect([...table.matchAll(/<th scope="row">.*?<\/tr>/gs)].map(([row]) => row)).toEqual([
    '<th scope="row">asr_<wbr>active_<wbr>requests</th><td class="n">13</td><td class="n">1\u202f000</td><td class="n">2 kB</td><td class="n">100 B</td><td class="n">2</td></tr>',
    '<th scope="row">up</th><td class="n">13</td><td class="n">1\u202f000</td><td class="n">900 B</td><td class="n">100 B</td><td class="n">0.9</td></tr>',
  ]);
});

it('names the job beneath each metric where there are several', () => {
  const table = byMetric([
    ['asr', [metric('up', 900)]],
    ['kubelet', [metric('up', 800)]],
  ]);
  expect(table).toContain('<h3>By metric, the dearest first</h3>');
  expect([...table.matchAll(/<th scope="row">(.*?)<\/th>/g)].map(([, name]) => name)).toEqual([
    'up<span class="d">asr</span>',
    'up<span class="d">kubelet</span>',
  ]);
});
