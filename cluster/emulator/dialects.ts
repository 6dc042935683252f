// The four dialects of the product's API as data (wire-protocol.md section 2): paths, names, what differs by default.
// Paths do not collide, so one server answers all four at once.

export type Dialect = 'onprem-v1' | 'lightning' | 'pulse-v1' | 'stt';

export interface DialectFacts {
  readonly batchPath: string;
  readonly streamPath: string;
  /** Upload limit and the status of its breach (wire-protocol.md 3.4). */
  readonly maxUploadBytes: number;
  readonly tooLargeStatus: number;
  readonly streamWordTimestamps: boolean;
  readonly retryAfterIn: 'body' | 'header';
  readonly authScheme: 'Token' | 'Bearer' | null;
}

const MEGABYTE = 1_000_000;

export const DIALECTS: Readonly<Record<Dialect, DialectFacts>> = {
  'onprem-v1': {
    batchPath: '/v1/listen',
    streamPath: '/v1/listen/stream',
    maxUploadBytes: 100 * MEGABYTE,
    tooLargeStatus: 422,
    streamWordTimestamps: true,
    retryAfterIn: 'body',
    authScheme: 'Token',
  },
  lightning: {
    batchPath: '/api/v1/lightning/get_text',
    streamPath: '/api/v1/lightning/get_text',
    maxUploadBytes: 250 * MEGABYTE,
    tooLargeStatus: 400,
    streamWordTimestamps: true,
    retryAfterIn: 'header',
    authScheme: null,
  },
  'pulse-v1': {
    batchPath: '/waves/v1/pulse/get_text',
    streamPath: '/waves/v1/pulse/get_text',
    maxUploadBytes: 250 * MEGABYTE,
    tooLargeStatus: 400,
    streamWordTimestamps: true,
    retryAfterIn: 'header',
    authScheme: 'Bearer',
  },
  stt: {
    batchPath: '/waves/v1/stt',
    streamPath: '/waves/v1/stt/live',
    maxUploadBytes: 250 * MEGABYTE,
    tooLargeStatus: 413,
    streamWordTimestamps: false,
    retryAfterIn: 'header',
    authScheme: 'Bearer',
  },
};

export const DIALECT_IDS = Object.keys(DIALECTS) as readonly Dialect[];

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

/** The dialect, of those `spoken`, whose batch or streaming endpoint this path is; null if none. `/waves/v1/stt/` may drop its slash. */
export const dialectOfPath = (path: string, mode: 'batch' | 'stream', spoken = DIALECT_IDS): Dialect | null => {
  const asked = withoutTrailingSlash(path);
  return spoken.find((id) => (mode === 'batch' ? DIALECTS[id].batchPath : DIALECTS[id].streamPath) === asked) ?? null;
};

/** Headers that tie a request to its row of the schedule. A real server is expected to ignore them (wire-protocol.md section 8). */
export const ROW_HEADERS = {
  /** Index of the row. */
  row: 'x-testbed-row',
  attempt: 'x-testbed-attempt',
  /** 32-bit seed of the row: everything random about the request. */
  seed: 'x-testbed-seed',
  /** Length of the audio, so that a long file needs no long body in a compressed run. */
  audioSeconds: 'x-testbed-audio-seconds',
} as const;

/** Headers with which the emulated pod says who served and when: virtual milliseconds since the origin of the run. */
export const SERVER_HEADERS = {
  pod: 'x-testbed-pod',
  admittedMillis: 'x-testbed-admitted-millis',
  doneMillis: 'x-testbed-done-millis',
} as const;

/** On a scrape: the length of the queues in front of all pods, `batch,streams`; stands in for the shared Redis list. */
export const SCRAPE_HEADERS = {
  sharedQueue: 'x-testbed-shared-queue',
  /** `1` or `0`: whether scrapes find a closed door from here on. */
  refuseScrapes: 'x-testbed-refuse-scrapes',
} as const;
