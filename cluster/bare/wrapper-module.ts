// The go.mod of a throw-away module that requires the program's module. `go install PATH@VERSION` refuses modules with
// replace directives, and k8s.io/kubernetes replaces its staging modules by folders that its published zip does not hold;
// each of them is published on its own as v0.MINOR.PATCH. Pure: upstream's go.mod in, ours out.

import type { Recipe } from './recipes.ts';

/** `go 1.26.0` and `godebug default=go1.26`: they decide how the runtime of the program behaves, so they are kept. */
const keptLines = (upstream: string): string[] =>
  [...upstream.matchAll(/^(?:go|godebug) [^(\n]+$/gm)].map(([line]) => line.trim()).concat(godebugBlock(upstream));

const godebugBlock = (upstream: string): string[] => {
  const block = /^godebug \([\s\S]*?^\)/m.exec(upstream);
  return block === null ? [] : [block[0]];
};

/** `v1.37.2` → `v0.37.2` */
const stagingVersion = (version: string): string => version.replace(/^v1\./, 'v0.');

const stagingModules = (upstream: string): string[] =>
  [...upstream.matchAll(/^\s*(?:replace )?(\S+) => \.\/staging\/\S+$/gm)].map((match) => match[1]!);

/** @param upstream text of the go.mod that the program's module was published with */
export const wrapperModule = ({ module, version }: Recipe, upstream: string): string => {
  const staging = stagingModules(upstream).map((name) => `\t${name} => ${name} ${stagingVersion(version)}`);
  return [
    'module surgelab.dev/bare/wrapper',
    '',
    ...keptLines(upstream),
    '',
    `require ${module} ${version}`,
    ...(staging.length === 0 ? [] : ['', 'replace (', ...staging, ')']),
    '',
  ].join('\n');
};

/** Arguments of `go` that build the program into `output`. */
export const buildArguments = (recipe: Recipe, output: string): string[] => [
  'build',
  '-trimpath',
  '-buildvcs=false',
  `-tags=${recipe.tags.join(',')}`,
  `-ldflags=${['-s', '-w', ...Object.entries(recipe.stamps).map(([name, value]) => `-X ${name}=${value}`)].join(' ')}`,
  `-o=${output}`,
  recipe.package,
];
