// Why one metric gave no proposal. The code is for comparison, the text is what ends up in conditions and sentences.

export type MetricErrorCode =
  | 'spec'
  | 'api'
  | 'noMetrics'
  | 'podList'
  | 'noPods'
  | 'noUsableMetrics'
  | 'missingRequest'
  | 'missingPodLevelRequest'
  | 'containerNotFound'
  | 'noRequestsMatched';

export interface MetricError {
  readonly kind: 'error';
  readonly code: MetricErrorCode;
  readonly text: string;
}

export const metricError = (code: MetricErrorCode, text: string): MetricError => ({ kind: 'error', code, text });

export interface MetricProposal {
  readonly kind: 'proposal';
  readonly replicas: number;
  /** Milli for the status: mean per pod, or total for Value targets. */
  readonly value: number | bigint;
  /** Percent, Utilization only. */
  readonly utilization: number | null;
}

export type MetricOutcome = MetricProposal | MetricError;
