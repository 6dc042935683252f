// GET /metrics of an emulated pod, with the faults that scrapes meet and the share of a queue in front of all pods.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SCRAPE_HEADERS } from './dialects.ts';
import { metricsFault } from './faults.ts';
import type { EmulatedPod } from './pod.ts';
import { header } from './upload.ts';

export const answerScrape = (pod: EmulatedPod, request: IncomingMessage, response: ServerResponse): void => {
  const refuse = header(request, SCRAPE_HEADERS.refuseScrapes);
  if (refuse !== null) pod.refusesScrapes = refuse === '1';
  const fault = metricsFault(pod.config.faults, pod.clock.now());
  const closed = pod.refusesScrapes || (!pod.loaded && !pod.config.metricsWhileLoading);
  if (closed || fault?.kind === 'metrics-refused') {
    response.destroy();
    return;
  }
  if (fault?.kind === 'metrics-broken') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end('asr_active_requests {{{ 1\n');
    return;
  }
  const { registry } = pod.metrics;
  pod.batch.settle();
  const shared = header(request, SCRAPE_HEADERS.sharedQueue);
  if (shared !== null) {
    const [batch = 0, streams = 0] = shared.split(',').map(Number);
    pod.sharedQueue = { batch, streams };
  }
  const answer = (): void => {
    registry.metrics().then(
      (text) => {
        response.writeHead(200, { 'content-type': registry.contentType });
        response.end(text);
      },
      (error: unknown) => {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
  };
  if (fault === null) answer();
  else pod.clock.at(pod.clock.now() + fault.after * 1000, answer);
};
