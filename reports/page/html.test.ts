import { expect, it } from 'vitest';
import { html, trusted } from './html.ts';

it('escapes everything but what it made itself', () => {
  const list = ['a', '<b>'].map((x) => html`<li title="${'"x"'}">${x}</li>`);
  expect(
    html`<ul>
        ${list}
      </ul>
      ${null}${3}${trusted('<svg/>')}&amp;`.text,
  ).toBe('<ul><li title="&quot;x&quot;">a</li><li title="&quot;x&quot;">&lt;b&gt;</li></ul>3<svg/>&amp;');
});
