// What a program of this repository needs to run elsewhere: its source files and packages, found by following the imports
// of its entry. Types are left out, as Node leaves them out. Reading is the caller's; pure otherwise.

import { posix } from 'node:path';

export interface ModuleFiles {
  /** Paths from the repository's root, sorted. */
  readonly files: readonly string[];
  /** Names of packages below node_modules, those that packages need included, sorted. */
  readonly packages: readonly string[];
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const IMPORTS = [/^\s*(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm, /\bimport\(\s*'([^']+)'\s*\)/g];

/** Specifiers that Node loads at run time. */
export const importsOf = (source: string): readonly string[] => [
  ...new Set(IMPORTS.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1]!))),
];

/** `@scope/name/sub` → `@scope/name` */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/**
 * @param read text of a path from the repository's root
 * @example moduleFiles('cluster/emulator/container-main.ts', (path) => readFileSync(path, 'utf8'))
 */
export const moduleFiles = (entry: string, read: (path: string) => string): ModuleFiles => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const addPackage = (name: string): void => {
    if (packages.has(name)) return;
    packages.add(name);
    const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      read(`node_modules/${name}/package.json`),
    ) as PackageJson;
    const peers = Object.keys(peerDependencies ?? {}).filter((peer) => peerDependenciesMeta?.[peer]?.optional !== true);
    [...Object.keys(dependencies ?? {}), ...peers].forEach(addPackage);
  };
  const addFile = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    if (!path.endsWith('.ts')) return;
    for (const specifier of importsOf(read(path))) {
      if (specifier.startsWith('node:')) continue;
      if (specifier.startsWith('.')) addFile(posix.join(posix.dirname(path), specifier));
      else addPackage(packageOf(specifier));
    }
  };
  addFile(entry);
  return { files: [...files].sort(), packages: [...packages].sort() };
};
