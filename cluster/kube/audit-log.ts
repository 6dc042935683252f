// The audit log of an API server (or of an adapter, which is one too) as calls: who asked for what, when it came in, when
// it was answered, with which objects. Pure: lines in, calls out. What calls mean is left to hpa-syncs.ts and others.

/** One answered call. Times are milliseconds since the Unix epoch, with the log's microseconds. */
export interface AuditCall {
  readonly receivedMillis: number;
  readonly answeredMillis: number;
  readonly user: string;
  readonly verb: string;
  readonly uri: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  /** Text of a failure; '' where there is none. */
  readonly message: string;
  /** Bodies, where the audit policy asks for them and the server could read them. */
  readonly request: unknown;
  readonly response: unknown;
}

interface AuditLine {
  readonly stage?: string;
  readonly verb?: string;
  readonly requestURI?: string;
  readonly user?: { readonly username?: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number; readonly message?: string };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
}

/**
 * Milliseconds since the epoch of an RFC 3339 time, with all its digits: Date keeps three.
 *
 * @example unixMillis('2026-11-27T22:53:14.000250Z') // 1795819994000.25
 */
export const unixMillis = (text: string): number => {
  const match = /^(.*T\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return NaN;
  return Date.parse(match[1]! + match[3]!) + Number(match[2] ?? 0) * 1000;
};

/** The call that a line tells, null if it tells none: another stage, no object, or cut off in the middle. */
export const auditCall = (line: string): AuditCall | null => {
  let event: AuditLine;
  try {
    event = JSON.parse(line) as AuditLine;
  } catch {
    return null;
  }
  const { stage, objectRef, requestReceivedTimestamp: received, stageTimestamp: answered } = event;
  if (stage !== 'ResponseComplete' && stage !== 'Panic') return null;
  if (objectRef === undefined || received === undefined || answered === undefined) return null;
  return {
    receivedMillis: unixMillis(received),
    answeredMillis: unixMillis(answered),
    user: event.user?.username ?? '',
    verb: event.verb ?? '',
    uri: event.requestURI ?? '',
    group: objectRef.apiGroup ?? '',
    resource: objectRef.resource ?? '',
    subresource: objectRef.subresource ?? '',
    namespace: objectRef.namespace ?? '',
    name: objectRef.name ?? '',
    code: event.responseStatus?.code ?? (stage === 'Panic' ? 500 : 0),
    message: event.responseStatus?.message ?? '',
    request: event.requestObject,
    response: event.responseObject,
  };
};

/** The calls of a log's lines, in the order in which they came in. */
export const auditCalls = (lines: Iterable<string>): readonly AuditCall[] => {
  const calls: AuditCall[] = [];
  for (const line of lines) {
    const call = line === '' ? null : auditCall(line);
    if (call !== null) calls.push(call);
  }
  return calls.sort((a, b) => a.receivedMillis - b.receivedMillis || a.answeredMillis - b.answeredMillis);
};

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

/** A call that changed an object. */
export const isAcceptedWrite = ({ verb, code }: AuditCall): boolean => WRITES.has(verb) && code >= 200 && code < 300;
