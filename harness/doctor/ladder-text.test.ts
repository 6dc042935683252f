import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unknown } from '../../cluster/doctor/facts.ts';
import { HEALTHY, valueOf } from '../../cluster/doctor/healthy-facts.test-support.ts';
import { climb } from '../../cluster/doctor/ladder.ts';
import { known } from '../../cluster/doctor/facts.ts';
import { exitCodeOf } from '../commands/doctor.ts';
import type { Paint } from './ladder-text.ts';
import { ladderText, stepText } from './ladder-text.ts';

const plain: Paint = (_, text) => text;
const [service] = valueOf('services');
const wrongPort = climb({
  ...HEALTHY,
  services: known([{ ...service!, ports: [{ ...service!.ports[0]!, targetPort: 2269 }] }]),
});

it('says what was found and expected, where to look, the cause and the fix', () => {
  expect(stepText(wrongPort[3]!, plain)).toBe(` 4 BROKEN   Service exists and its port name is the monitor’s
            found     no port leads there: lightning-asr-metrics metrics 9090→2269
            expected  a Service of the pods with a port named metrics that leads to 9090
            look      kubectl -n asr get services -o wide
                      kubectl -n asr get endpointslices
            cause     T8: the guide says port 2269; the chart exposes and scrapes 9090
            fix       one port in containerPort, Service targetPort and monitor; look which one answers with /metrics`);
});

it('says which rung one waits for', () => {
  expect(stepText(wrongPort[4]!, plain)).toBe(` 5 -        a monitor selects the Service, Prometheus takes it
            not checked because rung 4 is broken or not checked`);
});

it('begins with what is asked about and ends with the verdict', () => {
  const lines = ladderText(HEALTHY, wrongPort, plain).split('\n');
  expect(lines[0]).toBe(
    'Deployment lightning-asr in namespace asr, HPA lightning-asr; expected is what the manifests say; Prometheus http://prometheus:9090',
  );
  expect(lines.at(-1)).toBe('first broken rung: 4, Service exists and its port name is the monitor’s');
  expect(ladderText(HEALTHY, climb(HEALTHY), plain).split('\n').at(-1)).toBe('all 14 rungs hold');
});

it('paints the state, and nothing where it is told not to', () => {
  const painted = stepText(wrongPort[3]!, (colour, text) => `<${colour}>${text}</>`);
  expect(painted.split('\n')[0]).toBe(' 4 <red>BROKEN  </> Service exists and its port name is the monitor’s');
});

it('ends with 0 when all hold, 40 when some are undecided, else 40 + the first broken rung', () => {
  const undecided = climb({ ...HEALTHY, prometheus: unknown('not found') });
  expect([climb(HEALTHY), undecided, wrongPort].map(exitCodeOf)).toEqual([0, 40, 44]);
});

it('is documented: number, title and exit code of every rung', () => {
  const rows = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((row) => /^\| \d/.test(row))
    .map((row) => row.split(' | ').slice(0, 2).join(' | '));
  expect(rows).toEqual(climb(HEALTHY).map(({ number, title }) => `| ${number} ${title} | ${40 + number}`));
});
