// Health of the API tier and of the ASR container on every path that the documents and the chart name
// (wire-protocol.md section 6). Ready means: the model is loaded and the pod is not on its way out.

import type { EmulatedPod } from './pod.ts';

const PATHS: ReadonlySet<string> = new Set([
  '/health',
  '/healthz',
  '/api/v1/health',
  '/health/asr',
  '/health/license',
  '/health/redis',
]);

export const isHealthPath = (path: string): boolean => PATHS.has(path);

/**
 * 200 when ready, else 503. The chart gives liveness and readiness the same path; `?probe=liveness` (or startup) asks
 * only whether the process answers.
 */
export const healthAnswer = (
  pod: EmulatedPod,
  path: string,
  query: URLSearchParams,
): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } => {
  const probe = query.get('probe');
  const alive = probe === 'liveness' || probe === 'startup';
  const ready = pod.loaded && !pod.draining;
  if (path === '/health/license') return { status: 200, body: { status: 'valid' } };
  if (path === '/health/redis') return { status: 200, body: { status: 'healthy' } };
  if (!ready && !alive) return { status: 503, body: { status: 'unhealthy', reason: 'No ASR workers available' } };
  if (path === '/healthz') return { status: 200, body: { ready: true } };
  if (path === '/health/asr') return { status: 200, body: { status: 'ready', gpu: pod.config.gpuName } };
  if (query.get('detailed') !== 'true')
    return { status: 200, body: { status: 'healthy', ready: true, gpu: pod.config.gpuName } };
  return {
    status: 200,
    body: {
      status: 'healthy',
      components: { api_server: 'healthy', lightning_asr: 'healthy', license_proxy: 'healthy', redis: 'healthy' },
      uptime_seconds: Math.floor((pod.clock.now() - pod.startedMillis) / 1000),
      version: 'emulated',
    },
  };
};
