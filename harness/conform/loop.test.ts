import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, expect } from 'vitest';
import { readLoopFolder } from './closed-loop-reader.ts';
import type { LoopFolder, LoopHpaLine, LoopPodLine } from './closed-loop-types.ts';
import { goldenFolder } from './kinds.ts';
import { checkAdapter } from './loop-adapter.ts';
import { checkDecisions } from './loop-decisions.ts';
import { checkKubernetes } from './loop-kubernetes.ts';
import { checkService } from './loop-requests.ts';
import { wholeOutcome } from './loop-outcome.ts';
import { runRecording } from './loop-run.ts';
import { divergenceNotes, wholeTallies } from './loop-whole.ts';
import { conformLoop } from './loop.ts';
import { SetTally, conforms } from './result.ts';

const RECORDINGS = join(goldenFolder(), 'closed-loop');
const absent = !existsSync(RECORDINGS);
const why = absent ? ` (skipped: no recordings in ${basename(RECORDINGS)}; set SURGELAB_SHARED)` : '';

/** Node pools, killed and crashed pods, an edited HPA, outages of components with a conflicting write, a settled race. */
const QUICK = ['a22-nodes', 'a23-nodes', 'b35-fail-pod', 'b36-hpa-edit', 'c07-outage-external-sum', 'b26-rate'];

const checked = (check: (tally: SetTally) => void): SetTally => {
  const tally = new SetTally('test', '');
  check(tally);
  return tally;
};

describe('conform loop', () => {
  it.skipIf(absent)(`agrees with six recordings of the real loop, stage by stage and as a whole${why}`, async () => {
    const result = await conformLoop(RECORDINGS, undefined, (folder) => QUICK.includes(basename(folder)), 0);
    expect(result.mismatches).toEqual([]);
    expect(conforms(result)).toBe(true);
    expect(Object.fromEntries(result.sets.map((set) => [set.name, set.cases]))).toMatchObject({
      'HPA decisions': 3 * 124 + 123 + 127 + 72,
      'values of the adapter': 124 + 123 + 123 + 127 + 66 + 121,
      'races inside a millisecond': 1,
      'whole loop as recorded: same or explained': 6,
      'whole loop as recorded: bounds': 5,
    });
    expect(result.notes).toEqual([]);
  });

  it.skipIf(absent)(`notices what is not as recorded${why}`, async () => {
    const folder = await readLoopFolder(join(RECORDINGS, 'a22-nodes'));
    const put = folder.hpa.findIndex((line) => line.ev === 'sync' && line.put !== undefined);
    const hpa = folder.hpa.map((line, i): LoopHpaLine =>
      i === put && line.ev === 'sync' ? { ...line, put: [{ ...line.put![0]!, replicas: 9 }] } : line,
    );
    expect(checked((tally) => checkDecisions({ ...folder, hpa }, tally)).set.mismatches).toBe(1);

    const ready = folder.pods.findIndex((line) => line.ev === 'probe-ok' && line.t > 0);
    const pods = folder.pods.map((line, i): LoopPodLine =>
      i === ready && line.ev === 'probe-ok' ? { ...line, nominal: line.nominal + 1000 } : line,
    );
    expect(checked((tally) => checkKubernetes({ ...folder, pods }, tally)).set.mismatches).toBe(1);

    const serviceMillis = folder.requests.serviceMillis.map((ms, i) => (i === 500 ? ms + 3 : ms));
    const changed: LoopFolder = { ...folder, requests: { ...folder.requests, serviceMillis } };
    const requests = checked((tally) =>
      checkService(changed, { requests: tally, gauges: new SetTally('gauges', ''), races: new SetTally('races', '') }),
    );
    expect(requests.set.mismatches).toBe(1);

    const asked = folder.hpa.findIndex((line) => line.ev === 'sync' && line.metrics.length > 0);
    const answers = folder.hpa.map((line, i): LoopHpaLine =>
      i === asked && line.ev === 'sync'
        ? { ...line, metrics: line.metrics.map((metric) => ({ ...metric, values: [[0, '77']] })) }
        : line,
    );
    const values = checked((tally) =>
      checkAdapter({ ...folder, hpa: answers }, { values: tally, races: new SetTally('races', '') }),
    );
    expect(values.set.mismatches).toBe(1);
  });

  it.skipIf(absent)(`calls a differing replica count that nothing explains a mismatch${why}`, async () => {
    const folder = await readLoopFolder(join(RECORDINGS, 'b05-raw'));
    const put = folder.hpa.findIndex((line) => line.ev === 'sync' && line.put !== undefined);
    const hpa = folder.hpa.map((line, i): LoopHpaLine =>
      i === put && line.ev === 'sync' ? { ...line, put: [{ ...line.put![0]!, replicas: 9 }] } : line,
    );
    const outcome = wholeOutcome({ ...folder, hpa }, 0);
    expect(outcome.recorded.divergence).toMatchObject({ what: 'the HPA wrote another scale', cause: null });
    expect(wholeTallies([outcome]).map(({ set: { name, mismatches } }) => [name, mismatches])).toEqual([
      ['whole loop as recorded: same or explained', 1],
    ]);
  });

  it.skipIf(absent)(`foretells a recording from its configuration${why}`, async () => {
    const folder = await readLoopFolder(join(RECORDINGS, 'b05-raw'));
    const { drawn } = wholeOutcome(folder, 2);
    expect(drawn).toMatchObject({
      equal: [1, 1],
      inBand: 1,
      median: { equal: 1, replicaSecondsOff: 0 },
      between: { equal: 1, replicaSecondsOff: 0 },
      rank: 0.5,
      left: null,
    });
  });

  it.skipIf(absent)(`goes on scraping a pod that terminates, as role endpointslice does${why}`, async () => {
    // At 1061 s the sum counts a pod that was deleted 15 s before and scraped once more since.
    const { error } = runRecording(await readLoopFolder(join(RECORDINGS, 'a11-external-sum')), 'recorded', 1);
    expect(error).toEqual({ seconds: 1860, equal: 1860, firstDifference: null, replicaSecondsOff: 0 });
  });

  it.skipIf(absent)(`proves a late scrape to be the cause by giving the instants of scrapes${why}`, async () => {
    const outcome = wholeOutcome(await readLoopFolder(join(RECORDINGS, 'a08-avg1m')), 0);
    expect(outcome.recorded).toMatchObject({ held: 0, divergence: { second: 204, withScrapes: null } });
    expect(divergenceNotes([outcome])).toEqual([
      'a08-avg1m: as recorded until second 204; at 133.332 s a scrape of pod 3 saw 2, ours 1: the scrape was 784 ms later than its ticks usually are. Given the instant of every scrape as well: as recorded to its end',
    ]);
  });

  it('refuses a folder without a recording', async () => {
    await expect(conformLoop(import.meta.dirname)).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });
});
