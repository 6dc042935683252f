import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assertDoorsFree, reserveAddresses } from './pod-addresses.ts';

const linux = process.platform === 'linux';
if (!linux)
  console.log(
    `blocks of loopback addresses are not tried: only Linux has them without set-up, this is ${process.platform}`,
  );

describe.skipIf(!linux)('blocks of loopback addresses', () => {
  it('are of one cluster each, and free again when it lets go', async () => {
    const first = await reserveAddresses();
    const second = await reserveAddresses();
    expect(second.block).toBeGreaterThan(first.block);
    await first.release();
    const third = await reserveAddresses();
    expect(third.block).toBe(first.block);
    await Promise.all([second.release(), third.release()]);
  });

  it('say which port is taken on all addresses of the machine before pods would find out', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.254.255.253', () => resolve((blocker.address() as { port: number }).port));
    });
    await expect(assertDoorsFree(254, { port, metricsPort: null })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    blocker.close();
  });
});
