// The capacity of every GPU type on all cores: one curve per type and seed, each in a worker.

import { TestbedError } from '../../model/errors.ts';
import { GPU_SPEED } from '../../model/service-time.ts';
import type { ScenarioOptions } from '../question.ts';
import type { CapacityTask } from './capacity-worker.ts';
import { workerPool } from '../worker-pool.ts';

export interface CurvesRequest {
  readonly options: ScenarioOptions;
  readonly seeds: number;
  readonly signal: AbortSignal;
}

/** Curves by GPU type; none where the schedule has neither utterances nor files. Throws INTERRUPTED. */
export const capacityCurves = async (
  request: CurvesRequest,
  maxReplicas: number,
): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> => {
  const pool = workerPool(new URL('./capacity-worker.ts', import.meta.url));
  try {
    const asked = Object.keys(GPU_SPEED).flatMap((gpu) =>
      Array.from({ length: request.seeds }, (_, seed): CapacityTask => ({
        options: request.options,
        gpu,
        seed: seed + 1,
        maxReplicas,
      })),
    );
    const found = await Promise.all(
      asked.map(
        async (task) =>
          [task.gpu, (await pool.run(task, { signal: request.signal })) as readonly number[] | null] as const,
      ),
    );
    const byGpu = Map.groupBy(found, ([gpu]) => gpu);
    return new Map([...byGpu].map(([gpu, all]) => [gpu, all.flatMap(([, curve]) => (curve === null ? [] : [curve]))]));
  } catch (error) {
    if (request.signal.aborted) throw new TestbedError('INTERRUPTED', 'the plan was interrupted', { cause: error });
    throw error;
  } finally {
    await pool.destroy();
  }
};
