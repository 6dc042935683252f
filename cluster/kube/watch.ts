// A watch that goes on: list, then every change, in order and without a gap. A stream that ends is resumed where it
// stopped; when the server has forgotten that far back (410) or a resource version is refused, it lists anew and what
// differs is reported as changes. The caller keeps no state for this.

import type { KubeClient, KubeList, KubeObject } from './client.ts';
import { KubeError } from './client.ts';

export type WatchChange<T extends KubeObject> =
  /** The object is there: new, changed, or found by a list. `known`: the watcher had reported it before. */
  | { readonly kind: 'present'; readonly object: T; readonly known: boolean }
  /** It is gone; the last state that was seen. */
  | { readonly kind: 'gone'; readonly object: T }
  /** A list is complete: everything that exists has been reported. `gap`: changes before it may have been missed. */
  | { readonly kind: 'listed'; readonly gap: boolean };

export interface WatchSettings<T extends KubeObject> {
  /** `/api/v1/namespaces/asr/pods?labelSelector=app%3Dasr`; a query is kept. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Told of every failure that is retried, for the run's notes. */
  readonly trouble?: (error: unknown) => void;
  readonly changed: (change: WatchChange<T>) => void;
}

interface WatchLine<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T & { readonly code?: number; readonly reason?: string; readonly message?: string };
}

const RETRY_MILLIS = { first: 100, most: 2000 };

const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;
const keyOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;

const pause = (millis: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, millis);
    signal.addEventListener('abort', done, { once: true });
  });

class Watcher<T extends KubeObject> {
  private readonly api: KubeClient;
  private readonly settings: WatchSettings<T>;
  private readonly known = new Map<string, T>();
  /** Where to resume; null = list first. */
  private version: string | null = null;
  private lists = 0;

  constructor(api: KubeClient, settings: WatchSettings<T>) {
    this.api = api;
    this.settings = settings;
  }

  /** One list or one stream, until it ends. Throws what has to be retried. */
  async step(): Promise<void> {
    if (this.version === null) await this.list();
    else await this.follow(this.version);
  }

  private async list(): Promise<void> {
    const { items, metadata } = await this.api.get<KubeList<T>>(this.settings.path);
    const found = new Set(items.map(keyOf));
    for (const [key, object] of this.known) if (!found.has(key)) this.gone(key, object);
    for (const item of items) {
      const before = this.known.get(keyOf(item));
      if (before?.metadata.resourceVersion !== item.metadata.resourceVersion || before === undefined)
        this.present(item);
    }
    this.version = metadata.resourceVersion;
    this.lists += 1;
    this.settings.changed({ kind: 'listed', gap: this.lists > 1 });
  }

  private async follow(version: string): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
    for await (const line of this.api.lines(withQuery(this.settings.path, query), this.settings.signal)) {
      const { type, object } = JSON.parse(line) as WatchLine<T>;
      if (type === 'ERROR') throw new KubeError(object.code ?? 0, object.reason ?? '', object.message ?? line);
      this.version = object.metadata.resourceVersion ?? version;
      if (type === 'DELETED') this.gone(keyOf(object), object);
      else if (type !== 'BOOKMARK') this.present(object);
    }
  }

  /** After a failure: 410 (and what else says that the version is of no use) means to list again. */
  failed(error: unknown): void {
    if (error instanceof KubeError && (error.status === 410 || error.status === 400)) this.version = null;
  }

  private present(object: T): void {
    const key = keyOf(object);
    const known = this.known.has(key);
    this.known.set(key, object);
    this.settings.changed({ kind: 'present', object, known });
  }

  private gone(key: string, object: T): void {
    this.known.delete(key);
    this.settings.changed({ kind: 'gone', object });
  }
}

/** Runs until `signal` aborts; then it resolves. Errors thrown by `changed` end it and reject. */
export const watchKubernetes = async <T extends KubeObject>(
  api: KubeClient,
  settings: WatchSettings<T>,
): Promise<void> => {
  const { signal, trouble } = settings;
  const thrown: unknown[] = [];
  const watcher = new Watcher<T>(api, {
    ...settings,
    changed: (change) => {
      try {
        settings.changed(change);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    },
  });
  let wait = RETRY_MILLIS.first;
  const over = (): boolean => signal.aborted;
  while (!over()) {
    try {
      await watcher.step();
      wait = RETRY_MILLIS.first;
    } catch (error) {
      if (thrown.length > 0) throw error;
      if (over()) return;
      watcher.failed(error);
      trouble?.(error);
      await pause(wait, signal);
      wait = Math.min(wait * 2, RETRY_MILLIS.most);
    }
  }
};
