// Which pods a ReplicaSet controller made in one write: 1, 2, 4, … at a time, until a change of scale is filled.

/**
 * The first pod of the batch of each pod in `created`, which is in order of creation. The machine makes the pods of a batch at
 * one instant, the controller some milliseconds apart. Not for runs in which pods were lost: those are replaced at their own time.
 *
 * @example slowStartBatches(['a', 'b', 'c'], 1, [4]) // a → a, b → b, c → b
 * @param before replicas wanted before the first of `wanted`
 */
export const slowStartBatches = <Pod>(
  created: readonly Pod[],
  before: number,
  wanted: readonly number[],
): ReadonlyMap<Pod, Pod> => {
  const first = new Map<Pod, Pod>();
  let replicas = before;
  let next = 0;
  for (const count of wanted) {
    let left = count - replicas;
    replicas = count;
    for (let size = 1; left > 0; size *= 2) {
      const batch = created.slice(next, next + Math.min(size, left));
      for (const pod of batch) first.set(pod, batch[0]!);
      next += batch.length;
      left -= size;
    }
  }
  return first;
};
