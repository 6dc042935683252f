import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { componentsFor, missingPrograms } from '../cluster/bare/programs.ts';
import { agreement, boundedFigures } from '../reports/fidelity/agreement.ts';
import { divergenceSentence, firstDivergence } from '../reports/fidelity/divergence.ts';
import { percent } from '../reports/fidelity/text.ts';
import { KNOWN_FILE, knownText } from './known-file.ts';
import { replayBareOnce } from './replay/replay-bare-once.test-support.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../cluster/local/small-world.test-support.ts';
import { readRun, writeRun } from './run-folder.ts';
import { questionOfRun } from './run-question.ts';
import { simulateQuestion } from './simulate-question.ts';

const platform = smallPlatform(4);
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`no run under the real controllers: ${missing}`);

const SECONDS = 50;
const fixed = (value: number) => ({ kind: 'fixed', value }) as const;

/** What a kubeconfig, a token or a certificate looks like, plain and in base64. */
const SECRETS = [
  'client-key-data',
  'client-certificate-data',
  'certificate-authority-data',
  'PRIVATE KEY',
  'BEGIN CERTIFICATE',
  'Bearer ey',
  'current-context',
  '.kubeconfig',
].flatMap((text) => [text, Buffer.from(text).toString('base64').slice(0, -4)]);

describe.skipIf(missing !== null)('a run under the real controllers, on disk', () => {
  it(
    'is simulated from its folder as it was, and the folder holds no secret of the cluster',
    { timeout: 240_000 },
    async () => {
      const schedule = poissonSchedule(11, SECONDS, 9, 50);
      const { record, known, conformance } = await replayBareOnce(
        schedule,
        smallScenario(11, SECONDS, {
          startup: { containerStart: fixed(0.5), imagePull: fixed(0.5), modelLoad: fixed(1) },
        }),
        platform,
      );
      const place = await mkdtemp(join(tmpdir(), 'surgelab-run-'));
      try {
        const epochMillis = Number(record.header.scenario['epochMillis']);
        const file = knownText({ epochMillis, scheduleHash: 'not hashed here', inputs: known });
        const folder = await writeRun(join(place, 'real'), record, { [KNOWN_FILE]: file });
        const found: string[] = [];
        for (const name of await readdir(folder)) {
          const text = (await readFile(join(folder, name))).toString('latin1');
          found.push(...SECRETS.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${name}`));
        }
        expect(found).toEqual([]);

        const real = (await readRun(folder)).record;
        const asked = await questionOfRun(folder, false);
        expect(asked.known?.syncs?.length).toBeGreaterThan(2);
        const simulated = simulateQuestion(asked.question, false, asked.known);
        const figures = boundedFigures(agreement(real, simulated));
        console.log(
          `${figures.map(({ what, value }) => `${what} ${percent(value)}`).join(', ')}; ${divergenceSentence(firstDivergence(real, simulated))}`,
        );
        // Requests and replicas are a matter of this machine's other work; what the control path is told is not.
        expect(conformance.decisions).toEqual([]);
        expect(conformance.answers.differs).toBe(0);
        expect(conformance.phases).toMatchObject({ differing: [] });
        expect(conformance.phases.targets).toBeGreaterThan(0);
        expect(figures.at(-1)!.value).toBeLessThan(0.05);
      } finally {
        await rm(place, { recursive: true });
      }
    },
  );
});
