import { expect, it } from 'vitest';
import { OVERRIDES } from './overrides.ts';

it('docs/set-paths.md lists every path that `set` takes (refresh with vitest -u)', async () => {
  const rows = Object.entries(OVERRIDES).map(([path, { takes, does }]) => `| \`${path}\` | ${takes} | ${does} |`);
  await expect(['| path | takes | meaning |', '|---|---|---|', ...rows, ''].join('\n')).toMatchFileSnapshot(
    '../../docs/set-paths.md',
  );
});
