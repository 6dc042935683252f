import { describe, it, expect } from 'vitest';
import type { PodTransition } from '../../model/record.ts';
import type { LifeState } from './lifecycle.ts';
import { NEWBORN, TRANSITIONS, after, allowed } from './lifecycle.ts';

const walk = (...events: readonly PodTransition[]): LifeState => events.reduce(after, NEWBORN);
const SERVING: readonly PodTransition[] = [
  'created',
  'scheduled',
  'container-started',
  'running',
  'model-ready',
  'ready',
  'endpoint-ready',
];

/** Each row: a life, as it happens to pods, that ends with the transition it is named after. */
const LIVES: Readonly<Record<PodTransition, readonly PodTransition[]>> = {
  created: ['created'],
  unschedulable: ['created', 'unschedulable'],
  scheduled: ['created', 'unschedulable', 'scheduled'],
  'container-started': ['created', 'scheduled', 'container-started'],
  'model-ready': ['created', 'scheduled', 'container-started', 'model-ready'],
  running: ['created', 'scheduled', 'container-started', 'model-ready', 'running'],
  ready: ['created', 'scheduled', 'container-started', 'running', 'model-ready', 'ready'],
  'not-ready': [...SERVING, 'container-exited', 'not-ready'],
  'endpoint-ready': SERVING,
  deleting: [...SERVING, 'deleting'],
  'endpoint-gone': [...SERVING, 'deleting', 'endpoint-gone'],
  'container-exited': [...SERVING, 'deleting', 'endpoint-gone', 'container-exited'],
  restarting: [...SERVING, 'container-exited', 'not-ready', 'endpoint-gone', 'restarting'],
  gone: [...SERVING, 'deleting', 'endpoint-gone', 'container-exited', 'gone'],
};

const refused = (events: readonly PodTransition[]): readonly string[] =>
  (Object.keys(TRANSITIONS) as PodTransition[]).filter((event) => !allowed(walk(...events), event));

describe('the life of a pod', () => {
  it.each(Object.entries(LIVES))('reaches %s, which changes exactly what its row says', (event, life) => {
    const before = walk(...life.slice(0, -1));
    expect(walk(...life)).toEqual({ ...before, ...TRANSITIONS[event as PodTransition].to });
  });

  it('refuses a row whose conditions do not hold, naming transition and state', () => {
    expect(() => after(NEWBORN, 'ready')).toThrow(/'ready' is not allowed in {"place":"queued"/);
  });

  it('has no way from gone but the balancer letting go', () => {
    const killed: readonly PodTransition[] = [...SERVING, 'deleting', 'container-exited', 'gone'];
    expect(Object.keys(TRANSITIONS).filter((e) => !refused(killed).includes(e))).toEqual([
      'not-ready',
      'endpoint-gone',
    ]);
  });

  it('serves no pod that is being deleted: it can neither become ready nor join', () => {
    expect(refused(['created', 'scheduled', 'container-started', 'running', 'deleting'])).toEqual(
      expect.arrayContaining(['ready', 'endpoint-ready', 'restarting', 'deleting']),
    );
  });

  it('starts a container anew with its model to load and the kubelet to see it', () => {
    expect(walk(...LIVES.restarting, 'container-started')).toMatchObject({
      container: 'up',
      model: 'loading',
      seen: false,
    });
  });
});
