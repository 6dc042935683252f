// Runs the cluster machine alone under virtual time: timed inputs in, outputs with their instants out. Its caller says when
// a terminating pod has nothing in service. For tests and replays of recordings; a whole world is sim/world.ts's.

import type { LifeEvent } from '../../model/record.ts';
import type { Millis } from '../../model/units.ts';
import { millis } from '../../model/units.ts';
import { Engine } from '../engine/engine.ts';
import type { ClusterConfig, ClusterInput, ClusterOutput, PodOrdinal } from './cluster-interface.ts';
import type { Cluster } from './cluster.ts';
import { createCluster, step } from './cluster.ts';

export interface TimedInput {
  readonly at: number;
  readonly input: ClusterInput;
}

export interface DriveOptions {
  /** Instant of the input `start`. */
  readonly startMillis?: number;
  readonly untilMillis: number;
  /** When the pod, asked at `now`, has nothing in service; `now` if absent. */
  readonly idleAt?: (pod: PodOrdinal, now: number) => number;
  /** Called after every input, for laws that hold throughout. */
  readonly watch?: (cluster: Cluster, now: Millis) => void;
}

export interface Driven {
  readonly cluster: Cluster;
  readonly outputs: readonly { readonly at: number; readonly output: ClusterOutput }[];
  readonly life: readonly LifeEvent[];
}

/** At equal instants: timed inputs in their order, then timers and idle answers in the order in which they were asked for. */
const GIVEN = 0;
const ASKED = 1;

export const drive = (config: ClusterConfig, inputs: readonly TimedInput[], options: DriveOptions): Driven => {
  const cluster = createCluster(config);
  const engine = new Engine();
  const pending: ClusterInput[] = inputs.map(({ input }) => input);
  const outputs: { at: number; output: ClusterOutput }[] = [];
  const ask = (at: number, input: ClusterInput): void => {
    engine.schedule(at, ASKED, pending.push(input) - 1);
  };
  const feed = (now: number, input: ClusterInput): void => {
    for (const output of step(cluster, input, millis(now))) {
      outputs.push({ at: now, output });
      if (output.kind === 'timer') ask(output.atMillis, { kind: 'timer', timer: output.timer });
      if (output.kind === 'await-idle')
        ask(options.idleAt?.(output.pod, now) ?? now, { kind: 'idle', pod: output.pod });
    }
    options.watch?.(cluster, millis(now));
  };
  const handle = (now: number, index: number): void => {
    feed(now, pending[index]!);
  };
  engine.on(GIVEN, handle);
  engine.on(ASKED, handle);
  engine.now = options.startMillis ?? 0;
  inputs.forEach(({ at }, index) => engine.schedule(at, GIVEN, index));
  feed(engine.now, { kind: 'start' });
  engine.run(options.untilMillis);
  return { cluster, outputs, life: outputs.flatMap(({ output }) => (output.kind === 'life' ? [output.event] : [])) };
};
