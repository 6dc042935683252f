// The HTTP connections of one load process to one address: as many as there are requests at once, the last used first.
// undici's own Pool looks through all its connections for every request and every answer, which at a thousand of them
// costs more than the requests (docs/decisions.md); a stack of idle ones costs the same however many there are.

import type { Dispatcher } from 'undici';
import { Client } from 'undici';

export class HttpConnections {
  private readonly origin: string;
  private readonly idle: Client[] = [];
  private readonly all = new Set<Client>();

  constructor(origin: string) {
    this.origin = origin;
  }

  /** `over` is to be called once, when the request that went through it is. */
  take(): { readonly dispatcher: Dispatcher; readonly over: (isUsable: boolean) => void } {
    const client = this.idle.pop() ?? this.open();
    return {
      dispatcher: client,
      over: (isUsable) => {
        if (isUsable) this.idle.push(client);
        else this.drop(client);
      },
    };
  }

  get count(): number {
    return this.all.size;
  }

  /** Whatever is under way fails. */
  close(): void {
    for (const client of this.all) this.drop(client);
    this.idle.length = 0;
  }

  private open(): Client {
    // Time-outs are the front's (load-generation.md 5.4).
    const client = new Client(this.origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      keepAliveTimeout: 600_000,
      keepAliveMaxTimeout: 600_000,
      connect: { timeout: 10_000 },
    });
    this.all.add(client);
    return client;
  }

  private drop(client: Client): void {
    this.all.delete(client);
    void client.destroy().catch(() => undefined);
  }
}
