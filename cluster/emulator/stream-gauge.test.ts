import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { handClock } from './hand-clock.test-support.ts';
import { podMetrics } from './metrics.ts';
import { StreamGpu, StreamSession } from './stream-gpu.ts';

const LAW = { s0: seconds(0.2), s1: seconds(0), chunk: seconds(0.1), cap: 2 };

describe('the gauges of live sessions', () => {
  it('integrate to the time that sessions had a place, and waited for one', async () => {
    const clock = handClock();
    const gpu = new StreamGpu(LAW, clock);
    const { registry } = podMetrics(['newer'], {
      activeRequests: () => 0,
      batchQueue: () => 0,
      activeStreams: () => gpu.active(),
      streamQueue: () => gpu.waiting(),
      gpuPercent: () => 0,
      gpuMemoryBytes: () => 0,
      modelLoadSeconds: () => 0,
    });
    const session = (): StreamSession => new StreamSession({ admitted: () => undefined, heard: () => undefined });
    const [a, b, c, d] = [session(), session(), session(), session()];
    const acts: Readonly<Record<number, () => void>> = {
      0: () => gpu.open(a),
      100: () => gpu.open(b),
      // Two have their place: it waits until the first is over.
      200: () => gpu.open(c),
      500: () => gpu.close(a),
      900: () => gpu.close(b),
      1000: () => {
        gpu.open(d);
        gpu.credit(d, 0.3);
      },
      // Its three chunks take 200 ms each: the place is free at 1,600.
      1100: () => gpu.disown(d),
      1300: () => gpu.close(c),
    };
    const valueOf = async (name: string): Promise<number> =>
      (await registry.getSingleMetric(name)!.get()).values[0]!.value;
    let [active, waiting] = [0, 0];
    for (let at = 0; at < 2000; at += 10) {
      clock.moveTo(at);
      acts[at]?.();
      active += 10 * (await valueOf('asr_active_streams'));
      waiting += 10 * (await valueOf('asr_stream_queue_depth'));
    }
    expect({ active, waiting }).toEqual({ active: 500 + 800 + (1300 - 500) + 600, waiting: 500 - 200 });
  });
});
