// A stand-in for the k6 program in tests: `version` and `run [flags] script.ts`, for scripts made of asynchronous calls. Written
// from k6's public documentation and the MIT types; it is not k6 and proves nothing about k6's speed. Covers: setup, scenarios
// with the per-vu-iterations executor, one module instance per VU, equal execution segments, JSON output, SIGINT. Does not: other executors, thresholds,
// summaries, k6's own metrics but http_reqs, blocking calls, extensions.

import { createWriteStream } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, resolve as resolvePath } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createGzip } from 'node:zlib';
import type { VuState } from './node-shim-modules.test-support.ts';
import { Abort, openFile, vuModules } from './node-shim-modules.test-support.ts';

const VERSION = process.env['SHIM_VERSION'] ?? 'k6 v1.6.0 (a stand-in on Node for tests, not k6)';
const MODULE = 'k6-shim:';

interface ScenarioOptions {
  readonly executor: string;
  readonly exec?: string;
  readonly vus?: number;
  readonly iterations?: number;
  readonly maxDuration?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

interface Script extends Readonly<Record<string, unknown>> {
  readonly options: { readonly scenarios: Readonly<Record<string, ScenarioOptions>> };
}

const vus: {
  readonly state: VuState;
  readonly modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}[] = [];
Object.assign(globalThis, { k6ShimModule: (vu: number, name: string) => vus[vu]!.modules[name] });

/** `k6/*` becomes a module of the VU that imports it; a file of the script becomes one instance per VU. */
registerHooks({
  resolve: (specifier, context, next) => {
    const vu = /[?&]vu=(\d+)/.exec(context.parentURL ?? '')?.[1];
    if (vu === undefined) return next(specifier, context);
    if (specifier.startsWith('k6/'))
      return { url: `${MODULE}${specifier}?vu=${vu}`, format: 'module', shortCircuit: true };
    const found = next(specifier, context);
    return { ...found, url: `${found.url}?vu=${vu}` };
  },
  load: (url, context, next) => {
    if (!url.startsWith(MODULE)) return next(url, context);
    const [name, query] = url.slice(MODULE.length).split('?vu=') as [string, string];
    const exports = vus[Number(query)]!.modules[name];
    if (exports === undefined) throw new Error(`the stand-in has no module ${name}`);
    // k6/execution has a default export only, whose members exist in a VU only.
    const names = name === 'k6/execution' ? [] : Object.keys(exports);
    const source = `const m = globalThis.k6ShimModule(${query}, ${JSON.stringify(name)}); export default m; export const { ${names.join(', ')} } = m;`;
    return { format: 'module', source, shortCircuit: true };
  },
});

const seconds = (text: string): number => {
  const match = /^(\d+)s$/.exec(text);
  if (match === null) throw new Error(`the stand-in reads durations in whole seconds only, got ${text}`);
  return Number(match[1]);
};

const flag = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

/** `--execution-segment=1/3:2/3` of equal parts → the second of three; everything without it. VUs are dealt out in turn. */
const segment = (args: readonly string[]): { readonly index: number; readonly of: number } => {
  const whole = args.find((arg) => arg.startsWith('--execution-segment-sequence='))?.split('=')[1];
  if (whole === undefined) return { index: 0, of: 1 };
  const own = args.find((arg) => arg.startsWith('--execution-segment='))!.split('=')[1]!;
  const ends = whole.split(',');
  return { index: ends.indexOf(own.split(':')[0]!), of: ends.length - 1 };
};

const run = async (args: readonly string[]): Promise<number> => {
  const file = args.at(-1)!;
  const path = resolvePath(file);
  const out = flag(args, '--out')!.replace(/^json=/, '');
  const disk = createWriteStream(out);
  const sink = out.endsWith('.gz') ? createGzip() : null;
  sink?.pipe(disk);
  const write = (line: string): void => void (sink ?? disk).write(`${line}\n`);
  const startedMillis = performance.now();
  const shared = new Map<string, readonly unknown[]>();
  const env = { ...process.env };
  Object.assign(globalThis, { __ENV: env, open: openFile(dirname(path)) });

  const newVu = async (): Promise<Script> => {
    const state: VuState = {
      id: vus.length,
      inInit: true,
      scenario: null,
      metadata: {},
      tags: {},
      shared,
      write,
      startedMillis,
    };
    vus.push({ state, modules: vuModules(state) });
    const script = (await import(`${pathToFileURL(path).href}?vu=${state.id}`)) as Script;
    state.inInit = false;
    return script;
  };
  const first = await newVu();
  const { scenarios } = first.options;
  const planned: { readonly name: string; readonly script: Script; readonly vu: number; readonly n: number }[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (!/^[0-9a-zA-Z_-]+$/.test(name)) throw new Error(`scenario name ${name}`);
    if (scenario.executor !== 'per-vu-iterations' || (scenario.iterations ?? 1) !== 1)
      throw new Error('the stand-in has the per-vu-iterations executor with one iteration only');
    const { index, of } = segment(args);
    for (let n = index; n < (scenario.vus ?? 1); n += of) {
      const script = await newVu();
      planned.push({ name, script, vu: vus.length - 1, n });
    }
  }
  const { setup } = first as { readonly setup?: () => Promise<unknown> };
  const data: unknown = JSON.parse(JSON.stringify((await setup?.()) ?? null));
  const startTime = Date.now();
  const longest = Math.max(...Object.values(scenarios).map(({ maxDuration }) => seconds(maxDuration ?? '600s')));
  const whole = Promise.all(
    planned.map(async ({ name, script, vu, n }) => {
      const { state } = vus[vu]!;
      const scenario = scenarios[name]!;
      state.scenario = { name, executor: scenario.executor, startTime, iterationInTest: n };
      state.tags = { ...scenario.tags, scenario: name };
      try {
        await (script[scenario.exec ?? 'default'] as (given: unknown) => Promise<void>)(structuredClone(data));
      } catch (error) {
        if (error instanceof Abort) throw error;
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      }
    }),
  );
  const stopped = new Promise<'stopped'>((resolve) => process.once('SIGINT', () => resolve('stopped')));
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), longest * 1000));
  const end = await Promise.race([whole.then(() => 'done' as const), stopped, late]);
  await new Promise<void>((resolve) => {
    disk.once('close', resolve);
    (sink ?? disk).end();
  });
  return end === 'stopped' ? 105 : 0;
};

const args = process.argv.slice(2);
if (args[0] === 'version') process.stdout.write(`${VERSION}\n`);
else
  try {
    process.exit(await run(args));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(error instanceof Abort ? 108 : 107);
  }
