import { describe, expect, it } from 'vitest';
import type { MachineFacts } from './preflight.ts';
import { obstacles } from './preflight.ts';

const well: MachineFacts = {
  platform: 'linux',
  docker: '20.10.24',
  runtime: 'runc',
  capabilityBounds: '000001ffffffffff',
  inotifyInstances: 128,
  memoryAvailableBytes: 16e9,
};

const whats = (change: Partial<MachineFacts>, workers = 2): readonly string[] =>
  obstacles({ ...well, ...change }, workers).map(({ what }) => what);

describe('what is in the way of a kind cluster', () => {
  it('is nothing on a machine that has it all', () => {
    expect(whats({})).toEqual([]);
  });

  it('is Docker alone as long as nobody answers', () => {
    expect(whats({ docker: null, inotifyInstances: 1 })).toEqual(['docker is not installed']);
    expect(whats({ docker: '', inotifyInstances: 1 })).toEqual(['dockerd does not answer']);
  });

  it('is a missing capability, unless dockerd asks for no more than there is', () => {
    const withheld = '000001fffeffffff'; // without bit 24, CAP_SYS_RESOURCE
    expect(whats({ capabilityBounds: withheld })).toEqual([
      'this machine withholds capabilities (CapBnd 000001fffeffffff), so that privileged containers do not start',
    ]);
    expect(whats({ capabilityBounds: withheld, runtime: 'within-bounds' })).toEqual([]);
  });

  it('is the number of inotify instances from the fifth worker on, and memory', () => {
    expect(whats({}, 4)).toEqual([]);
    expect(whats({ memoryAvailableBytes: 1e9 }, 5)).toEqual([
      '5 workers need about 138 inotify instances, this machine gives 128',
      '5 workers need about 1.7 GB of memory, 1.0 GB are free',
    ]);
  });

  it('is told with a fix for each', () => {
    for (const { fix } of obstacles({ ...well, platform: 'darwin', inotifyInstances: 1, memoryAvailableBytes: 1 }, 2))
      expect(fix).toMatch(/\w/);
    expect(obstacles({ ...well, platform: 'darwin', inotifyInstances: 1, memoryAvailableBytes: 1 }, 2)).toHaveLength(3);
  });
});
