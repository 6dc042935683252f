// How long is this audio? From a WAV header, else from the declared encoding and the count of bytes, else (compressed
// files) from an assumed bit rate. Takes the first bytes and the total; never needs the whole body.

export type Encoding = 'linear16' | 'linear32' | 'alaw' | 'mulaw' | 'opus' | 'ogg_opus';

/** Bytes per sample; null where the length cannot be read from a byte count (wire-protocol.md 5.1). */
export const BYTES_PER_SAMPLE: Readonly<Record<Encoding, number | null>> = {
  linear16: 2,
  linear32: 4,
  alaw: 1,
  mulaw: 1,
  opus: null,
  ogg_opus: null,
};

export const isEncoding = (text: string): text is Encoding => text in BYTES_PER_SAMPLE;

export type AudioLength =
  | {
      readonly kind: 'seconds';
      readonly seconds: number;
      readonly from: 'wav-header' | 'byte-count' | 'assumed-bit-rate';
    }
  | { readonly kind: 'unsupported' };

/**
 * Seconds of audio by a RIFF/WAVE header: chunks are walked, not 44 bytes assumed. The data size of a header that was
 * written before the length was known (0 or 0xffffffff) is replaced by what followed. Null if this is no WAV.
 */
const wavSeconds = (head: Buffer, totalBytes: number): number | null => {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE')
    return null;
  let byteRate = 0;
  for (let at = 12; at + 8 <= head.length;) {
    const id = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    const body = at + 8;
    if (id === 'fmt ' && body + 12 <= head.length) byteRate = head.readUInt32LE(body + 8);
    if (id === 'data') {
      const present = Math.max(0, totalBytes - body);
      return byteRate === 0 ? null : Math.min(size === 0 || size === 0xffffffff ? present : size, present) / byteRate;
    }
    at = body + size + (size & 1);
  }
  return null;
};

const COMPRESSED: readonly (readonly [offset: number, magic: string])[] = [
  [0, 'ID3'],
  [0, 'fLaC'],
  [0, 'OggS'],
  [4, 'ftyp'],
  [0, '\x1a\x45\xdf\xa3'],
];

const isCompressed = (head: Buffer): boolean =>
  COMPRESSED.some(([offset, magic]) => head.toString('latin1', offset, offset + magic.length) === magic) ||
  (head.length > 1 && head[0] === 0xff && (head[1]! & 0xe0) === 0xe0);

/**
 * @param head the first bytes of the file, up to a few KB
 * @param totalBytes of the whole file
 * @param encoding as declared; null = read from the file's header, raw bytes count as linear16
 */
export const audioLength = (
  head: Buffer,
  totalBytes: number,
  encoding: Encoding | null,
  sampleRate: number,
  compressedBytesPerSecond: number,
): AudioLength => {
  const wav = wavSeconds(head, totalBytes);
  if (wav !== null) return { kind: 'seconds', seconds: wav, from: 'wav-header' };
  if (totalBytes === 0) return { kind: 'unsupported' };
  const width = encoding === null ? (isCompressed(head) ? null : 2) : BYTES_PER_SAMPLE[encoding];
  return width === null
    ? { kind: 'seconds', seconds: totalBytes / compressedBytesPerSecond, from: 'assumed-bit-rate' }
    : { kind: 'seconds', seconds: totalBytes / (width * sampleRate), from: 'byte-count' };
};

export interface MultipartFile {
  readonly head: Buffer;
  readonly bytes: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** The file field `audio` (or `file`) and the text fields of a multipart/form-data body; null if there is no file. */
export const multipartFile = (body: Buffer, contentType: string): MultipartFile | null => {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  const mark = Buffer.from(`--${boundary}`);
  const fields: Record<string, string> = {};
  let file: { head: Buffer; bytes: number } | null = null;
  for (let at = body.indexOf(mark); at !== -1;) {
    const next = body.indexOf(mark, at + mark.length);
    if (next === -1) break;
    const headerEnd = body.indexOf('\r\n\r\n', at);
    if (headerEnd !== -1 && headerEnd < next) {
      const header = body.toString('latin1', at + mark.length, headerEnd);
      const content = body.subarray(headerEnd + 4, next - 2);
      const name = /name="([^"]*)"/.exec(header)?.[1] ?? '';
      if (/filename="/.test(header) || name === 'audio' || name === 'file')
        file = { head: content.subarray(0, 4096), bytes: content.length };
      else fields[name] = content.toString('utf8');
    }
    at = next;
  }
  return file === null ? null : { ...file, fields };
};
