import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildProgram } from './build-program.ts';
import { cacheFolder, cacheName, findProgram } from './find-programs.ts';
import { missingPrograms } from './programs.ts';
import { recipesFor } from './recipes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'surgelab-programs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A program that prints `says`. */
const program = (path: string, says: string, exitCode = 0): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\nexit ${exitCode}\n`);
  chmodSync(path, 0o755);
  return path;
};
const recipe = (name: string) => recipesFor('1.37').find((each) => each.program === name)!;
const folder = (name: string): string => join(scratch, name);
const cache = (name: string) => ({ XDG_CACHE_HOME: folder(name) });

describe('a program', () => {
  it('is taken from PATH only if it says that it is the pinned minor', async () => {
    const old = program(join(folder('old'), 'etcd'), 'etcd Version: 3.5.16');
    const right = program(join(folder('right'), 'etcd'), 'etcd Version: 3.7.4');
    const silent = program(join(folder('silent'), 'etcd'), 'unknown flag', 1);
    const path = [old, silent, right].map(dirname).join(':');
    expect(await findProgram(recipe('etcd'), { ...cache('none'), PATH: path })).toEqual({
      kind: 'found',
      program: 'etcd',
      path: right,
      source: 'PATH',
      note: null,
    });
    const found = await findProgram(recipe('etcd'), { ...cache('none'), PATH: `${dirname(old)}:${dirname(silent)}` });
    expect(found.kind === 'missing' && found.looked.slice(1)).toEqual([
      `PATH (${old}): is 3.5.16, not 3.7`,
      `PATH (${silent}): does not tell its version, not 3.7`,
    ]);
  });

  it('is taken from the cache before PATH, by version and recipe', async () => {
    const environment = { ...cache('cached'), PATH: '' };
    const cached = program(join(cacheFolder(environment), cacheName(recipe('kubectl'))), 'Client Version: v1.37.2');
    expect(await findProgram(recipe('kubectl'), environment)).toMatchObject({ source: 'cache', path: cached });
    const other = { ...recipe('kubectl'), tags: ['other'] };
    expect(await findProgram(other, environment)).toMatchObject({ kind: 'missing' });
  });

  it('of SURGELAB_BIN is taken as it is, and another version is told', async () => {
    program(join(folder('given'), 'kube-apiserver'), 'Kubernetes v1.34.4');
    const environment = { ...cache('none'), PATH: '', SURGELAB_BIN: folder('given') };
    expect(await findProgram(recipe('kube-apiserver'), environment)).toMatchObject({
      source: 'SURGELAB_BIN',
      note: 'kube-apiserver of SURGELAB_BIN says 1.34.4; 1.37 was asked for',
    });
    expect(await missingPrograms('1.37', environment, ['etcd', 'kube-apiserver', 'prometheus'])).toBe(
      'for Kubernetes 1.37 these programs are missing: etcd, prometheus',
    );
  });
});

describe('a build', () => {
  const never = new AbortController().signal;

  it('without Go says what can be done instead', async () => {
    const building = buildProgram(recipe('etcd'), { ...cache('no-go'), PATH: '' }, never);
    await expect(building).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: 'there is no `go` on PATH to build the programs with',
      hint: expect.stringMatching(/install Go 1\.26[^]*SURGELAB_BIN[^]*--profile local/) as string,
    });
  });

  /** A Go that "builds" a program which prints the wrapper module it was built with; it takes `seconds` for it. */
  const fakeGo = (name: string, seconds: number) => {
    const bin = folder(name);
    writeFileSync(join(scratch, `${name}.mod`), 'module upstream\n\ngo 1.26\n');
    program(join(bin, 'go'), '');
    writeFileSync(
      join(bin, 'go'),
      `#!/bin/sh
if [ "$1" = mod ]; then echo '{"GoMod": "${join(scratch, `${name}.mod`)}"}'; exit; fi
sleep ${seconds}
for argument; do case $argument in -o=*) out=\${argument#-o=} ;; esac; done
mkdir -p "$(dirname "$out")"
{ echo '#!/bin/sh'; echo "cat <<END"; cat go.mod; echo END; } >"$out"
chmod +x "$out"
`,
    );
    return { ...cache(`${name}-cache`), PATH: `${bin}:/usr/bin:/bin` };
  };

  it('beside another of the same program gives both the one that is whole', async () => {
    const environment = fakeGo('both', 0.2);
    const build = () => buildProgram(recipe('adapter'), environment, never);
    const [one, two] = await Promise.all([build(), build()]);
    expect([one, two]).toEqual(Array(2).fill(join(cacheFolder(environment), cacheName(recipe('adapter')))));
    expect(readdirSync(cacheFolder(environment))).toEqual([dirname(cacheName(recipe('adapter')))]);
    expect(execFileSync(one, { encoding: 'utf8' })).toBe(
      'module surgelab.dev/bare/wrapper\n\ngo 1.26\n\nrequire sigs.k8s.io/prometheus-adapter v0.12.0\n',
    );
  });

  it('that is interrupted ends what it started and leaves nothing', async () => {
    const environment = fakeGo('slow', 60);
    const interrupt = new AbortController();
    const building = buildProgram(recipe('adapter'), environment, interrupt.signal);
    building.catch(() => undefined);
    while (readdirSync(scratch).every((name) => name !== 'slow-cache'))
      await new Promise((resolve) => setTimeout(resolve, 10));
    interrupt.abort();
    await expect(building).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(cacheFolder(environment))).toEqual([]);
  });

  it('with a Go that is too old names the one that is needed, and leaves nothing', async () => {
    const bin = folder('old-go');
    program(join(bin, 'go'), '', 0);
    writeFileSync(
      join(bin, 'go'),
      "#!/bin/sh\necho 'go: k8s.io/kubernetes@v1.37.2 requires go >= 1.26.0 (running go 1.21.3; GOTOOLCHAIN=local)' >&2\nexit 1\n",
    );
    const environment = { ...cache('old-go-cache'), PATH: `${bin}:/usr/bin:/bin` };
    await expect(buildProgram(recipe('kubectl'), environment, never)).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringMatching(/^Go 1\.26\.0 or newer is needed: go: k8s\.io/) as string,
    });
    expect(await findProgram(recipe('kubectl'), { ...environment, PATH: '' })).toMatchObject({ kind: 'missing' });
  });
});
