// Threads for simulations: as many as this process may use cores, each with the code that another compiled before it. Takes the
// module that a task runs, gives the pool.

import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Piscina } from 'piscina';

/** V8's own limit. A simulation throws away some 100 MB; a nursery that begins at 1 MB and shrinks at every rest costs a tenth of the time. */
const NURSERY_MEGABYTES = 16;

/**
 * The caller destroys it.
 *
 * @param worker module whose default export takes a task
 * @param atMost threads, where there are fewer tasks than cores; at least 1
 */
export const workerPool = (worker: URL, atMost = Infinity): Piscina => {
  setFlagsFromString(`--min-semi-space-size=${NURSERY_MEGABYTES}`);
  // Types stripped and bytecode are kept in Node's own cache, which saves each thread a quarter of a second; a folder that
  // cannot be written costs no more than that. Threads look for the variable alone.
  const { directory } = enableCompileCache();
  return new Piscina({
    filename: worker.href,
    maxThreads: Math.min(availableParallelism(), atMost),
    env: directory === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: directory },
  });
};
