import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { untilNothingIsLeft } from '../cluster/bare/left-behind.test-support.ts';
import { missingPrograms } from '../cluster/bare/programs.ts';
import { NEWEST_KUBERNETES } from '../cluster/bare/recipes.ts';
import type { Instance } from '../cluster/bare/instance.ts';

const missing = await missingPrograms(NEWEST_KUBERNETES, process.env);
const why = missing === null ? '' : ` (skipped: ${missing}; surgelab cluster binaries)`;

const CLI = join(import.meta.dirname, 'cli.ts');
const UP = ['cluster', 'up', 'bench', '--kubernetes', NEWEST_KUBERNETES, '--json'];

const surgelab = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

interface Facts {
  readonly kubeconfig: string;
  readonly apiServer: string;
  readonly prometheus: string;
  readonly adapter: string;
}

const portOf = (url: string): number => Number(new URL(url).port);
const instanceOf = ({ kubeconfig }: Facts): Instance =>
  (JSON.parse(surgelab('cluster', 'status', '--json').stdout) as Instance[]).find(({ folder }) =>
    kubeconfig.startsWith(`${folder}/`),
  )!;
const tracesOf = (facts: Facts) => {
  const { folder, supervisorPid, components } = instanceOf(facts);
  const ports = [facts.apiServer, facts.prometheus, facts.adapter].map(portOf);
  return { folder, pids: [supervisorPid, ...Object.values(components)], ports };
};

describe.skipIf(missing !== null)(`surgelab cluster${why}`, () => {
  it('leaves nothing when the command is killed with SIGKILL', async () => {
    const command = spawn(process.execPath, [CLI, ...UP], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    const facts = await new Promise<Facts>((resolve, reject) => {
      command.once('exit', () => reject(new Error(`it ended: ${printed}`)));
      command.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.trimEnd().endsWith('\n}')) resolve(JSON.parse(printed) as Facts);
      });
    });
    const traces = tracesOf(facts);
    const exit = once(command, 'exit');
    command.kill('SIGKILL');
    await exit;
    const { left, millis } = await untilNothingIsLeft(traces, 5000);
    expect(left).toEqual([]);
    process.stdout.write(`after kill -9 of the parent nothing was left within ${millis} ms\n`);
  });

  it('is up in the background, told by status, and ended by down', async () => {
    const started = surgelab(...UP, '--detach');
    expect(started.status, started.stderr).toBe(0);
    const facts = JSON.parse(started.stdout) as Facts;
    const { id, alive, facts: told } = instanceOf(facts);
    expect([alive, told['kubeconfig'], told['kubernetes']]).toEqual([true, facts.kubeconfig, NEWEST_KUBERNETES]);
    const traces = tracesOf(facts);
    const ended = surgelab('cluster', 'down', id);
    expect([ended.status, ended.stdout]).toEqual([0, `${id} is down\n`]);
    expect((await untilNothingIsLeft(traces, 1000)).left).toEqual([]);
  });

  it('refuses to end what is not there, and a version that is not pinned', () => {
    expect(surgelab('cluster', 'down', 'nobody')).toMatchObject({ status: 2, stdout: '' });
    const { status, stderr } = surgelab('cluster', 'binaries', '--kubernetes', '1.12');
    expect([status, stderr]).toEqual([2, 'surgelab: --kubernetes 1.12: expected 1.34 or 1.37\n']);
  });
});
