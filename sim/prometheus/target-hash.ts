// When a target is scraped: its hash, the server's seed, and the phase that both give (metrics-path.md 1.1,
// golden/scrape README). Also the phase of a rule group (1.6). Hashes are unsigned 64-bit integers as BigInt.

import type { PrometheusVersion } from '../../model/platform.ts';
import type { Labels } from './store.ts';
import { encodeUtf8 } from './exposition/utf8.ts';

const MASK = 0xffffffffffffffffn;

const FNV_OFFSET = 14695981039346656037n;
const FNV_PRIME = 1099511628211n;

/** FNV-1a, 64 bits, of a text's UTF-8 bytes. */
export const fnv1a64 = (text: string): bigint => {
  let hash = FNV_OFFSET;
  const bytes = encodeUtf8(text);
  for (let i = 0; i < bytes.length; i++) hash = ((hash ^ BigInt(bytes.charCodeAt(i))) * FNV_PRIME) & MASK;
  return hash;
};

const P1 = 11400714785074694791n;
const P2 = 14029467366897019727n;
const P3 = 1609587929392839161n;
const P4 = 9650029242287828579n;
const P5 = 2870177450012600261n;

const rotate = (x: bigint, bits: bigint): bigint => ((x << bits) | (x >> (64n - bits))) & MASK;
const round = (acc: bigint, lane: bigint): bigint => (rotate((acc + lane * P2) & MASK, 31n) * P1) & MASK;
const merge = (hash: bigint, acc: bigint): bigint => ((hash ^ round(0n, acc)) * P1 + P4) & MASK;

/** xxHash64 with seed 0 of a byte string (one character per byte). */
export const xxHash64 = (bytes: string): bigint => {
  const little = (at: number, size: number): bigint => {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.charCodeAt(at + i));
    return value;
  };
  let at = 0;
  let hash: bigint;
  if (bytes.length >= 32) {
    let [a, b, c, d] = [(P1 + P2) & MASK, P2, 0n, MASK - P1 + 1n];
    for (; at + 32 <= bytes.length; at += 32) {
      a = round(a, little(at, 8));
      b = round(b, little(at + 8, 8));
      c = round(c, little(at + 16, 8));
      d = round(d, little(at + 24, 8));
    }
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const acc of [a, b, c, d]) hash = merge(hash, acc);
  } else hash = P5;
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) hash = (rotate(hash ^ round(0n, little(at, 8)), 27n) * P1 + P4) & MASK;
  if (at + 4 <= bytes.length) {
    hash = (rotate(hash ^ ((little(at, 4) * P1) & MASK), 23n) * P2 + P3) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = (rotate(hash ^ ((BigInt(bytes.charCodeAt(at)) * P5) & MASK), 11n) * P1) & MASK;
  }
  hash = ((hash ^ (hash >> 33n)) * P2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * P3) & MASK;
  return hash ^ (hash >> 32n);
};

/** Length in front of a string: 2.53 a uvarint; 3.16 one byte up to 254, else 0xff and three bytes, little end first. */
const lengthPrefix = (length: number, version: PrometheusVersion): string => {
  if (version === '3') {
    return length < 255
      ? String.fromCharCode(length)
      : String.fromCharCode(255, length & 255, (length >> 8) & 255, (length >> 16) & 255);
  }
  let text = '';
  for (; length >= 128; length >>= 7) text += String.fromCharCode((length & 127) | 128);
  return text + String.fromCharCode(length);
};

/** Prometheus' hash of a label set in release builds (stringlabels): xxHash64 over length-prefixed names and values. */
export const labelsHash = (labels: Labels, version: PrometheusVersion): bigint => {
  let data = '';
  for (const name of Object.keys(labels).sort()) {
    for (const text of [name, labels[name]!]) {
      const bytes = encodeUtf8(text);
      data += lengthPrefix(bytes.length, version) + bytes;
    }
  }
  return xxHash64(data);
};

/** Hash of a target: all labels left after relabelling, the internal ones too, and its URL. */
export const targetHash = (allLabels: Labels, url: string, version: PrometheusVersion): bigint =>
  fnv1a64(labelsHash(allLabels, version).toString().padStart(16, '0') + url);

/** Seed of a server: its fully qualified host name and its external labels. */
export const serverSeed = (hostName: string, externalLabels: Labels): bigint => {
  const pairs = Object.keys(externalLabels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(externalLabels[name])}`);
  return fnv1a64(`${hostName}{${pairs.join(', ')}}`);
};

/** The target is scraped when Unix time in ns mod interval equals this phase (ns). */
export const targetPhaseNanos = (hash: bigint, seed: bigint, intervalNanos: bigint): bigint =>
  (hash ^ seed) % intervalNanos;

/** The group is evaluated when Unix time in ns mod interval equals this phase (ns). */
export const groupPhaseNanos = (
  group: { readonly name: string; readonly file: string },
  intervalNanos: bigint,
  version: PrometheusVersion,
): bigint => labelsHash({ file: group.file, name: group.name }, version) % intervalNanos;
