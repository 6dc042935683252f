import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, emptyRequests } from '../../model/record.ts';
import { rowsSent, secretsIn } from './kind-checks.ts';

const KEY = 'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFb3dJQkFBS0NBUUVB';
const KUBECONFIG = `users:\n- user:\n    client-key-data: ${KEY}\n    token: abcdefghijklmnopqrstuvwxyz\n`;

describe('secrets in a run folder', () => {
  it('are found in any file, packed ones too, by what the kubeconfig holds and by their look', () => {
    const folder = mkdtempSync(join(tmpdir(), 'surgelab-secrets-'));
    try {
      mkdirSync(join(folder, 'deeper'));
      writeFileSync(join(folder, 'run.json'), '{ "scenario": "step", "clientKeyData": "no" }');
      writeFileSync(join(folder, 'signals.parquet'), Buffer.from([1, 2, 255]));
      expect(secretsIn(folder, KUBECONFIG)).toEqual([]);
      writeFileSync(join(folder, 'a.json'), `{ "env": "${KEY}" }`);
      writeFileSync(join(folder, 'deeper', 'b.ndjson.gz'), gzipSync('Bearer abcdefghijklmnopqrstuvwxyz'));
      writeFileSync(join(folder, 'c.txt'), '-----BEGIN RSA PRIVATE KEY-----');
      writeFileSync(join(folder, 'd.txt'), 'eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJhdWQiOlsiaHR0cHM6Ly9rdWJl.c2lnbmF0dXJl');
      expect(
        secretsIn(folder, KUBECONFIG)
          .map((path) => basename(path))
          .sort(),
      ).toEqual(['a.json', 'b.ndjson.gz', 'c.txt', 'd.txt']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('rows sent', () => {
  it('are those with an instant that the generator did not give up', () => {
    const requests = emptyRequests(4);
    requests.sentMillis.set([0, 12.5, 30]);
    requests.outcome[2] = OUTCOMES.indexOf('dropped');
    expect(rowsSent(requests)).toBe(2);
  });
});
