import { describe, expect, it } from 'vitest';
import {
  fnv1a64,
  groupPhaseNanos,
  labelsHash,
  serverSeed,
  targetHash,
  targetPhaseNanos,
  xxHash64,
} from './target-hash.ts';

const SECOND = 1_000_000_000n;

describe('hashes', () => {
  it('are FNV-1a and xxHash64 of the published test vectors', () => {
    expect(['', 'a', 'foobar'].map((text) => fnv1a64(text).toString(16))).toEqual([
      'cbf29ce484222325',
      'af63dc4c8601ec8c',
      '85944171f73967e8',
    ]);
    expect(
      [xxHash64(''), xxHash64('a'), xxHash64('as'), xxHash64('asd'), xxHash64('asdf')].map((h) => h.toString(16)),
    ).toEqual(['ef46db3751d8e999', 'd24ec4f1a98c6e5b', '1c330fb2d66be179', '631c37ce72a97393', '415872f599cea71e']);
    expect(xxHash64('Call me Ishmael. Some years ago--never mind how long precisely-').toString(16)).toBe(
      '2a2e85470d6fd96',
    );
  });

  it('of labels differ between the versions from 128 bytes on, where the length is written in another way', () => {
    const of = (length: number) => ({ file: 'x'.repeat(length) });
    expect(labelsHash(of(127), '2.53')).toBe(labelsHash(of(127), '3'));
    expect(labelsHash(of(128), '2.53')).not.toBe(labelsHash(of(128), '3'));
    expect(labelsHash(of(300), '2.53')).not.toBe(labelsHash(of(300), '3'));
  });
});

describe('when a target is scraped', () => {
  const labels = { __address__: '10.0.1.2:9090', job: 'asr', pod: 'a' };
  const url = 'http://10.0.1.2:9090/metrics';
  const phase = (of: Record<string, string>, seed: bigint) =>
    targetPhaseNanos(targetHash(of, url, '2.53'), seed, 15n * SECOND);

  it('keeps its phase over restarts; another pod, replica or internal label draws a new one', () => {
    const seed = serverSeed('prometheus-0', {});
    expect(phase(labels, seed)).toBe(phase({ ...labels }, seed));
    expect(phase({ ...labels, pod: 'b' }, seed)).not.toBe(phase(labels, seed));
    expect(phase({ ...labels, __tmp_hash: '0' }, seed)).not.toBe(phase(labels, seed));
    expect(phase(labels, serverSeed('prometheus-1', {}))).not.toBe(phase(labels, seed));
  });

  it('phases of many pods are uniform over the interval', () => {
    const seed = serverSeed('prometheus-0', {});
    const quarters = [0, 0, 0, 0];
    for (let i = 0; i < 800; i++)
      quarters[Number((phase({ ...labels, pod: `pod-${i}` }, seed) * 4n) / (15n * SECOND))]! += 1;
    expect(quarters.every((n) => n > 150 && n < 250)).toBe(true);
  });

  it('a rule group has the phase of its name and file', () => {
    const group = { name: 'asr_aggregations', file: 'rules/asr.yaml' };
    expect(groupPhaseNanos(group, 15n * SECOND, '2.53')).toBe(12888670903n);
  });
});
