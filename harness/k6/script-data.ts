// What the k6 script is handed (plan.json, rows-N-M.json) and what it leaves behind (one point per row). Types only, so that
// the script, which runs where nothing can be imported, and the harness cannot disagree.

/** One row for the script; times are virtual. The callers of rows with the last two leave of their own accord. */
export type ScriptRow = readonly [
  index: number,
  offsetMillis: number,
  /** Index into REQUEST_KINDS. */
  kind: number,
  audioSeconds: number,
  seed: number,
  /** After the intended start; a live session is left only before it has its place. Null = never. */
  patienceMillis?: number | null,
  /** After the intended start, the end of a live session by its caller. Null = never. */
  cutMillis?: number | null,
];

/** One traffic stream of the scenario: a k6 scenario of its own. */
export interface ScriptStream {
  /** Name of the k6 scenario; the stream's own name may hold characters that k6 refuses. */
  readonly scenario: string;
  readonly stream: string;
  /** The rows in their order, in one file or more. */
  readonly rowsFiles: readonly string[];
  /** Dispatcher VUs: the n-th row of the stream belongs to VU n mod vus, in whichever instance of k6 that is. */
  readonly vus: number;
}

/** The words of the dialect, as data. */
export interface ScriptDialect {
  readonly batchPath: string;
  readonly batchContentType: string;
  readonly streamPath: string;
  readonly streamQuery: string;
  readonly endMessage: string;
  readonly headers: {
    readonly row: string;
    readonly attempt: string;
    readonly seed: string;
    readonly audioSeconds: string;
    readonly pod: string;
    readonly admittedMillis: string;
  };
}

/** At least this share of the calls must be within a bound, over the whole run after the warm-up. */
export interface ScriptPromise {
  /** The objective of the scenario. */
  readonly text: string;
  /** Index into `kinds`; null = any. */
  readonly kind: number | null;
  readonly stream: string | null;
  /** judged: the lag of a live session, the latency of everything else. */
  readonly of: 'judged' | 'latency' | 'lag';
  readonly withinMillis: number;
  readonly least: number;
}

export interface ScriptPlan {
  readonly schema: 'surgelab.k6-plan/1';
  readonly scheduleHash: string;
  /** Base address, e.g. http://127.0.0.1:40123; SURGELAB_TARGET in the environment of the script replaces it. */
  readonly target: string;
  /**
   * Address that answers `{"originEpochMillis": …}` when the run may begin; null = the origin is SURGELAB_ORIGIN of the script's
   * environment (like 2026-03-01T12:00:00Z), for several instances of k6 that have to begin as one, or else the start of the
   * k6 scenario.
   */
  readonly beginUrl: string | null;
  /** Virtual milliseconds per real millisecond. */
  readonly timeScale: number;
  readonly kinds: readonly string[];
  readonly streams: readonly ScriptStream[];
  readonly dialect: ScriptDialect;
  readonly connection: 'keepalive' | 'per-request';
  /** 'declared': a token body and the length in a header (emulated pods only); 'wav': real audio from the clip. */
  readonly bodies: 'declared' | 'wav';
  /** PCM16 mono in pieces, from which bodies and frames are cut; none if none is needed. */
  readonly clipFiles: readonly string[];
  readonly sampleRate: number;
  readonly frameMillis: number;
  readonly runId: string;
  /** Callers give up this long after the intended start, virtual milliseconds; null = never. */
  readonly timeoutMillis: number | null;
  readonly retries: { readonly max: number; readonly backoffMillis: number } | null;
  /** Rows under way in one VU beyond which a new one is dropped. */
  readonly maxInFlightPerVu: number;
  readonly promises: readonly ScriptPromise[];
  readonly warmupMillis: number;
  /** Nothing goes on after this, virtual milliseconds; what is under way is unfinished. */
  readonly latestMillis: number;
  /** Real time that k6 may take at most, whole seconds. */
  readonly maxDurationSeconds: number;
}

/** Why one attempt was not answered, as k6 let the script see it. */
export type ScriptCause =
  | { readonly kind: 'status'; readonly status: number }
  /** k6's error code (1000 and up) and text. */
  | { readonly kind: 'network'; readonly code: number; readonly text: string }
  /** The handshake or a later error of a WebSocket, as text: k6 hides the status of a refused handshake. */
  | { readonly kind: 'socket'; readonly text: string }
  | { readonly kind: 'close'; readonly code: number }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'error-message'; readonly text: string }
  | { readonly kind: 'wrong-end' }
  | { readonly kind: 'back-pressure' };

/** Frames of one live session. */
export interface ScriptFrames {
  readonly due: number;
  readonly sent: number;
  readonly catchUps: number;
  readonly maxBufferedBytes: number;
  readonly unknownMessages: number;
  /** Real lateness: pairs of tenths of a millisecond and how many frames were that late. */
  readonly lateness: readonly (readonly [tenths: number, count: number])[];
}

/** What the script did with one row; times are virtual milliseconds since the origin, null = not reached. */
export interface ScriptPoint {
  readonly row: number;
  readonly offsetMillis: number;
  readonly kind: number;
  readonly stream: string;
  readonly audioSeconds: number;
  readonly seed: number;
  readonly sentMillis: number | null;
  readonly admittedMillis: number | null;
  readonly firstResultMillis: number | null;
  readonly doneMillis: number | null;
  readonly outcome: 'ok' | 'unanswered' | 'timeout' | 'unfinished' | 'dropped' | 'abandoned';
  readonly attempts: number;
  readonly pod: number | null;
  readonly lagSeconds: number | null;
  /** One per attempt that was not answered. */
  readonly causes: readonly ScriptCause[];
  readonly frames: ScriptFrames | null;
}

/** Answer of `beginUrl`. */
export interface ScriptOrigin {
  readonly originEpochMillis: number | null;
}
