import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadQuestion } from './question.ts';
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

const questionWith = (hpa: string) => {
  writeFileSync(join(folder, 'hpa.yaml'), hpa);
  const scenario = join(folder, 'scenario.yaml');
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

it('tells what of the YAML was not used', () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other, namespace: default}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n';
  expect(questionWith(deployment).notes).toEqual([
    expect.stringContaining('hpa.yaml metadata.name: the deployment other is not simulated'),
  ]);
});
