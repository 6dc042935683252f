// Load workers as they run in pods, here as processes on loopback: each listens, is called once, and plays its stripe. What is
// not here is the Job and the API server in between.

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'undici';
import { EMULATOR_DEFAULTS } from '../cluster/emulator/config.ts';
import { monotonicMillis, scaledClock } from '../cluster/emulator/scaled-clock.ts';
import { opened } from '../cluster/kube/client.ts';
import { poissonSchedule } from '../cluster/local/small-world.test-support.ts';
import { OUTCOMES } from '../model/record.ts';
import { SERVICE_LAWS, scaleLaw } from '../model/service-time.ts';
import { clockCheck, clockError } from './load-job.ts';
import { PodLink, linkPath } from './load-job-link.ts';
import { closeAll, emulate } from './replay/emulated-pods.test-support.ts';
import { testLoad } from './replay/load-settings.test-support.ts';
import { LoadWorkers } from './replay/load-workers.ts';
import { generatorValidity } from './replay/validity.ts';
import { scheduleHash } from './schedule-hash.ts';

const MAIN = new URL('load-job-main.ts', import.meta.url).pathname;
const TOKEN = 'of-this-test';
const LAW = scaleLaw(SERVICE_LAWS['pulse-pro-l40s']!, 5);
const schedule = poissonSchedule(3, 20, 20, 10);
const hash = scheduleHash(schedule);
const OK = OUTCOMES.indexOf('ok');

const children: ChildProcess[] = [];
afterAll(async () => {
  await closeAll();
  for (const child of children) child.kill('SIGKILL');
});

/** Starts what a pod runs; resolves with the address at which it takes its call. */
const listening = async (): Promise<{ readonly child: ChildProcess; readonly address: string }> => {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, SURGELAB_PORT: '0', SURGELAB_LINK: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, address: `ws://127.0.0.1:${/\d+/.exec(line.toString())![0]}` };
};

const world = async (pods: number) => {
  const started = await Promise.all(Array.from({ length: pods }, listening));
  const links: PodLink[] = [];
  for (const { address } of started)
    links.push(new PodLink(await opened(new WebSocket(address + linkPath(TOKEN)), address), address));
  await Promise.all(links.map((link) => link.handOut(schedule, hash)));
  const clocks = await Promise.all(links.map((link) => link.clock()));
  const load = await LoadWorkers.start(schedule, testLoad({}, { law: LAW }), pods, (index, listener) =>
    links[index]!.worker(listener, clocks[index]!.aheadMillis),
  );
  const clock = scaledClock(monotonicMillis() + 300, 10);
  load.join(0, await emulate(clock, { ...EMULATOR_DEFAULTS, law: LAW, port: 0, timeScale: 10 }));
  load.begin(clock);
  return { load, links, clocks, children: started.map(({ child }) => child) };
};

const validity = (report: Awaited<ReturnType<LoadWorkers['stop']>>) =>
  generatorValidity({
    ...report,
    schedule,
    timeScale: 10,
    dueRows: schedule.count,
    endMillis: 20_000,
    frameMillis: 128,
  });

describe('load workers in pods', () => {
  it('send every row once, from one instant, and end when they have told it', async () => {
    const { load, links, clocks, children: own } = await world(3);
    await load.run();
    const later = await Promise.all(links.map((link) => link.clock()));
    const exits = own.map((child) => once(child, 'exit'));
    const report = await load.stop(20_000);
    expect(report.requests.outcome.every((outcome) => outcome === OK)).toBe(true);
    expect(report.requests.intendedMillis).toEqual(schedule.offsetMillis);
    expect([report.lostRows, report.notes, report.causes, report.health.length]).toEqual([0, [], [], 3]);
    // One machine has one clock: the pods' is ours.
    expect([...clocks, ...later].map(({ aheadMillis }) => aheadMillis)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(clocks.map((before, i) => clockError(before, later[i]!)).every(Number.isFinite)).toBe(true);
    const little = validity(report).checks.find(({ name }) => name.startsWith('Little'));
    expect(little).toMatchObject({ pass: true });
    expect((await Promise.all(exits)).map(([code]) => code as unknown)).toEqual([0, 0, 0]);
  });

  it('lose their rows with one of them, and the verdict says so; its stripe is nobody else’s', async () => {
    const { load, children: own } = await world(2);
    setTimeout(() => own[1]!.kill('SIGKILL'), 1000);
    await load.run();
    const report = await load.stop(20_000);
    const outcomes = [...report.requests.outcome];
    const lost = outcomes.filter((outcome) => outcome === OUTCOMES.indexOf('dropped')).length;
    expect(report.lostRows).toBe(lost);
    expect(lost).toBeGreaterThan(0);
    expect(outcomes.filter((outcome) => outcome === OK).length + lost).toBe(schedule.count);
    expect(outcomes.filter((_, row) => row % 2 === 0).every((outcome) => outcome === OK)).toBe(true);
    expect(report.notes).toEqual(['load worker 1 lost its link (code 1006): its open rows are lost']);
    expect(validity(report).verdict).toBe('generator-limited');
  });

  it('end when the replay is gone', async () => {
    const { links, children: own } = await world(1);
    const exit = once(own[0]!, 'exit');
    links[0]!.close();
    expect((await exit)[0]).toBe(1);
  });

  it('take no call of a stranger, and no second one', async () => {
    const { address } = await listening();
    await expect(opened(new WebSocket(`${address}${linkPath('guess')}`), 'stranger')).rejects.toThrow(/^stranger: /);
    const link = new PodLink(await opened(new WebSocket(address + linkPath(TOKEN)), address), address);
    await expect(opened(new WebSocket(address + linkPath(TOKEN)), 'second')).rejects.toThrow(/^second: /);
    await expect(link.handOut(schedule, 'of another one')).rejects.toThrow(/read another schedule than it was sent$/);
  });
});

describe('the clock of a load pod', () => {
  it('is off by what was not known of it and by what it moved', () => {
    const known = (aheadMillis: number, uncertainMillis: number) => ({ aheadMillis, uncertainMillis });
    expect(clockError(known(5000, 2), known(5000, 1))).toBe(2);
    expect(clockError(known(5000, 2), known(5004, 1))).toBe(5);
    expect(clockError(known(5000, 2), known(0, Infinity))).toBe(2);
    expect(clockCheck([2, 24.9])).toMatchObject({ value: 24.9, pass: true });
    expect(clockCheck([2, 25])).toMatchObject({ value: 25, pass: false });
    expect(clockCheck([Infinity])).toMatchObject({ pass: false });
  });
});
