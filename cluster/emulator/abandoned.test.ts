import { describe, expect, it } from 'vitest';
import { seconds } from '../../model/units.ts';
import { SERVICE_LAWS } from '../../model/service-time.ts';
import { BatchGpu } from './batch-gpu.ts';
import { handClock } from './hand-clock.test-support.ts';
import { StreamGpu, StreamSession } from './stream-gpu.ts';

const LAW = {
  ...SERVICE_LAWS['pulse-pro-l40s']!,
  batch: { a: seconds(0), b: seconds(1), t0: seconds(0), t0Sigma: 0, referenceAudio: seconds(1), cap: 1 },
  stream: { s0: seconds(0.2), s1: seconds(0), chunk: seconds(0.1), cap: 1 },
};

describe('work whose caller hung up', () => {
  it('runs to its end on the emulated GPU as in the simulator; what waits leaves the queue', () => {
    const clock = handClock();
    const gpu = new BatchGpu(LAW, clock);
    const told: [string, number, number][] = [];
    const submit = (name: string, weight: number): number =>
      gpu.submit(weight, (admitted, done) => told.push([name, admitted, done]));
    const served = submit('served', 9);
    const waiting = submit('waiting', 9);
    clock.moveTo(4000);
    gpu.disown(served);
    gpu.disown(waiting);
    expect([gpu.settle().batchInService, gpu.settle().batchQueued]).toEqual([1, 0]);
    clock.moveTo(7000);
    submit('late', 1);
    clock.moveTo(20_000);
    expect(told).toEqual([['late', 9000, 10_000]]);
  });

  it('is the audio that a live session sent: its place is free when that is heard', () => {
    const clock = handClock();
    const gpu = new StreamGpu(LAW.stream, clock);
    const heard: string[] = [];
    const session = (name: string): StreamSession =>
      new StreamSession({ admitted: () => heard.push(`${name} admitted at ${clock.now()}`), heard: () => undefined });
    const [first, second] = [session('first'), session('second')];
    gpu.open(first);
    gpu.open(second);
    // Ten chunks of 100 ms in a second, each of which takes 200 ms: at the hang-up five of them are not served.
    for (let k = 1; k <= 10; k++) {
      clock.moveTo(100 * k);
      gpu.credit(first, 0.1);
    }
    gpu.disown(first);
    clock.moveTo(5000);
    expect(heard).toEqual(['first admitted at 0', 'second admitted at 2100']);
    expect([gpu.active(), gpu.waiting()]).toEqual([1, 0]);
    gpu.disown(second);
    expect(gpu.active()).toBe(0);
  });
});
