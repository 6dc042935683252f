import { expect, it } from 'vitest';
import { markup, trusted } from './html.ts';

it('escapes everything but what it made itself', () => {
  const list = ['a', '<b>'].map((x) => markup`<li title="${'"x"'}">${x}</li>`);
  expect(markup`<ul>${list}</ul>${null}${3}${trusted('<svg/>')}&amp;`.text).toBe(
    '<ul><li title="&quot;x&quot;">a</li><li title="&quot;x&quot;">&lt;b&gt;</li></ul>3<svg/>&amp;',
  );
});
