// What the local profile and the process of one emulated pod say to each other over IPC.

import type { EmulatorConfig } from './config.ts';

export type ToPod =
  /** Open the doors and load the model. The clock's origin may differ from the start of the process. */
  | { readonly kind: 'start'; readonly config: EmulatorConfig; readonly originMonotonicMillis: number }
  /** Finish what is there, then exit; the same as SIGTERM. */
  | { readonly kind: 'drain' }
  /** An injected fault begins or ends: scrapes find a closed door. */
  | { readonly kind: 'refuse-scrapes'; readonly refuse: boolean }
  /** Tell what was recorded and not yet told; answered by `served` with `isLast`. */
  | { readonly kind: 'tell-served' }
  /** Requests that wait in front of all pods, for whoever scrapes without telling (SCRAPE_HEADERS). */
  | { readonly kind: 'shared-queue'; readonly batch: number; readonly streams: number };

export type FromPod =
  /** Modules are loaded; a `start` takes effect within a millisecond or two. */
  | { readonly kind: 'prepared' }
  | { readonly kind: 'listening'; readonly port: number; readonly metricsPort: number; readonly atMillis: number }
  | { readonly kind: 'loaded'; readonly atMillis: number }
  /** Requests met since the last message, packed (served.ts). `isLast`: nothing recorded is left. */
  | { readonly kind: 'served'; readonly rows: readonly (number | null)[]; readonly isLast: boolean }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
