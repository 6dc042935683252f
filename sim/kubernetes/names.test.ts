import { describe, it, expect } from 'vitest';
import { stream } from '../../model/rng.ts';
import { nameSuffix, podIp, podUid, templateHash } from './names.ts';

describe('names', () => {
  it('have the form Kubernetes gives them', () => {
    const rng = stream(7, 'name');
    for (let i = 0; i < 200; i++) {
      expect(nameSuffix(rng)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(podUid(rng)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('hash the template into the ten letters that decimal digits become', () => {
    expect(templateHash('lightning-asr', 'asr:1')).toMatch(/^[456789bcdf]{1,10}$/);
    expect(templateHash('lightning-asr', 'asr:1')).not.toBe(templateHash('lightning-asr', 'asr:2'));
  });

  it('gives each ordinal an address of its own', () => {
    expect([0, 255, 256, 65_536].map(podIp)).toEqual(['10.128.0.0', '10.128.0.255', '10.128.1.0', '10.129.0.0']);
  });
});
