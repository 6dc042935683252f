import { describe, expect, it } from 'vitest';
import { smallPlatform } from '../small-world.test-support.ts';
import { scheduledGroups } from './rules.ts';

const phasesOf = (file: string): number[] =>
  scheduledGroups({
    ...smallPlatform(),
    ruleGroups: [{ file, group: { name: 'asr', interval: '30s', rules: [{ record: 'asr:x', expr: 'vector(1)' }] } }],
  }).map(({ phaseMillis }) => phaseMillis);

describe('the phase of a rule group', () => {
  it('does not depend on the folder from which the YAML was read', () => {
    expect(phasesOf('../a/rules.yaml')).toEqual(phasesOf('rules.yaml'));
  });

  it('depends on the name of the file', () => {
    expect(phasesOf('other.yaml')).not.toEqual(phasesOf('rules.yaml'));
  });
});
