import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMULATOR_DEFAULTS } from './config.ts';
import type { ContainerSettings } from './container-settings.ts';
import { containerConfig, loadSeconds } from './container-settings.ts';

const settings = (port: number): ContainerSettings => ({
  emulator: EMULATOR_DEFAULTS,
  doors: { port, metricsPort: null },
  modelLoad: { kind: 'uniform', min: 0.2, max: 0.4 },
  imagePull: { kind: 'fixed', value: 0 },
  seed: 3,
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe('an emulated pod in a container', () => {
  it('takes its load time from its name, so that others can know it', () => {
    const of = (name: string): number => loadSeconds(settings(1), name);
    expect(of('asr-a')).toBe(of('asr-a'));
    expect(of('asr-a')).not.toBe(of('asr-b'));
    expect(containerConfig(settings(2269), 'asr-a')).toMatchObject({
      host: '0.0.0.0',
      port: 2269,
      metricsPort: null,
      pod: { name: 'asr-a' },
      modelLoad: of('asr-a'),
      timeScale: 1,
    });
  });

  it('is unhealthy until its model is loaded, then serves; drains on SIGTERM and ends with 0', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-container-'));
    const port = await freePort();
    const file = join(folder, 'emulator.json');
    writeFileSync(file, JSON.stringify(settings(port)));
    const child = spawn(process.execPath, [join(import.meta.dirname, 'container-main.ts')], {
      env: { ...process.env, SURGELAB_EMULATOR: file, POD_NAME: 'asr-a' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const told: string[] = [];
      const heard = new Map<string, () => void>();
      const until = (what: string): Promise<void> =>
        new Promise((resolve) => {
          if (told.includes(what)) resolve();
          else heard.set(what, resolve);
        });
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.trim().split('\n')) {
          const { what } = JSON.parse(line) as { readonly what: string };
          told.push(what);
          heard.get(what)?.();
        }
      });
      const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
      await until('listening');
      const health = async (query = ''): Promise<number> =>
        (await fetch(`http://127.0.0.1:${port}/health${query}`)).status;
      if (!told.includes('loaded')) expect([await health('?probe=liveness')]).toEqual([200]);
      await until('loaded');
      expect(await health()).toBe(200);
      expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('asr_active_requests 0');
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
      expect(told).toEqual(['listening', 'loaded', 'draining', 'drained']);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
