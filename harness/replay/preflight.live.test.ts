import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ERROR_EXIT } from '../exit-codes.ts';

const folder = mkdtempSync(join(tmpdir(), 'surgelab-preflight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = `name: many
duration: 60s
traffic:
  - { name: live, kind: stream, arrivals: { kind: constant, rate: 10/s }, audio: 60s }
`;

const CLI = new URL('../cli.ts', import.meta.url).pathname;

describe('replay before its first request', () => {
  it('says how many sockets it needs when the limit of open files is too low, and does not begin', () => {
    writeFileSync(join(folder, 'many.yaml'), SCENARIO);
    const command = `ulimit -n 500 && exec "${process.execPath}" "${CLI}" replay "${folder}/many.yaml" --out "${folder}/run"`;
    const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stderr).toContain(
      'the schedule may need 600 sockets at once in one process (664 open files), the limit is 500',
    );
    expect(stderr).toContain('ulimit -n 664 in the shell that starts the run');
    expect(status).toBe(ERROR_EXIT.LIMIT_TOO_LOW.code);
  });

  it('names an empty folder of clips, and a target that is none', () => {
    writeFileSync(join(folder, 'many.yaml'), SCENARIO);
    const run = (...flags: string[]): readonly [status: number | null, stderr: string] => {
      const { status, stderr } = spawnSync(process.execPath, [CLI, 'replay', join(folder, 'many.yaml'), ...flags], {
        encoding: 'utf8',
      });
      return [status, stderr];
    };
    const clips = run('--clips', folder);
    expect(clips[0]).toBe(ERROR_EXIT.CLIPS_INVALID.code);
    expect(clips[1]).toContain('holds no .wav, .pcm or .raw file');
    const target = run('--target', 'http://127.0.0.1:1');
    expect(target[0]).toBe(ERROR_EXIT.TARGET_UNREACHABLE.code);
    expect(target[1]).toContain('cannot be reached (unreachable): ECONNREFUSED');
    const key = run('--target', 'http://127.0.0.1:1', '--auth-env', 'SURGELAB_NO_SUCH_KEY');
    expect(key[0]).toBe(ERROR_EXIT.USAGE.code);
  });
});
