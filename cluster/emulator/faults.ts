// Which injected fault, if any, meets this request now. Deterministic: the row's seed decides who is hit.

import { keyedUniform } from '../../model/rng.ts';
import type { EmulatorFault, MetricsFault, RequestFault, StreamFault } from './config.ts';

const FAULT_CAUSE = 0xfa17;

type Kind = EmulatorFault['kind'];

const REQUEST_FAULTS: ReadonlySet<Kind> = new Set<Kind>([
  'refuse',
  'stall',
  'slow-first-byte',
  'cut-answer',
  'garbage',
  'internal-error',
  'rate-limit',
]);
const STREAM_FAULTS: ReadonlySet<Kind> = new Set<Kind>(['cut-stream', 'wrong-close', 'mute']);
const METRICS_FAULTS: ReadonlySet<Kind> = new Set<Kind>(['metrics-refused', 'metrics-slow', 'metrics-broken']);

const pick = (
  faults: readonly EmulatorFault[],
  kinds: ReadonlySet<Kind>,
  nowMillis: number,
  seed: number,
): EmulatorFault | null =>
  faults.find(
    (fault, i) =>
      kinds.has(fault.kind) &&
      nowMillis >= fault.from * 1000 &&
      nowMillis < fault.until * 1000 &&
      keyedUniform(seed, FAULT_CAUSE + i) < fault.share,
  ) ?? null;

export const requestFault = (faults: readonly EmulatorFault[], nowMillis: number, seed: number): RequestFault | null =>
  pick(faults, REQUEST_FAULTS, nowMillis, seed) as RequestFault | null;

export const streamFault = (faults: readonly EmulatorFault[], nowMillis: number, seed: number): StreamFault | null =>
  pick(faults, STREAM_FAULTS, nowMillis, seed) as StreamFault | null;

export const metricsFault = (faults: readonly EmulatorFault[], nowMillis: number): MetricsFault | null =>
  pick(faults, METRICS_FAULTS, nowMillis, 0) as MetricsFault | null;
