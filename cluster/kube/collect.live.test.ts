import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../scenarios/scenario.ts';
import { Collector } from './collect.ts';
import { examplePlatform } from './observe.test-support.ts';

describe('a collector', () => {
  it('keeps the run when Prometheus is gone at its end, and says what is missing', async () => {
    const server = createServer((_, answer) => void answer.end('prometheus_tsdb_head_series 7\n'));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
    });
    const place = await mkdtemp(join(tmpdir(), 'surgelab-collect-'));
    try {
      const auditLog = join(place, 'audit.log');
      await writeFile(auditLog, '');
      const collector = await Collector.begin({
        prometheusUrl: `http://127.0.0.1:${port}`,
        auditLog,
        adapterAuditLog: null,
        platform: examplePlatform,
        scenario: { prices: { storagePerGbMonth: 0.08 }, startup: {} } as unknown as Scenario,
      });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const { decisions, storage, conformance, notes } = await collector.end({
        epochMillis: 0,
        endMillis: 1000,
        life: [],
        fleet: [],
        faults: [],
      });
      expect({ decisions, jobs: storage.jobs, syncs: conformance.syncs }).toEqual({
        decisions: [],
        jobs: [],
        syncs: 0,
      });
      expect(notes.at(-1)).toMatch(/^what Prometheus stored is not in this run: no answer from Prometheus at /);
    } finally {
      server.close();
      await rm(place, { recursive: true });
    }
  });
});
