import { expect, it } from 'vitest';
import { fieldTable } from './field-table.test-support.ts';

it('docs/scenario-fields.md lists every key of the schema with its default (refresh with vitest -u)', async () => {
  await expect(fieldTable()).toMatchFileSnapshot('../docs/scenario-fields.md');
});
