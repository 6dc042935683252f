// What the process that wants a control plane and the supervisor that owns it say to each other over the IPC channel.

import type { Component } from './component-names.ts';

export type ToSupervisor =
  /** Starts the component; it must not run. */
  | {
      readonly kind: 'start';
      readonly component: Component;
      readonly command: string;
      readonly args: readonly string[];
      /** Standard output and error are appended here. */
      readonly log: string;
    }
  | { readonly kind: 'signal'; readonly component: Component; readonly signal: NodeJS.Signals }
  /** Facts for `cluster status`, written beside the supervisor's own. */
  | { readonly kind: 'describe'; readonly facts: Readonly<Record<string, unknown>> }
  /** The channel will close and nothing shall end because of it. */
  | { readonly kind: 'detach' }
  | { readonly kind: 'stop' };

export type FromSupervisor =
  | {
      readonly kind: 'ready';
      readonly folder: string;
      /** Null = components run with real-time priority, else why not. */
      readonly realTimeRefused: string | null;
      /** Whether components die with the supervisor even if it is killed. */
      readonly diesWithParent: boolean;
    }
  | { readonly kind: 'started'; readonly component: Component; readonly pid: number }
  | { readonly kind: 'failed'; readonly component: Component; readonly message: string }
  | {
      readonly kind: 'exited';
      readonly component: Component;
      readonly pid: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    }
  | { readonly kind: 'detached' };
