// Every rung is broken once on a real bare cluster, and the doctor has to name exactly that one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { componentsFor, missingPrograms } from '../../cluster/bare/programs.ts';
import type { Facts } from '../../cluster/doctor/facts.ts';
import type { Step } from '../../cluster/doctor/ladder.ts';
import { climb, firstBroken } from '../../cluster/doctor/ladder.ts';
import { connectKubernetes } from '../../cluster/kube/client.ts';
import { run } from '../commands/doctor.ts';
import type { Break, World } from './doctor-breaks.test-support.ts';
import { ADAPTER_BREAKS, BREAKS } from './doctor-breaks.test-support.ts';
import { DOCTOR_PLATFORM, factsOf, prometheusFile, startDoctorWorld } from './doctor-world.test-support.ts';

const platform = DOCTOR_PLATFORM;
const missing = await missingPrograms(platform.controller.version, process.env, componentsFor(false));
if (missing !== null) console.log(`the doctor is not tried on a cluster: ${missing}`);

const PATIENCE_MILLIS = 40_000;

let world: World;

const brokenNumbers = (steps: readonly Step[]): number[] =>
  steps.filter(({ state }) => state === 'broken').map(({ number }) => number);

/** Climbs again and again until the steps are as wanted; what it takes is printed by the test. */
const climbUntil = async (
  wanted: (steps: readonly Step[]) => boolean,
  answerMillis = 5000,
): Promise<readonly Step[]> => {
  const from = performance.now();
  for (;;) {
    const steps = climb(await factsOf(world.cluster, world.api, platform, answerMillis));
    if (wanted(steps) || performance.now() - from > PATIENCE_MILLIS) return steps;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

const states = (steps: readonly Step[]): string[] => steps.map(({ number, state }) => `${number} ${state}`);
const ALL_OK = Array.from({ length: 14 }, (_, index) => `${index + 1} ok`);

const check = async ({ rungs, trap, found, does }: Omit<Break, 'mends'>): Promise<void> => {
  await does(world);
  const from = performance.now();
  const steps = await climbUntil(
    (each) => brokenNumbers(each).join() === rungs.join() && found.test(firstBroken(each)!.found),
  );
  console.log(`named after ${Math.round(performance.now() - from)} ms`);
  const first = firstBroken(steps);
  expect(brokenNumbers(steps), first?.found).toEqual(rungs);
  expect(states(steps).slice(0, rungs[0]! - 1)).toEqual(ALL_OK.slice(0, rungs[0]! - 1));
  expect(first!.found).toMatch(found);
  expect(first!.cause.trap).toBe(trap);
};

describe.skipIf(missing !== null)('the doctor on a bare cluster', () => {
  beforeAll(async () => {
    const cluster = await startDoctorWorld(platform);
    await cluster.createHpas();
    cluster.kubelet.begin();
    const api = await connectKubernetes(cluster.plane.kubeconfig);
    world = { cluster, api, prometheusYaml: await prometheusFile(cluster) };
  }, 120_000);

  afterAll(async () => {
    await world.api.close();
    await world.cluster.stop();
  });

  it('finds every rung whole, with manifests and without', async () => {
    expect(states(await climbUntil((steps) => steps.every(({ state }) => state === 'ok')))).toEqual(ALL_OK);
    const alone: Facts = await factsOf(world.cluster, world.api, null);
    expect(states(climb(alone))).toEqual(ALL_OK);
    expect(alone.subject).toMatchObject({ origin: 'cluster', namespace: 'smallest', workload: 'lightning-asr' });
  });

  it('as a command finds Prometheus beside the control plane, prints every rung, and ends with 0', async () => {
    const printed: string[] = [];
    const context = {
      signal: new AbortController().signal,
      print: (text: string) => printed.push(text),
      tell: () => undefined,
    };
    const options = { manifests: [], set: [], kubeconfig: world.cluster.plane.kubeconfig, patience: '5' };
    expect([await run(options, context), await run({ ...options, json: true }, context)]).toEqual([0, 0]);
    expect(printed[0]!.split('\n').filter((line) => /^[ 1]\d ok /.test(line))).toHaveLength(14);
    expect(JSON.parse(printed[1]!)).toMatchObject({
      facts: { doors: { prometheus: { kind: 'address', at: world.cluster.plane.prometheusUrl } } },
      firstBroken: null,
      exitCode: 0,
    });
  });

  describe('names the rung that is broken', () => {
    beforeEach(async () => {
      const from = performance.now();
      const steps = await climbUntil((all) => all.every(({ state }) => state === 'ok'));
      expect(states(steps), firstBroken(steps)?.found).toEqual(ALL_OK);
      console.log(`whole again after ${Math.round(performance.now() - from)} ms`);
    }, 90_000);

    for (const each of BREAKS)
      it(`${each.rungs[0]!}: ${each.name}`, async () => {
        try {
          await check(each);
        } finally {
          await each.mends(world);
        }
      });
  });

  for (const each of ADAPTER_BREAKS)
    it(`names the rung that is broken, ${each.rungs[0]!}: ${each.name}`, () => check(each));

  it('names the rung that is broken, 1: a frozen API server', async () => {
    world.cluster.plane.signal('kube-apiserver', 'SIGSTOP');
    try {
      const steps = await climbUntil(([first]) => first?.state === 'broken', 2000);
      expect(states(steps)).toEqual(['1 broken', ...ALL_OK.slice(1).map((text) => text.replace('ok', 'not-checked'))]);
      expect(firstBroken(steps)!.found).toBe('no answer to GET /version within 2 s');
    } finally {
      world.cluster.plane.signal('kube-apiserver', 'SIGCONT');
    }
  });
});
