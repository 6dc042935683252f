import { describe, expect, it } from 'vitest';
import { componentsFor, missingPrograms } from '../../cluster/bare/programs.ts';
import { OUTCOMES } from '../../model/record.ts';
import { seconds } from '../../model/units.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { simulate } from '../../sim/simulate.ts';
import { replayBareOnce } from './replay-bare-once.test-support.ts';
import { poissonSchedule, smallPlatform, smallScenario } from '../../cluster/local/small-world.test-support.ts';
import { isAlive } from './is-alive.test-support.ts';

const platform = smallPlatform(4);
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`no replay under the real controllers: ${missing}`);

const fixed = (value: number) => ({ kind: 'fixed', value }) as const;
const SECONDS = 40;

describe.skipIf(missing !== null)('replay on the bare profile', () => {
  it(
    'answers rows under the real HPA, does the faults, and tells a simulation what it has to know',
    { timeout: 240_000 },
    async () => {
      const schedule = poissonSchedule(7, SECONDS, 9, 50);
      const scenario = smallScenario(7, SECONDS, {
        startup: { containerStart: fixed(0.5), imagePull: fixed(0.5), modelLoad: fixed(1) },
        faults: [
          { kind: 'scrape-refused', at: seconds(22), for: seconds(3) },
          { kind: 'adapter-down', at: seconds(27), for: seconds(3) },
          { kind: 'pod-kill', at: seconds(36) },
        ],
      });
      const { complete, record, known, conformance, processIds } = await replayBareOnce(schedule, scenario, platform);
      expect(complete).toBe(true);
      expect(processIds.filter(isAlive)).toEqual([]);
      const { header, requests, life, decisions } = record;
      expect(header.profile).toBe('bare');
      // Every row is over; those on the killed pod failed.
      const outcomes = new Set(Array.from(requests.outcome, (code) => OUTCOMES[code]!));
      expect([...outcomes].filter((outcome) => outcome !== 'ok' && outcome !== 'failed')).toEqual([]);
      for (let row = 0; row < schedule.count; row++)
        if (OUTCOMES[requests.outcome[row]!] === 'ok') {
          expect(requests.admittedMillis[row]).toBeGreaterThanOrEqual(requests.sentMillis[row]! - 5);
          expect(requests.doneMillis[row]).toBeGreaterThan(requests.admittedMillis[row]!);
        }
      // What was there at the origin stands at it, like in a simulation.
      expect(life.slice(0, 5).map(({ t }) => t)).toEqual([0, 0, 0, 0, 0]);
      expect(life.every(({ t }, i) => i === 0 || t >= life[i - 1]!.t)).toBe(true);
      console.log(decisions.map(({ t, why }) => `${(t / 1000).toFixed(1)} s: ${why}`).join('\n'));
      expect(decisions.length).toBeGreaterThan(4);
      expect(decisions.some(({ scaled }) => scaled)).toBe(true);
      expect(conformance.decisions).toEqual([]);
      expect(conformance.phases.differing).toEqual([]);
      expect(
        header.notes
          .filter((note) => /killed|refuses|answers scrapes|taken down|works again/.test(note))
          .map((note) => note.replace(/^[\d.]+ s: |lightning-asr-\w+-\w+/g, '')),
      ).toEqual([
        ' refuses its scrapes',
        ' answers scrapes again',
        'the adapter is taken down',
        'the adapter works again',
        'the oldest ready pod, , is killed',
      ]);
      const acts = known.interventions?.map((act) => act.kind);
      expect(acts?.toSorted()).toEqual(['adapter', 'adapter', 'cluster', 'scrapes', 'scrapes']);

      const asItWas = { ...(header.scenario as unknown as Scenario), faults: [] };
      const options = { scheduleHash: '', versions: {}, capacity: null, known };
      const simulated = simulate(schedule, asItWas, header.platform, options);
      const names = (run: typeof record): string[] => [
        ...new Set(run.life.flatMap((event) => (event.subject === 'pod' ? [event.name] : []))),
      ];
      expect(names(simulated).slice(0, 2)).toEqual(names(record).slice(0, 2));
      const changes = (run: typeof record): string =>
        run.decisions
          .flatMap(({ t, scaled, current, desired }) =>
            scaled ? [`${(t / 1000).toFixed(1)} s ${current}→${desired}`] : [],
          )
          .join(', ');
      console.log(`real: ${changes(record)}; simulated: ${changes(simulated)}`);
      console.log(`generator: ${header.validity?.verdict}; ${header.notes.join('; ')}`);
    },
  );
});
