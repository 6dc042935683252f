"""M/M/10 at rho = 0.8 in SimPy: the peer of bench/sim.bench.ts. Prints version and jobs per second as JSON."""

import json
import random
import sys
import time

import simpy

SERVERS, ARRIVALS, SERVICES = 10, 8.0, 1.0


def job(env, servers, rng, waits):
    arrived = env.now
    with servers.request() as place:
        yield place
        waits.append(env.now - arrived)
        yield env.timeout(rng.expovariate(SERVICES))


def source(env, servers, rng, waits, jobs):
    for _ in range(jobs):
        yield env.timeout(rng.expovariate(ARRIVALS))
        env.process(job(env, servers, rng, waits))


def main(jobs):
    env, rng, waits = simpy.Environment(), random.Random(1), []
    servers = simpy.Resource(env, capacity=SERVERS)
    env.process(source(env, servers, rng, waits, jobs))
    started = time.perf_counter()
    env.run()
    seconds = time.perf_counter() - started
    assert len(waits) == jobs
    print(json.dumps({"version": simpy.__version__, "jobsPerSecond": jobs / seconds, "meanWait": sum(waits) / jobs}))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
