// Opens the doors of one emulated pod: an HTTP server for everything, a second one for metrics if asked for.
// Gives the ports and the two ends, drain and close.

import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestbedError } from '../../model/errors.ts';
import type { EmulatorConfig } from './config.ts';
import { HttpDoor } from './http.ts';
import { EmulatedPod } from './pod.ts';
import type { ScaledClock } from './scaled-clock.ts';
import { StreamDoor } from './streaming.ts';

export interface Emulator {
  readonly pod: EmulatedPod;
  readonly port: number;
  readonly metricsPort: number;
  /** Stops at once; open requests break. */
  readonly close: () => Promise<void>;
}

const listen = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new TestbedError('PORT_IN_USE', `port ${port} of ${host} is taken`, {
              hint: 'choose another one, or 0 for any free port',
              cause,
            })
          : new TestbedError('TARGET_FAILED', `cannot listen on ${host}:${port}: ${cause.message}`, { cause }),
      );
    });
    server.listen(port, host, 4096, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

/** A server that never closes a kept connection by itself: the client decides, and no request meets a closing socket. */
const patientServer = (door: HttpDoor): Server => {
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true },
    (request, response) => {
      door.handle(request, response);
    },
  );
  server.on('clientError', (_, socket) => socket.destroy());
  return server;
};

/** Throws PORT_IN_USE when a fixed port is taken. The model starts to load at once. */
export const startEmulator = async (config: EmulatorConfig, clock: ScaledClock): Promise<Emulator> => {
  const pod = new EmulatedPod(config, clock);
  const door = new HttpDoor(pod);
  const streams = new StreamDoor(pod);
  const server = patientServer(door);
  server.on('upgrade', (request, socket, head) => {
    streams.upgrade(request, socket, head);
  });
  const servers = [server];
  try {
    const port = await listen(server, config.host, config.port);
    let metricsPort = port;
    if (config.metricsPort !== null) {
      const second = patientServer(door);
      metricsPort = await listen(second, config.host, config.metricsPort);
      servers.push(second);
    }
    const close = async (): Promise<void> => {
      pod.stop();
      streams.close();
      await Promise.all(servers.map(shut));
    };
    return { pod, port, metricsPort, close };
  } catch (error) {
    pod.stop();
    for (const one of servers) one.close();
    throw error;
  }
};
