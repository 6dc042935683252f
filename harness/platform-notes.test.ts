import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run as plan } from './commands/plan.ts';
import { run as shadow } from './commands/shadow.ts';
import { run as sweep } from './commands/sweep.ts';
import { run as tune } from './commands/tune.ts';
import { loadQuestion } from './question.ts';
import type { CommandContext } from './run-command.ts';
import { simulateQuestion } from './simulate-question.ts';

const folder = mkdtempSync(join(tmpdir(), 'surgelab-notes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hpaOf = (namespace: string, deployment: string): string => `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: mine, namespace: ${namespace} }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${deployment} }
  maxReplicas: 12
  metrics:
    - { type: Pods, pods: { metric: { name: asr_active_requests }, target: { type: AverageValue, averageValue: '4' } } }
`;

const scenario = join(folder, 'scenario.yaml');
const questionWith = (hpa: string) => {
  writeFileSync(join(folder, 'hpa.yaml'), hpa);
  writeFileSync(
    scenario,
    '{name: s, duration: 1m, platform: {manifests: [vendor-0.2.2, ./hpa.yaml]}, traffic: [{name: a, kind: short, arrivals: {kind: constant, rate: 1/s}, audio: 5s}]}',
  );
  return loadQuestion({ scenario });
};

describe('an HPA of the manifests that does not scale the service', () => {
  it('is told, and stands in the notes of the run', () => {
    const question = questionWith(hpaOf('speech', 'asr'));
    const note =
      'the HPA speech/mine scales the Deployment speech/asr, which is not the service: default/lightning-asr is scaled by the HPA lightning-asr';
    expect(question.notes).toEqual([note]);
    expect(simulateQuestion(question, false).header.notes).toEqual([note]);
  });

  it('is told where two scale the service', () => {
    expect(questionWith(hpaOf('default', 'lightning-asr')).notes).toEqual([
      'the HPA default/mine scales default/lightning-asr as well and is not used: lightning-asr is. Give one of them',
    ]);
  });

  it("is no surprise where it is the vendor's API server, which follows the replicas by another metric", () => {
    expect(loadQuestion({ scenario: 'bench' }).notes).toEqual([]);
  });
});

describe('commands that simulate many times', () => {
  const common = { scenario, out: join(folder, 'out') };
  const sweepOptions = { on: 'local', namespace: 'default', parallelism: '2' } as const;
  // Interrupted from the start: what is told is told before the first simulation, and no simulation has a way to tell.
  it.each<[string, (context: CommandContext) => Promise<number>]>([
    ['tune', (context) => tune({ ...common, seeds: '2', budget: '8' }, context)],
    ['plan', (context) => plan({ ...common, growth: '1', season: [], loseNodes: '0', seeds: '2' }, context)],
    ['sweep', (context) => sweep({ ...common, ...sweepOptions, vary: 'hpa.maxReplicas=4,8', seeds: '2' }, context)],
    [
      'shadow',
      (context) => shadow({ scenario, candidate: ['hpa.maxReplicas=8'], candidateManifests: [], seeds: '5' }, context),
    ],
  ])('%s tells it once', async (_name, command) => {
    questionWith(hpaOf('default', 'lightning-asr'));
    const told: string[] = [];
    const tell = (text: string): void => void told.push(text);
    const print = (): void => expect.unreachable('nothing is printed');
    await expect(command({ signal: AbortSignal.abort(), tell, print })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(told).toEqual([
      'note: the HPA default/mine scales default/lightning-asr as well and is not used: lightning-asr is. Give one of them',
    ]);
  });
});

it('tells what of the YAML was not used', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other, namespace: default}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n';
  expect(questionWith(deployment).notes).toEqual([
    expect.stringContaining('hpa.yaml metadata.name: the deployment other is not simulated'),
  ]);
});
