import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, moduleFiles } from './module-files.ts';

describe('the files that a program needs elsewhere', () => {
  it('leave out types, as Node does', () => {
    expect(
      importsOf(
        [
          "import type { A } from './a.ts';",
          "import { b } from './b.ts';",
          'import {',
          '  c,',
          '  type D,',
          "} from '../c.ts';",
          "export type { E } from './e.ts';",
          "export { f } from './f.ts';",
          "import './g.ts';",
          "const h = await import('./h.ts');",
          "// import { no } from './comment.ts' is prose",
        ].join('\n'),
      ),
    ).toEqual(['./b.ts', '../c.ts', './f.ts', './g.ts', './h.ts']);
  });

  it('are followed through files and packages', () => {
    const files: Readonly<Record<string, string>> = {
      'x/main.ts': "import { a } from './a.ts';\nimport { readFileSync } from 'node:fs';",
      'x/a.ts': "import { b } from '@scope/p/sub';\nimport { m } from '../y/m.ts';",
      'y/m.ts': "import { a } from '../x/a.ts';",
      'node_modules/@scope/p/package.json':
        '{ "dependencies": { "q": "1" }, "peerDependencies": { "r": "1", "s": "1" }, "peerDependenciesMeta": { "s": { "optional": true } } }',
      'node_modules/q/package.json': '{}',
      'node_modules/r/package.json': '{}',
    };
    expect(moduleFiles('x/main.ts', (path) => files[path]!)).toEqual({
      files: ['x/a.ts', 'x/main.ts', 'y/m.ts'],
      packages: ['@scope/p', 'q', 'r'],
    });
  });

  it('of the emulator hold no Kubernetes client and no engine', () => {
    const root = join(import.meta.dirname, '..', '..');
    const { files, packages } = moduleFiles('cluster/emulator/container-main.ts', (path) =>
      readFileSync(join(root, path), 'utf8'),
    );
    expect(files).toContain('cluster/emulator/server.ts');
    expect(files.filter((path) => /^(harness|reports|sim\/engine|cluster\/kube)\//.test(path))).toEqual([]);
    expect(packages).toContain('ws');
    expect(packages).not.toContain('@kubernetes/client-node');
  });
});
