// Pages are handled as byte strings: one character per byte, codes 0 to 255, as `Buffer.toString('latin1')` gives them.
// So positions and limits count bytes, as Prometheus does, and broken UTF-8 survives. Text is decoded only where a name
// or value leaves the page.

const HIGH = /[\x80-\xff]/;

const continuation = (bytes: string, at: number): number => {
  const code = at < bytes.length ? bytes.charCodeAt(at) : 0;
  return code >= 0x80 && code < 0xc0 ? code & 0x3f : -1;
};

/** Length of the UTF-8 sequence that starts with this byte; 0 if none can. */
const sequenceLength = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;

/** Smallest code point that needs a sequence of this length (shorter ones are overlong, hence invalid). */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000] as const;

/** The code point that starts at `at` and its length in bytes, or null where the bytes are not UTF-8. */
export const codePointAt = (bytes: string, at: number): { readonly code: number; readonly length: number } | null => {
  const lead = bytes.charCodeAt(at);
  const length = sequenceLength(lead);
  if (length === 0) return null;
  if (length === 1) return { code: lead, length };
  let code = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const part = continuation(bytes, at + i);
    if (part < 0) return null;
    code = (code << 6) | part;
  }
  const valid = code >= SMALLEST[length]! && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? { code, length } : null;
};

/** The text of a byte string, or null if it is not valid UTF-8. */
export const decodeUtf8 = (bytes: string): string | null => {
  if (!HIGH.test(bytes)) return bytes;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const point = codePointAt(bytes, at);
    if (point === null) return null;
    text += String.fromCodePoint(point.code);
    at += point.length;
  }
  return text;
};

/** The byte string of a text. */
export const encodeUtf8 = (text: string): string => {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  let bytes = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes += character;
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000)
      bytes += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes += String.fromCharCode(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 0x3f),
        0x80 | ((code >> 6) & 0x3f),
        0x80 | (code & 0x3f),
      );
  }
  return bytes;
};
