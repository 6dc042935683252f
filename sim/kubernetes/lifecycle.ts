// The life of a pod as a table: what each transition needs and what it changes. Place, container, model, readiness and
// endpoint move independently (a model may be ready before the kubelet noticed its container), hence conditions on fields
// rather than one state name. When a transition happens is decided elsewhere; that it may is decided here.

import type { PodTransition } from '../../model/record.ts';

export interface LifeState {
  /** queued: the scheduler has not looked yet. */
  readonly place: 'queued' | 'unschedulable' | 'bound';
  readonly container: 'none' | 'starting' | 'up' | 'exited';
  readonly model: 'none' | 'loading' | 'loaded';
  /** The kubelet saw this container run. */
  readonly seen: boolean;
  readonly ready: boolean;
  readonly endpoint: 'out' | 'in';
  readonly deleting: boolean;
  readonly gone: boolean;
}

export const NEWBORN: LifeState = {
  place: 'queued',
  container: 'none',
  model: 'none',
  seen: false,
  ready: false,
  endpoint: 'out',
  deleting: false,
  gone: false,
};

export interface Transition {
  /** Every named field holds one of the values. */
  readonly from: { readonly [K in keyof LifeState]?: readonly LifeState[K][] };
  readonly to: Partial<LifeState>;
}

export const TRANSITIONS: Readonly<Record<PodTransition, Transition>> = {
  created: { from: { place: ['queued'], container: ['none'], deleting: [false], gone: [false] }, to: {} },
  unschedulable: { from: { place: ['queued'], deleting: [false] }, to: { place: 'unschedulable' } },
  scheduled: {
    from: { place: ['queued', 'unschedulable'], deleting: [false] },
    to: { place: 'bound', container: 'starting' },
  },
  'container-started': { from: { container: ['starting'], gone: [false] }, to: { container: 'up', model: 'loading' } },
  'model-ready': { from: { container: ['up'], model: ['loading'] }, to: { model: 'loaded' } },
  running: { from: { container: ['up'], seen: [false] }, to: { seen: true } },
  ready: { from: { container: ['up'], seen: [true], ready: [false], deleting: [false] }, to: { ready: true } },
  'not-ready': { from: { ready: [true] }, to: { ready: false } },
  'endpoint-ready': {
    from: { endpoint: ['out'], ready: [true], deleting: [false], gone: [false] },
    to: { endpoint: 'in' },
  },
  deleting: { from: { deleting: [false], gone: [false] }, to: { deleting: true } },
  // May follow `gone`: a killed pod's object vanishes before the balancer hears of it.
  'endpoint-gone': { from: { endpoint: ['in'] }, to: { endpoint: 'out' } },
  'container-exited': {
    from: { container: ['starting', 'up'] },
    to: { container: 'exited', model: 'none', seen: false },
  },
  restarting: { from: { container: ['exited'], deleting: [false], gone: [false] }, to: { container: 'starting' } },
  gone: { from: { container: ['none', 'exited'], deleting: [true], gone: [false] }, to: { gone: true } },
};

export const allowed = (state: LifeState, event: PodTransition): boolean => {
  const from: Readonly<Record<string, readonly unknown[] | undefined>> = TRANSITIONS[event].from;
  const fields: Readonly<Record<string, unknown>> = { ...state };
  return Object.keys(from).every((field) => from[field]!.includes(fields[field]));
};

/** The state after `event`. Throws if the table does not allow it: that is a bug of the machine, not of its input. */
export const after = (state: LifeState, event: PodTransition): LifeState => {
  if (!allowed(state, event)) throw new Error(`pod transition '${event}' is not allowed in ${JSON.stringify(state)}`);
  return { ...state, ...TRANSITIONS[event].to };
};
