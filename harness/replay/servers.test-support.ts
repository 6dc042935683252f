// Small servers on loopback that misbehave in one way each, for tests of the probe and of the failure classes.

import { webcrypto } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcp } from 'node:net';

export interface TestServer {
  readonly origin: string;
  readonly close: () => void;
}

const onLoopback = (listen: (port: number, host: string, ready: () => void) => unknown): Promise<void> =>
  new Promise((resolve) => listen(0, '127.0.0.1', resolve));

/** Plain TCP: `act` gets each connection when its first bytes have come. */
export const tcpServer = async (act: (socket: Socket) => void): Promise<TestServer> => {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => act(socket));
  });
  await onLoopback((...to) => server.listen(...to));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

export const httpServer = async (handler: Parameters<typeof createHttp>[1] & object): Promise<TestServer> => {
  const server: HttpServer = createHttp(handler);
  await onLoopback((...to) => server.listen(...to));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const pem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

/** The certificate library's container asks for the metadata proposal of decorators and is content with none. */
const withoutMetadata = (): void => {
  const reflect = Reflect as unknown as Record<string, unknown>;
  for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata', 'hasOwnMetadata'])
    reflect[name] ??= () => undefined;
};

/** HTTPS with a certificate that no authority signed. */
export const selfSignedServer = async (): Promise<TestServer> => {
  withoutMetadata();
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=127.0.0.1',
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
  });
  const key = pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const server = createHttps({ key, cert: certificate.toString('pem') }, (_, response) => response.end('{}'));
  server.on('tlsClientError', () => undefined);
  await onLoopback((...to) => server.listen(...to));
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
