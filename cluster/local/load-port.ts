// What the local profile and whoever sends its requests say to each other.

export interface LoadPort {
  /** The pod may be chosen from now on; `origin` like http://127.0.0.1:40123 */
  readonly join: (pod: number, origin: string) => void;
  /** No new requests to the pod. */
  readonly leave: (pod: number) => void;
  readonly census: () => LoadCensus;
}

export interface LoadCensus {
  /** Requests that a pod has. */
  readonly inService: number;
  /** Requests in front of all pods. */
  readonly batchWaiting: number;
  readonly streamsWaiting: number;
  /** Weight of all batch requests that arrived so far. */
  readonly offeredWeight: number;
}
