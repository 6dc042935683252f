// Binary search among ascending instants.

/** Index of the first of the ascending numbers that is at or after `t`; their count if none is. @param count of those that hold */
export const firstFrom = (sorted: ArrayLike<number>, t: number, count = sorted.length): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
};
